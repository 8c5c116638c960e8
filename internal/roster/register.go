package roster

import (
	"cmp"
	"slices"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// register has all memberships in an organization and its projects.
type register struct {
	members     []*model.Membership              // in the organization itself, by username
	memberships map[model.ID][]*model.Membership // by user
}

func registerOf(tx store.Tx, orgID model.ID) (*register, error) {
	return store.Derive(tx, "register of "+orgID, func() (*register, error) {
		all, err := state.Memberships.List(tx, state.OrgMemberships(orgID))
		r := &register{memberships: map[model.ID][]*model.Membership{}}
		for _, m := range all {
			r.memberships[m.UserID] = append(r.memberships[m.UserID], m)
			if m.GroupID == "" {
				r.members = append(r.members, m)
			}
		}
		slices.SortFunc(r.members, ByUsername)
		return r, err
	})
}

// ByUsername compares memberships by username.
func ByUsername(a, b *model.Membership) int {
	return cmp.Or(cmp.Compare(state.FoldUsername(a.Username), state.FoldUsername(b.Username)), cmp.Compare(a.UserID, b.UserID))
}

package state

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// Whatever changes, a user has the roles of the active places, and of the teams of organizations that the user is an
// active member of: told again at once, although it is remembered.
func TestGrantsOf(t *testing.T) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "db"), time.Now, Tables())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w := &grantWorld{r: rand.New(rand.NewPCG(1, 2)), teams: map[string]*model.Team{}, places: map[string]*model.Membership{}, members: map[string]*model.TeamMember{}}
	for i := range 300 {
		if err := s.Update(t.Context(), w.change); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time from memory
			var got []string
			err := s.View(t.Context(), func(tx store.Tx) error {
				grants, err := GrantsOf(tx, "user")
				got = texts(grants)
				return err
			})
			if want := w.grants(); err != nil || !slices.Equal(got, want) {
				t.Fatalf("after %d changes: %v, want %v (%v)", i+1, got, want, err)
			}
		}
	}
}

// grantWorld is what the store should have, of one user, two organizations with two projects each, and six teams.
type grantWorld struct {
	r       *rand.Rand
	teams   map[string]*model.Team
	places  map[string]*model.Membership
	members map[string]*model.TeamMember
}

var someRoles = []authz.Role{authz.GroupOwner, authz.GroupReadOnly, authz.GroupDataAccessAdmin}

// change makes, changes or removes one thing.
func (w *grantWorld) change(tx store.Tx) error {
	org := fmt.Sprint("org", w.r.IntN(2))
	group := org + fmt.Sprint("-group", w.r.IntN(2))
	team := org + fmt.Sprint("-team", w.r.IntN(3))
	role := someRoles[w.r.IntN(len(someRoles))]
	switch w.r.IntN(3) {
	case 0:
		m := &model.Membership{UserID: "user", OrgID: org, Roles: []authz.Role{authz.OrgMember}, Pending: w.r.IntN(3) == 0}
		if w.r.IntN(2) == 0 {
			m.GroupID, m.Roles = group, []authz.Role{role, authz.GroupReadOnly}
		}
		return flip(tx, Memberships, w.places, m)
	case 1:
		return flip(tx, Teams, w.teams, &model.Team{ID: team, OrgID: org, Name: team, Grants: []authz.Grant{{Role: role, GroupID: group}}})
	}
	return flip(tx, TeamMembers, w.members, &model.TeamMember{TeamID: team, OrgID: org, UserID: "user"})
}

// flip removes what is there, and puts what is not.
func flip[T any](tx store.Tx, table *store.Table[T], there map[string]*T, v *T) error {
	id := table.ID(v)
	if old := there[id]; old != nil {
		delete(there, id)
		return table.Delete(tx, old)
	}
	there[id] = v
	return table.Put(tx, v)
}

// grants are the user's, each once, sorted.
func (w *grantWorld) grants() []string {
	var all []authz.Grant
	joined := map[string]bool{}
	for _, m := range w.places {
		if !m.Pending {
			all = append(all, m.Grants()...)
			joined[m.OrgID] = joined[m.OrgID] || m.GroupID == ""
		}
	}
	for _, m := range w.members {
		if t := w.teams[m.TeamID]; t != nil && joined[m.OrgID] {
			all = append(all, t.Grants...)
		}
	}
	return slices.Compact(texts(all))
}

func texts(grants []authz.Grant) []string {
	var all []string
	for _, g := range grants {
		all = append(all, strings.Join([]string{g.OrgID, g.GroupID, string(g.Role)}, " "))
	}
	slices.Sort(all)
	return all
}

package invite

import (
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Add gives a person roles in a project and returns the person's membership in its organization. A member of the
// organization is in the project at once; a person whose membership in the organization is pending gets a pending one in the
// project; anybody else is invited into both. Errors: those of people.Add.
func (s *Sender) Add(tx store.Tx, p *model.Project, username string, roles []authz.Role) (*model.Membership, error) {
	u, err := state.EnsureAccount(tx, username, p.OrgID)
	if err != nil {
		return nil, err
	}
	a := people.Assignment{GroupID: p.ID, Roles: people.Unique(roles)}
	org, err := state.Memberships.Get(tx, state.MembershipID(u.ID, p.OrgID))
	switch {
	case store.IsNotFound(err):
		if err := s.Invite(tx, u, p.OrgID, []people.Assignment{a}); err != nil {
			return nil, err
		}
		return state.Memberships.Get(tx, state.MembershipID(u.ID, p.OrgID))
	case err != nil:
		return nil, err
	case org.Hidden:
		return nil, fault.UserAlreadyExists.With(u.Username)
	}
	return org, people.AddToProject(tx, org, a)
}

package people

import (
	"slices"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Place is a project with roles in it or, without one, the organization itself.
type Place struct {
	GroupID model.ID
	Roles   []authz.Role
}

// Belongs returns fault.GroupNotFound unless the project is one of the organization.
func Belongs(tx store.Tx, groupID, orgID model.ID) error {
	p, err := state.Projects.Get(tx, groupID)
	if err == nil && p.OrgID != orgID {
		err = store.ErrNotFound
	}
	return store.IfMissing(err, fault.GroupNotFound.With(groupID))
}

// EnterProject adds a member of an organization to a project. The place of a member whose place in the organization is
// pending is pending too. Errors: those of Enter.
func EnterProject(tx store.Tx, org *model.Membership, p Place) error {
	return Enter(tx, &model.Membership{
		UserID: org.UserID, Username: org.Username, OrgID: org.OrgID, GroupID: p.GroupID, Roles: p.Roles, Pending: org.Pending, Aside: org.Aside,
	})
}

// SetProjects gives a member of an organization exactly these places in its projects. A pending place with an
// invitation of its own stays as it is. Errors: fault.UserAlreadyExists if places has the project of such a place, and
// those of Enter.
func SetProjects(tx store.Tx, org *model.Membership, places []Place) error {
	has, err := state.Memberships.List(tx, state.PlacesOf(org.UserID, org.OrgID))
	if err != nil {
		return err
	}
	there := map[model.ID]*model.Membership{}
	for _, m := range has[1:] {
		if m.Aside {
			continue
		}
		there[m.GroupID] = m
		if slices.ContainsFunc(places, func(p Place) bool { return p.GroupID == m.GroupID }) {
			continue
		}
		if err := Leave(tx, m); err != nil {
			return err
		}
	}
	for _, p := range places {
		if m := there[p.GroupID]; m != nil {
			err = SetRoles(tx, m, p.Roles)
		} else {
			err = EnterProject(tx, org, p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// SetTeams puts a member of an organization into exactly these teams of it. Errors: fault.TeamNotFound, and those of
// JoinTeam.
func SetTeams(tx store.Tx, org *model.Membership, ids []model.ID) error {
	has, err := state.TeamMembers.List(tx, state.TeamsOf(org.UserID, org.OrgID))
	if err != nil {
		return err
	}
	in := map[model.ID]bool{}
	for _, place := range has {
		if in[place.TeamID] = slices.Contains(ids, place.TeamID); in[place.TeamID] {
			continue
		}
		if err := LeaveTeam(tx, place); err != nil {
			return err
		}
	}
	for _, id := range ids {
		t, err := state.Team(tx, org.OrgID, id)
		if err != nil {
			return err
		}
		if in[id] {
			continue
		}
		in[id] = true
		if err := JoinTeam(tx, t, org); err != nil {
			return err
		}
	}
	return nil
}

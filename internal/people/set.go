package people

import (
	"slices"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Assignment has roles in a project or, without GroupID, in an organization.
type Assignment struct {
	GroupID model.ID
	Roles   []authz.Role
}

// CheckProjectInOrg returns fault.GroupNotFound unless the project is one of the organization.
func CheckProjectInOrg(tx store.Tx, groupID, orgID model.ID) error {
	p, err := state.Projects.Get(tx, groupID)
	if err == nil && p.OrgID != orgID {
		err = store.ErrNotFound
	}
	return store.IfMissing(err, fault.GroupNotFound.With(groupID))
}

// AddToProject adds a member of an organization to a project. If the membership in the organization is pending, the one in
// the project is pending too. Errors: those of Add.
func AddToProject(tx store.Tx, org *model.Membership, p Assignment) error {
	return Add(tx, &model.Membership{
		UserID: org.UserID, Username: org.Username, OrgID: org.OrgID, GroupID: p.GroupID, Roles: p.Roles, Pending: org.Pending, Hidden: org.Hidden,
	})
}

// SetProjects gives a member of an organization exactly these roles in its projects. A membership that is pending because of
// an invitation to the project stays as it is. Errors: fault.UserAlreadyExists if places has the project of such a
// membership, and those of Add.
func SetProjects(tx store.Tx, org *model.Membership, places []Assignment) error {
	has, err := state.Memberships.List(tx, state.UserMemberships(org.UserID, org.OrgID))
	if err != nil {
		return err
	}
	there := map[model.ID]*model.Membership{}
	for _, m := range has[1:] {
		if m.Hidden {
			continue
		}
		there[m.GroupID] = m
		if slices.ContainsFunc(places, func(p Assignment) bool { return p.GroupID == m.GroupID }) {
			continue
		}
		if err := Remove(tx, m); err != nil {
			return err
		}
	}
	for _, p := range places {
		if m := there[p.GroupID]; m != nil {
			err = SetRoles(tx, m, p.Roles)
		} else {
			err = AddToProject(tx, org, p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// SetTeams puts a member of an organization into exactly these teams of it. Errors: fault.TeamNotFound, and those of
// AddToTeam.
func SetTeams(tx store.Tx, org *model.Membership, ids []model.ID) error {
	has, err := state.TeamMembers.List(tx, state.UserTeams(org.UserID, org.OrgID))
	if err != nil {
		return err
	}
	in := map[model.ID]bool{}
	for _, place := range has {
		if in[place.TeamID] = slices.Contains(ids, place.TeamID); in[place.TeamID] {
			continue
		}
		if err := RemoveFromTeam(tx, place); err != nil {
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
		if err := AddToTeam(tx, t, org); err != nil {
			return err
		}
	}
	return nil
}

package clouduser

import (
	"context"
	"fmt"
	"slices"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Bounds of a request that no request within the service's limits meets: an organization has at most 250 projects, and
// a user is in at most 100 teams.
const (
	maxAssignments = 250
	maxTeams       = 100
)

// check says what is wrong with roles that needs no other object.
func (w *OrgUserRolesRequest) check() (bad []fault.Violation) {
	const path = "roles.groupRoleAssignments"
	if len(w.GroupRoleAssignments) > maxAssignments {
		return []fault.Violation{{Field: path, Description: fmt.Sprintf("must have at most %d items", maxAssignments)}}
	}
	seen := map[model.ID]bool{}
	for i, a := range w.GroupRoleAssignments {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case a.GroupID == "":
			bad = append(bad, fault.Violation{Field: at + ".groupId", Description: "is required"})
		case seen[a.GroupID]:
			bad = append(bad, fault.Violation{Field: at + ".groupId", Description: "stands twice"})
		}
		seen[a.GroupID] = true
		if len(a.GroupRoles) == 0 {
			bad = append(bad, fault.Violation{Field: at + ".groupRoles", Description: "must have at least one role"})
		}
		bad = append(bad, shape.GroupRoles(at+".groupRoles", a.GroupRoles)...)
	}
	return bad
}

func tooManyTeams(ids []string) []fault.Violation {
	if len(ids) <= maxTeams {
		return nil
	}
	return []fault.Violation{{Field: "teamIds", Description: fmt.Sprintf("must have at most %d items", maxTeams)}}
}

// places are where the roles are. Every project is one of the organization: fault.GroupNotFound.
func (w *OrgUserRolesRequest) places(tx store.Tx, orgID model.ID) ([]invite.Place, error) {
	places := []invite.Place{{Roles: people.Once(w.OrgRoles)}}
	for _, a := range w.GroupRoleAssignments {
		if err := belongs(tx, a.GroupID, orgID); err != nil {
			return nil, err
		}
		places = append(places, invite.Place{GroupID: a.GroupID, Roles: people.Once(a.GroupRoles)})
	}
	return places, nil
}

// belongs says whether a project is one of the organization: fault.GroupNotFound.
func belongs(tx store.Tx, groupID, orgID model.ID) error {
	p, err := state.Projects.Get(tx, groupID)
	if err == nil && p.OrgID != orgID {
		err = store.ErrNotFound
	}
	return store.IfMissing(err, fault.GroupNotFound.With(groupID))
}

// give replaces the roles of a member of an organization there, and in its projects if it names any or none.
func (w *OrgUserRolesRequest) give(ctx context.Context, tx store.Tx, m *model.Membership) error {
	places, err := w.places(tx, m.OrgID)
	if err != nil {
		return err
	}
	if err := people.SetRoles(ctx, tx, m, places[0].Roles); err != nil || w.GroupRoleAssignments == nil {
		return err
	}
	has, err := state.Memberships.List(tx, state.PlacesOf(m.UserID, m.OrgID))
	if err != nil {
		return err
	}
	for _, p := range has[1:] {
		wanted := func(q invite.Place) bool { return q.GroupID == p.GroupID }
		if p.Aside || slices.ContainsFunc(places, wanted) {
			continue
		}
		if err := people.Leave(ctx, tx, p); err != nil {
			return err
		}
	}
	for _, p := range places[1:] {
		if err := enterOrChange(ctx, tx, m, p); err != nil {
			return err
		}
	}
	return nil
}

// enterOrChange gives a member of an organization certain roles in a project of it.
func enterOrChange(ctx context.Context, tx store.Tx, org *model.Membership, p invite.Place) error {
	m, err := state.Memberships.Get(tx, state.MembershipID(org.UserID, p.GroupID))
	switch {
	case store.IsNotFound(err):
		return enter(ctx, tx, org, p.GroupID, p.Roles)
	case err != nil:
		return err
	}
	return people.SetRoles(ctx, tx, m, p.Roles)
}

// enter adds a member of an organization to a project. Who is invited there is invited into the project with that.
func enter(ctx context.Context, tx store.Tx, org *model.Membership, groupID model.ID, roles []authz.Role) error {
	return people.Enter(ctx, tx, &model.Membership{
		UserID: org.UserID, Username: org.Username, OrgID: org.OrgID, GroupID: groupID, Roles: roles, Pending: org.Pending,
	})
}

// setTeams puts a member of an organization into exactly these teams of it.
func setTeams(ctx context.Context, tx store.Tx, m *model.Membership, ids []string) error {
	has, err := state.TeamMembers.List(tx, state.TeamsOf(m.UserID, m.OrgID))
	if err != nil {
		return err
	}
	in := map[model.ID]bool{}
	for _, place := range has {
		if in[place.TeamID] = slices.Contains(ids, place.TeamID); in[place.TeamID] {
			continue
		}
		if err := people.LeaveTeam(ctx, tx, place); err != nil {
			return err
		}
	}
	for _, id := range ids {
		t, err := state.Team(tx, m.OrgID, id)
		if err != nil {
			return err
		}
		if in[id] {
			continue
		}
		in[id] = true
		if err := people.JoinTeam(ctx, tx, t, m); err != nil {
			return err
		}
	}
	return nil
}

// addRole adds a role to those of a place: fault.RoleAlreadyHeld.
func addRole(ctx context.Context, tx store.Tx, m *model.Membership, r authz.Role) error {
	if slices.Contains(m.Roles, r) {
		return fault.RoleAlreadyHeld.With(string(r))
	}
	return people.SetRoles(ctx, tx, m, slices.Concat(m.Roles, []authz.Role{r}))
}

// removeRole takes a role from those of a place: fault.RoleNotHeld. The only one stays, and with it the place.
func removeRole(ctx context.Context, tx store.Tx, m *model.Membership, field string, r authz.Role) error {
	if !slices.Contains(m.Roles, r) {
		return fault.RoleNotHeld.With(string(r))
	}
	rest := slices.DeleteFunc(slices.Clone(m.Roles), func(held authz.Role) bool { return held == r })
	if err := people.SetRoles(ctx, tx, m, rest); err != nil {
		return err
	}
	if len(rest) == 0 {
		return fault.Field(field, "is the user's only role here: remove the user instead")
	}
	return nil
}

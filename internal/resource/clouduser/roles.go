package clouduser

import (
	"fmt"
	"slices"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Bounds of a request that no request within the service's limits meets: an organization has at most 250 projects, and
// a user is in at most 100 teams.
const (
	maxAssignments = 250
	maxTeams       = 100
)

// check adds what is wrong with roles that needs no other object; nothing where a request names none: nil.
func (w *OrgUserRolesRequest) check(bad *fault.Problems) {
	if w == nil {
		return
	}
	const path = "roles.groupRoleAssignments"
	if bad.AtMost(path, len(w.GroupRoleAssignments), maxAssignments); len(w.GroupRoleAssignments) > maxAssignments {
		return
	}
	seen := map[model.ID]bool{}
	for i, a := range w.GroupRoleAssignments {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case a.GroupID == "":
			bad.Add(at+".groupId", "is required")
		case seen[a.GroupID]:
			bad.Add(at+".groupId", "is given more than once")
		}
		seen[a.GroupID] = true
		if len(a.GroupRoles) == 0 {
			bad.Add(at+".groupRoles", "must have at least one role")
		}
		shape.GroupRoles(bad, at+".groupRoles", a.GroupRoles)
	}
}

// places are where the roles are. Every project is one of the organization: fault.GroupNotFound.
func (w *OrgUserRolesRequest) places(tx store.Tx, orgID model.ID) ([]people.Assignment, error) {
	places := []people.Assignment{{Roles: people.Unique(w.OrgRoles)}}
	for _, a := range w.GroupRoleAssignments {
		if err := people.CheckProjectInOrg(tx, a.GroupID, orgID); err != nil {
			return nil, err
		}
		places = append(places, people.Assignment{GroupID: a.GroupID, Roles: people.Unique(a.GroupRoles)})
	}
	return places, nil
}

// give replaces the roles of a member of an organization there, and in its projects if it names any or none.
func (w *OrgUserRolesRequest) give(tx store.Tx, m *model.Membership) error {
	places, err := w.places(tx, m.OrgID)
	if err != nil {
		return err
	}
	if err := people.SetRoles(tx, m, places[0].Roles); err != nil || w.GroupRoleAssignments == nil {
		return err
	}
	return people.SetProjects(tx, m, places[1:])
}

// addRole adds a role to those of a place: roleAlreadyHeld.
func addRole(tx store.Tx, m *model.Membership, r authz.Role) error {
	if slices.Contains(m.Roles, r) {
		return roleAlreadyHeld.With(string(r))
	}
	return people.SetRoles(tx, m, slices.Concat(m.Roles, []authz.Role{r}))
}

// removeRole takes a role from those of a place: roleNotHeld. The only one stays, and with it the place.
func removeRole(tx store.Tx, m *model.Membership, field string, r authz.Role) error {
	if !slices.Contains(m.Roles, r) {
		return roleNotHeld.With(string(r))
	}
	rest := slices.DeleteFunc(slices.Clone(m.Roles), func(held authz.Role) bool { return held == r })
	if err := people.SetRoles(tx, m, rest); err != nil {
		return err
	}
	if len(rest) == 0 {
		return fault.Field(field, "is the user's only role here: remove the user instead")
	}
	return nil
}

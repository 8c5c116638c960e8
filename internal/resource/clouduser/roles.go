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

// check validates roles, as far as that needs no other object. w is nil if a request has none.
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

// assignments returns the roles by where they are. Error: fault.GroupNotFound unless every project is one of the organization.
func (w *OrgUserRolesRequest) assignments(tx store.Tx, orgID model.ID) ([]people.Assignment, error) {
	places := []people.Assignment{{Roles: people.Unique(w.OrgRoles)}}
	for _, a := range w.GroupRoleAssignments {
		if err := people.CheckProjectInOrg(tx, a.GroupID, orgID); err != nil {
			return nil, err
		}
		places = append(places, people.Assignment{GroupID: a.GroupID, Roles: people.Unique(a.GroupRoles)})
	}
	return places, nil
}

// give replaces a member's roles in an organization and, if w has groupRoleAssignments, in its projects.
func (w *OrgUserRolesRequest) give(tx store.Tx, m *model.Membership) error {
	places, err := w.assignments(tx, m.OrgID)
	if err != nil {
		return err
	}
	if err := people.SetRoles(tx, m, places[0].Roles); err != nil || w.GroupRoleAssignments == nil {
		return err
	}
	return people.SetProjects(tx, m, places[1:])
}

// addRole adds a role to a membership. Error: hasRole.
func addRole(tx store.Tx, m *model.Membership, r authz.Role) error {
	if slices.Contains(m.Roles, r) {
		return hasRole.With(string(r))
	}
	return people.SetRoles(tx, m, slices.Concat(m.Roles, []authz.Role{r}))
}

// removeRole removes a role from a membership, unless it is the only one. Error: lacksRole.
func removeRole(tx store.Tx, m *model.Membership, field string, r authz.Role) error {
	if !slices.Contains(m.Roles, r) {
		return lacksRole.With(string(r))
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

package shape

import (
	"fmt"
	"slices"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
)

// RoleAssignment is a role in one organization or one project.
type RoleAssignment struct {
	GroupID  string `json:"groupId,omitempty" api:"is=objectId,minLen=24,maxLen=24" doc:"Id of the project that the role is in."`
	OrgID    string `json:"orgId,omitempty" api:"is=objectId,minLen=24,maxLen=24" doc:"Id of the organization that the role is in."`
	RoleName string `json:"roleName,omitempty" doc:"Name of the role."`
}

// RoleAssignments writes grants; never nil.
func RoleAssignments(grants []authz.Grant) []RoleAssignment {
	out := []RoleAssignment{}
	for _, g := range grants {
		out = append(out, RoleAssignment{GroupID: g.GroupID, OrgID: g.OrgID, RoleName: string(g.Role)})
	}
	return out
}

// GroupRoles says what in the field at path is no role that one can have in a project. Their list grows from version
// to version, so the API's document does not have it.
func GroupRoles(path string, roles []authz.Role) (bad []fault.Violation) {
	for i, r := range roles {
		if !slices.Contains(authz.GroupRoles, r) {
			bad = append(bad, fault.Violation{Field: fmt.Sprintf("%s[%d]", path, i), Description: "must be a role in projects, such as GROUP_READ_ONLY"})
		}
	}
	return bad
}

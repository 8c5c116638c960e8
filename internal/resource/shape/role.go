package shape

import "github.com/telamon-db/telamon/internal/authz"

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

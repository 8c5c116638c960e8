package shape

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/api/schema"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
)

// RoleAssignment is a role in one organization or one project.
type RoleAssignment struct {
	GroupID  string `json:"groupId,omitempty" api:"is=objectId,minLen=24,maxLen=24" doc:"Id of the project that the role is in."`
	OrgID    string `json:"orgId,omitempty" api:"is=objectId,minLen=24,maxLen=24" doc:"Id of the organization that the role is in."`
	RoleName string `json:"roleName,omitempty" doc:"Name of the role."`
}

// RoleAssignments shows grants; never nil.
func RoleAssignments(grants []authz.Grant) []RoleAssignment {
	out := []RoleAssignment{}
	for _, g := range grants {
		out = append(out, RoleAssignment{GroupID: g.GroupID, OrgID: g.OrgID, RoleName: string(g.Role)})
	}
	return out
}

// OrgRole is the name of a role in organizations.
type OrgRole authz.Role

// Values are the names of all of them.
func (OrgRole) Values() []string { return RoleNames(authz.OrgRoles) }

// OrgRoles are roles in an organization.
type OrgRoles []authz.Role

// Schema is that of a list of such roles.
func (OrgRoles) Schema() *schema.Node {
	return &schema.Node{Type: "array", Items: schema.Of(reflect.TypeFor[OrgRole]())}
}

// NoGroupRole is the problem of a role that does not exist in projects.
const NoGroupRole = "must be a role in projects, such as GROUP_READ_ONLY"

// GroupRoles adds a problem for each role of the field at path that does not exist in projects. Their list grows from version
// to version, so the API's document does not have it.
func GroupRoles(bad *fault.Problems, path string, roles []authz.Role) {
	for i, r := range roles {
		if !slices.Contains(authz.GroupRoles, r) {
			bad.Add(fmt.Sprintf("%s[%d]", path, i), NoGroupRole)
		}
	}
}

// CheckGroupRoles is GroupRoles for requests without other problems.
func CheckGroupRoles(path string, roles []authz.Role) error {
	return fault.Check(func(bad *fault.Problems) { GroupRoles(bad, path, roles) })
}

// RequireAssign is the one rule of who may change roles in a project, whichever way and of whomever: only its owners make
// owners of it, and only they take that role away. before and after are somebody's roles in it.
// Error: fault.UserUnauthorized.
func RequireAssign(ctx context.Context, p *model.Project, before, after []authz.Role) error {
	if slices.Contains(before, authz.GroupOwner) == slices.Contains(after, authz.GroupOwner) {
		return nil
	}
	return api.Require(ctx, authz.Any(authz.GroupOwner), authz.Scope{OrgID: p.OrgID, GroupID: p.ID})
}

// RequireManage is the one rule of who may change a key or an account, its name, secrets and addresses, through a project that
// it is in: if it has more rights elsewhere than a member of the organization, only owners of the organization may. Error:
// fault.UserUnauthorized.
func RequireManage(ctx context.Context, p *model.Project, grants []authz.Grant) error {
	elsewhere := slices.ContainsFunc(grants, func(g authz.Grant) bool { return g.GroupID != p.ID && g.Role != authz.OrgMember })
	if !elsewhere {
		return nil
	}
	return api.Require(ctx, authz.Any(authz.OrgOwner), authz.Scope{OrgID: p.OrgID})
}

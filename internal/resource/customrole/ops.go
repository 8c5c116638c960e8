// Package customrole is the family Custom Database Roles: roles that a project's owner composes of actions and of other
// roles. Database users have them, and gateways enforce them.
package customrole

import (
	"net/http"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	Store store.Store
	Users Holders
}

// Holders are a project's database users, who have roles.
type Holders interface {
	// RemoveRole removes a custom role from every user who has it. If it is the only role of some users, it changes nothing
	// and returns their names.
	RemoveRole(tx store.Tx, groupID model.ID, role string) (without []string, err error)
}

const (
	tag  = "Custom Database Roles"
	list = "/groups/{groupId}/customDBRoles/roles"
	one  = list + "/{roleName}"
)

// rules are the kinds of errors for the content of a role.
var rules = fault.Kinds{
	noPermissions, actionTwice, resourceTwice, wrongResource,
	unknownParent, wrongParentDatabase, parentOfItself, circularRole,
}

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	read := authz.Any(authz.GroupReadOnly)
	manage := authz.Any(authz.GroupDatabaseAccessAdmin, authz.GroupStreamProcessingOwner, authz.GroupOwner)
	missing := fault.Kinds{notFound}
	named := fault.Kinds{
		badName, builtinName, reservedName, alreadyExists, rolesLimit,
	}
	return api.Operations{{
		ID: "listCustomDatabaseRoles", Aliases: []string{"listGroupCustomDbRoleRoles", "listCustomDbRoles"}, Method: http.MethodGet, Path: list, Tag: tag,
		Summary: "Return all custom roles of one project", Description: "Returns the roles by name, all at once.",
		Roles: read, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.list)),
	}, {
		ID: "createCustomDatabaseRole", Aliases: []string{"createGroupCustomDbRoleRole", "createCustomDbRole"}, Method: http.MethodPost, Path: list, Tag: tag,
		Summary: "Create one custom role", Description: "Creates a role of actions, of other roles, or of both. It can be given to users at once.",
		Roles: manage, Status: http.StatusAccepted, Level: api.Real, Errors: slices.Concat(named, rules),
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.create)),
	}, {
		ID: "getCustomDatabaseRole", Aliases: []string{"getGroupCustomDbRoleRole", "getCustomDbRole"}, Method: http.MethodGet, Path: one, Tag: tag,
		Summary: "Return one custom role",
		Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since("2023-01-01", store.Read(s.Store, shape.Get(oneIn.find, toWire))),
	}, {
		ID: "updateCustomDatabaseRole", Aliases: []string{"updateGroupCustomDbRoleRole", "updateCustomDbRole"}, Method: http.MethodPatch, Path: one, Tag: tag,
		Summary:     "Update one custom role",
		Description: "Replaces the actions or the inherited roles, whichever the body has. Open connections are affected from their next command on.",
		Roles:       manage, Status: http.StatusOK, Level: api.Real, Errors: slices.Concat(missing, rules), Versions: api.Since("2023-01-01", store.Write(s.Store, s.update)),
	}, {
		ID: "deleteCustomDatabaseRole", Aliases: []string{"deleteGroupCustomDbRoleRole", "deleteCustomDbRole"}, Method: http.MethodDelete, Path: one, Tag: tag,
		Summary:     "Remove one custom role",
		Description: "Removes the role from the users and roles that have it, and deletes it. Refused if it is a user's only role, or all that another role consists of.",
		Roles:       manage, Status: http.StatusNoContent, Level: api.Real, Errors: fault.Kinds{notFound, inUseByUsers, inUseByRoles},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.delete)),
	}}
}

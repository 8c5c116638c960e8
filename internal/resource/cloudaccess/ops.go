package cloudaccess

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag  = "Cloud Provider Access"
	path = "/groups/{groupId}/cloudProviderAccess"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "listCloudProviderAccessRoles", Aliases: []string{"listCloudProviderAccess", "listGroupCloudProviderAccess"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return all roles at cloud providers of one project",
		Roles:   authz.Any(authz.GroupOwner, authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.list)),
	}, {
		ID: "getCloudProviderAccessRole", Aliases: []string{"getCloudProviderAccess", "getGroupCloudProviderAccess"}, Method: http.MethodGet, Path: path + "/{roleId}",
		Tag:     tag,
		Summary: "Return one role at a cloud provider of one project",
		Roles:   authz.Any(authz.GroupOwner, authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{roleNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.Get)),
	}, {
		ID: "createCloudProviderAccessRole", Aliases: []string{"createCloudProviderAccess", "createGroupCloudProviderAccess"}, Method: http.MethodPost, Path: path,
		Tag:     tag,
		Summary: "Create one role at a cloud provider in one project", Description: "The role is kept and shown, and gives access to nothing.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{rolesLimit},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.create)),
	}, {
		ID: "authorizeCloudProviderAccessRole", Aliases: []string{"authorizeProviderAccessRole", "authorizeGroupCloudProviderAccessRole"}, Method: http.MethodPatch,
		Path: path + "/{roleId}", Tag: tag,
		Summary: "Authorize one role at a cloud provider of one project", Description: "The provider is not asked whether it has the role.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{roleNotFound},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.authorize)),
	}, {
		ID: "deauthorizeCloudProviderAccessRole", Aliases: []string{"deauthorizeProviderAccessRole", "deauthorizeGroupCloudProviderAccessRole"},
		Method: http.MethodDelete, Path: path + "/{cloudProvider}/{roleId}", Tag: tag,
		Summary: "Remove one role at a cloud provider from one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: fault.Kinds{roleNotFound},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.delete)),
	}}
}

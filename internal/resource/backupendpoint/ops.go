package backupendpoint

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag  = "Cloud Backups"
	path = "/groups/{groupId}/backup/{cloudProvider}/privateEndpoints"
)

// Operations are the operations of private endpoints to object storage.
func (s *Service) Operations() api.Operations {
	owner, missing := authz.Any(authz.GroupOwner), fault.Kinds{endpointNotFound}
	return api.Operations{
		{
			ID: "listBackupPrivateEndpoints", Aliases: []string{"listGroupBackupPrivateEndpoints"}, Method: http.MethodGet, Path: path, Tag: tag,
			Summary: "Return all private endpoints to object storage of one project", Roles: owner, Status: http.StatusOK, Level: api.Simulated,
			Versions: api.Since("2024-11-13", store.Read(s.Store, s.list)),
		},
		{
			ID: "createBackupPrivateEndpoint", Aliases: []string{"createGroupBackupPrivateEndpoint"}, Method: http.MethodPost, Path: path, Tag: tag,
			Summary: "Create one private endpoint to object storage for one project", Description: "No network is connected: the endpoint goes through the service's states.",
			Roles: owner, Status: http.StatusCreated, Level: api.Simulated, Errors: fault.Kinds{endpointExists},
			Versions: api.Since("2024-11-13", store.Write(s.Store, s.create)),
		},
		{
			ID: "getBackupPrivateEndpoint", Aliases: []string{"getGroupBackupPrivateEndpoint"}, Method: http.MethodGet, Path: path + "/{endpointId}", Tag: tag,
			Summary: "Return one private endpoint to object storage of one project", Roles: owner, Status: http.StatusOK, Level: api.Simulated, Errors: missing,
			Versions: api.Since("2024-11-13", store.Read(s.Store, s.Get)),
		},
		{
			ID: "deleteBackupPrivateEndpoint", Aliases: []string{"deleteGroupBackupPrivateEndpoint"}, Method: http.MethodDelete, Path: path + "/{endpointId}", Tag: tag,
			Summary: "Remove one private endpoint to object storage from one project", Description: "The endpoint is DELETING for a moment, then gone.",
			Roles: owner, Status: http.StatusNoContent, Level: api.Simulated, Errors: append(fault.Kinds{endpointBeingDeleted}, missing...),
			Versions: api.Since("2024-11-13", store.Write(s.Store, s.Delete)),
		},
	}
}

package encryption

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	endpoints = "/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints"
)

// Operations are the family's operations.
func (s *Endpoints) Operations() api.Operations {
	return api.Operations{{
		ID: "getEncryptionAtRestPrivateEndpointsForCloudProvider", Aliases: []string{"listRestPrivateEndpoints", "listGroupEncryptionAtRestPrivateEndpoints"},
		Method: http.MethodGet, Path: endpoints, Tag: tag,
		Summary: "Return all private endpoints to key services of one project at one cloud provider",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Simulated, Versions: api.Since("2023-01-01", store.Read(s.Store, s.list)),
	}, {
		ID: "createEncryptionAtRestPrivateEndpoint", Aliases: []string{"createRestPrivateEndpoint", "createGroupEncryptionAtRestPrivateEndpoint"},
		Method: http.MethodPost, Path: endpoints, Tag: tag,
		Summary:     "Create one private endpoint to a key service for one project",
		Description: "No network is connected: the endpoint goes through the service's states as if its owner accepted it.",
		Roles:       authz.Any(authz.GroupOwner), Status: http.StatusAccepted, Level: api.Simulated, Errors: fault.Kinds{endpointExists},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.create)),
	}, {
		ID: "getEncryptionAtRestPrivateEndpoint", Aliases: []string{"getRestPrivateEndpoint", "getGroupEncryptionAtRestPrivateEndpoint"}, Method: http.MethodGet,
		Path: endpoints + "/{endpointId}", Tag: tag,
		Summary: "Return one private endpoint to a key service of one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{endpointNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.Get)),
	}, {
		ID: "requestEncryptionAtRestPrivateEndpointDeletion", Aliases: []string{"requestPrivateEndpointDeletion", "requestGroupEncryptionAtRestPrivateEndpointDeletion"},
		Method: http.MethodDelete, Path: endpoints + "/{endpointId}", Tag: tag,
		Summary: "Remove one private endpoint to a key service of one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Simulated, Errors: fault.Kinds{endpointNotFound, endpointBeingDeleted},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.Delete)),
	}}
}

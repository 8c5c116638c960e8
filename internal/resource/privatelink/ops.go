package privatelink

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag       = "Private Endpoint Services"
	path      = "/groups/{groupId}/privateEndpoint"
	services  = "/groups/{groupId}/privateEndpoint/{cloudProvider}/endpointService"
	endpoints = "/groups/{groupId}/privateEndpoint/{cloudProvider}/endpointService/{endpointServiceId}/endpoint"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "createPrivateEndpointService", Aliases: []string{"createGroupPrivateEndpointEndpointService"}, Method: http.MethodPost, Path: path + "/endpointService",
		Tag:     tag,
		Summary: "Create one private endpoint service in one project", Description: "No network is connected: the service goes through its states as if it were.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{serviceExists},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.create)),
	}, {
		ID: "updatePrivateEndpointService", Aliases: []string{"updateGroupPrivateEndpointEndpointService"}, Method: http.MethodPatch,
		Path: path + "/endpointService/{endpointServiceId}", Tag: tag,
		Summary: "Change the regions from which one private endpoint service at AWS is reached",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{serviceNotFound, serviceBeingDeleted},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.update)),
	}, {
		ID: "listPrivateEndpointServices", Aliases: []string{"listPrivateEndpointService", "listGroupPrivateEndpointEndpointService"}, Method: http.MethodGet,
		Path: services, Tag: tag,
		Summary: "Return all private endpoint services of one project at one cloud provider",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated, Versions: api.Since("2023-01-01", store.Read(s.Store, s.list)),
	}, {
		ID: "getPrivateEndpointService", Aliases: []string{"getGroupPrivateEndpointEndpointService"}, Method: http.MethodGet, Path: services + "/{endpointServiceId}",
		Tag:     tag,
		Summary: "Return one private endpoint service of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{serviceNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.Get)),
	}, {
		ID: "deletePrivateEndpointService", Aliases: []string{"deleteGroupPrivateEndpointEndpointService"}, Method: http.MethodDelete,
		Path: services + "/{endpointServiceId}", Tag: tag,
		Summary: "Remove one private endpoint service of one project", Description: "A service with endpoints stays until they are removed.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Simulated, Errors: fault.Kinds{serviceNotFound, serviceInUse, serviceBeingDeleted},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.Delete)),
	}, {
		ID: "createPrivateEndpoint", Aliases: []string{"createGroupPrivateEndpointEndpointServiceEndpoint"}, Method: http.MethodPost, Path: endpoints, Tag: tag,
		Summary: "Create one private endpoint of one service", Description: "The endpoint becomes available as if its network were connected.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{serviceNotFound, endpointExists, serviceNotReady},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.Endpoints.create)),
	}, {
		ID: "getPrivateEndpoint", Aliases: []string{"getGroupPrivateEndpointEndpointServiceEndpoint"}, Method: http.MethodGet, Path: endpoints + "/{endpointId}",
		Tag:     tag,
		Summary: "Return one private endpoint of one service",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{serviceNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.Endpoints.Get)),
	}, {
		ID: "deletePrivateEndpoint", Aliases: []string{"deleteGroupPrivateEndpointEndpointServiceEndpoint"}, Method: http.MethodDelete, Path: endpoints + "/{endpointId}",
		Tag:     tag,
		Summary: "Remove one private endpoint of one service",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Simulated, Errors: fault.Kinds{serviceNotFound, endpointBeingDeleted},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.Endpoints.Delete)),
	}, {
		ID: "getRegionalizedPrivateEndpointSetting", Aliases: []string{"getRegionalEndpointMode", "getGroupPrivateEndpointRegionalMode"}, Method: http.MethodGet,
		Path: path + "/regionalMode", Tag: tag,
		Summary: "Return whether private endpoints of one project are separate for each region",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2023-01-01", store.Read(s.Store, s.Mode.Get)),
	}, {
		ID: "toggleRegionalizedPrivateEndpointSetting", Aliases: []string{"toggleRegionalEndpointMode", "toggleGroupPrivateEndpointRegionalMode"},
		Method: http.MethodPatch, Path: path + "/regionalMode", Tag: tag,
		Summary: "Switch whether private endpoints of one project are separate for each region",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2023-01-01", store.Write(s.Store, s.Mode.Patch)),
	}}
}

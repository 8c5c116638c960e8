package federation

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag    = "Data Federation"
	path   = "/groups/{groupId}/dataFederation"
	single = "/groups/{groupId}/dataFederation/{tenantName}"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{
		{
			ID: "listFederatedDatabases", Aliases: []string{"listDataFederation", "listGroupDataFederation"}, Method: http.MethodGet, Path: path, Tag: tag,
			Summary: "Return all federated database instances of one project",
			Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.list))},
		},
		{
			ID: "createFederatedDatabase", Aliases: []string{"createDataFederation", "createGroupDataFederation"}, Method: http.MethodPost, Path: path, Tag: tag,
			Summary:     "Create one federated database instance in one project",
			Description: "The instance is kept and shown. It answers no queries: nothing listens at its addresses.",
			Roles:       authz.Any(authz.GroupOwner, authz.GroupChartsAdmin), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{instanceExists, instancesLimit},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.create))},
		},
		{
			ID: "getFederatedDatabase", Aliases: []string{"getDataFederation", "getGroupDataFederation"}, Method: http.MethodGet, Path: single, Tag: tag,
			Summary: "Return one federated database instance of one project",
			Roles:   authz.Any(authz.GroupReadOnly, authz.GroupChartsAdmin), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{instanceNotFound},
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.Get))},
		},
		{
			ID: "updateFederatedDatabase", Aliases: []string{"updateDataFederation", "updateGroupDataFederation"}, Method: http.MethodPatch, Path: single, Tag: tag,
			Summary: "Update one federated database instance of one project",
			Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{instanceNotFound},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.update))},
		},
		{
			ID: "deleteFederatedDatabase", Aliases: []string{"deleteDataFederation", "deleteGroupDataFederation"}, Method: http.MethodDelete, Path: single, Tag: tag,
			Summary: "Remove one federated database instance from one project",
			Roles:   authz.Any(authz.GroupOwner, authz.GroupChartsAdmin), Status: http.StatusNoContent, Level: api.Declared, Errors: fault.Kinds{instanceNotFound},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.delete))},
		},
		{
			ID: "returnFederatedDatabaseQueryLimits", Aliases: []string{"listDataFederationLimits", "listGroupDataFederationLimits"}, Method: http.MethodGet, Path: single + "/limits", Tag: tag,
			Summary: "Return all query limits of one federated database instance",
			Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{instanceNotFound},
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.Limits.list))},
		},
		{
			ID: "returnFederatedDatabaseQueryLimit", Aliases: []string{"getDataFederationLimit", "getGroupDataFederationLimit"}, Method: http.MethodGet, Path: single + "/limits/{limitName}", Tag: tag,
			Summary: "Return one query limit of one federated database instance",
			Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{limitNotFound},
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.Limits.Get))},
		},
		{
			ID: "createOneDataFederationQueryLimit", Aliases: []string{"setDataFederationLimit", "setGroupDataFederationLimit"}, Method: http.MethodPatch, Path: single + "/limits/{limitName}", Tag: tag,
			Summary: "Set one query limit of one federated database instance",
			Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{instanceNotFound},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.Limits.set))},
		},
		{
			ID: "deleteOneDataFederationInstanceQueryLimit", Aliases: []string{"deleteDataFederationLimit", "deleteGroupDataFederationLimit"}, Method: http.MethodDelete, Path: single + "/limits/{limitName}", Tag: tag,
			Summary: "Remove one query limit from one federated database instance",
			Roles:   authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: fault.Kinds{limitNotFound},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.Limits.Delete))},
		},
		{
			ID: "downloadFederatedDatabaseQueryLogs", Aliases: []string{"downloadFederationQueryLogs", "downloadGroupDataFederationQueryLogs"}, Method: http.MethodGet, Path: single + "/queryLogs.gz", Tag: tag,
			Summary: "Return the queries of one federated database instance", Description: "There are no queries: the log is empty.",
			Roles: authz.Any(authz.GroupOwner, authz.GroupDataAccessReadWrite, authz.GroupDataAccessAdmin, authz.GroupDataAccessReadOnly, authz.GroupStreamProcessingOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{instanceNotFound},
			Versions: []api.Version{api.Streamed("2023-01-01", api.Gzip, store.Write(s.Store, s.logs))},
		},
		{
			ID: "listDataFederationPrivateEndpoints", Aliases: []string{"listPrivateEndpointIds", "listGroupPrivateNetworkSettingEndpointIds"}, Method: http.MethodGet, Path: "/groups/{groupId}/privateNetworkSettings/endpointIds", Tag: tag,
			Summary: "Return all private endpoints of federated database instances of one project",
			Roles:   authz.Any(authz.GroupReadOnly, authz.GroupChartsAdmin), Status: http.StatusOK, Level: api.Simulated,
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.Endpoints.List))},
		},
		{
			ID: "createDataFederationPrivateEndpoint", Aliases: []string{"createPrivateEndpointId", "createGroupPrivateNetworkSettingEndpointId"}, Method: http.MethodPost, Path: "/groups/{groupId}/privateNetworkSettings/endpointIds", Tag: tag,
			Summary:     "Create or change one private endpoint of federated database instances",
			Description: "No network is connected: the endpoint goes through the states of the service.",
			Roles:       authz.Any(authz.GroupOwner, authz.GroupChartsAdmin), Status: http.StatusCreated, Level: api.Simulated, Errors: fault.Kinds{endpointsLimit, endpointBeingDeleted},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.Endpoints.put))},
		},
		{
			ID: "getDataFederationPrivateEndpoint", Aliases: []string{"getPrivateEndpointId", "getGroupPrivateNetworkSettingEndpointId"}, Method: http.MethodGet, Path: "/groups/{groupId}/privateNetworkSettings/endpointIds/{endpointId}", Tag: tag,
			Summary: "Return one private endpoint of federated database instances",
			Roles:   authz.Any(authz.GroupReadOnly, authz.GroupChartsAdmin), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{endpointNotFound},
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.Endpoints.Get))},
		},
		{
			ID: "deleteDataFederationPrivateEndpoint", Aliases: []string{"deletePrivateEndpointId", "deleteGroupPrivateNetworkSettingEndpointId"}, Method: http.MethodDelete, Path: "/groups/{groupId}/privateNetworkSettings/endpointIds/{endpointId}", Tag: tag,
			Summary: "Remove one private endpoint of federated database instances",
			Roles:   authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Simulated, Errors: fault.Kinds{endpointNotFound, endpointBeingDeleted},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.Endpoints.Delete))},
		},
	}
}

package streams

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/store"
)

// connections are the operations on connections.
func (s *Service) connections() api.Operations {
	return api.Operations{{
		ID: "listStreamConnections", Aliases: []string{"listGroupStreamConnections"}, Method: http.MethodGet, Path: ofConnection, Tag: tag,
		Summary: "Return all connections of one stream processing workspace",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupDataAccessAdmin, authz.GroupDataAccessReadOnly, authz.GroupDataAccessReadWrite, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{workspaceNotFound},
		Versions: api.Since("2023-02-01", store.Read(s.Store, listOf(s, &s.Connections.Objects))),
	}, {
		ID: "createStreamConnection", Aliases: []string{"createGroupStreamConnection"}, Method: http.MethodPost, Path: ofConnection, Tag: tag,
		Summary: "Create one connection in one stream processing workspace", Description: "Nothing is reached: the connection goes through the service's states as if it were. Its secrets are not kept.",
		Roles: authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{workspaceNotFound, fault.ClusterNotFound, connectionExists, connectionsLimit},
		Versions: api.Since("2023-02-01", store.Write(s.Store, s.createConnection)),
	}, {
		ID: "getStreamConnection", Aliases: []string{"getGroupStreamConnection"}, Method: http.MethodGet, Path: ofConnection + "/{connectionName}", Tag: tag,
		Summary: "Return one connection of one stream processing workspace",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{connectionNotFound},
		Versions: api.Since("2023-02-01", store.Read(s.Store, s.Connections.Get)),
	}, {
		ID: "updateStreamConnection", Aliases: []string{"updateGroupStreamConnection"}, Method: http.MethodPatch, Path: ofConnection + "/{connectionName}", Tag: tag,
		Summary: "Change one connection of one stream processing workspace",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{connectionNotFound, connectionEnding, fault.ClusterNotFound},
		Versions: api.Since("2023-02-01", store.Write(s.Store, s.Connections.Patch)),
	}, {
		ID: "deleteStreamConnection", Aliases: []string{"deleteGroupStreamConnection"}, Method: http.MethodDelete, Path: ofConnection + "/{connectionName}", Tag: tag,
		Summary: "Remove one connection from one stream processing workspace",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusAccepted, Level: api.Simulated, Errors: fault.Kinds{connectionNotFound, connectionEnding},
		Versions: api.Since("2023-02-01", store.Write(s.Store, kept.Accepted(s.Connections.Delete))),
	}, {
		ID: "listFailoverConnections", Aliases: []string{"listGroupStreamConnectionFailoverConnections"}, Method: http.MethodGet, Path: ofFailover, Tag: tag,
		Summary: "Return all connections that stand in for one connection",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{connectionNotFound},
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.listFailovers)),
	}, {
		ID: "createFailoverConnection", Aliases: []string{"createGroupStreamConnectionFailoverConnection"}, Method: http.MethodPost, Path: ofFailover, Tag: tag,
		Summary: "Create one connection that stands in for another one in another region",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusCreated, Level: api.Simulated, Errors: fault.Kinds{connectionNotFound, connectionsLimit},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.createFailover)),
	}, {
		ID: "getStreamFailoverConnection", Aliases: []string{"getGroupStreamConnectionFailoverConnection"}, Method: http.MethodGet, Path: ofFailover + "/{failoverConnectionId}", Tag: tag,
		Summary: "Return one connection that stands in for another one",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{connectionNotFound},
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.Failovers.Get)),
	}, {
		ID: "updateStreamFailoverConnection", Aliases: []string{"updateGroupStreamConnectionFailoverConnection"}, Method: http.MethodPatch, Path: ofFailover + "/{failoverConnectionId}", Tag: tag,
		Summary: "Change one connection that stands in for another one",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{connectionNotFound, connectionEnding},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.Failovers.Patch)),
	}, {
		ID: "deleteStreamFailoverConnection", Aliases: []string{"deleteGroupStreamConnectionFailoverConnection"}, Method: http.MethodDelete, Path: ofFailover + "/{failoverConnectionId}", Tag: tag,
		Summary: "Remove one connection that stands in for another one",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusNoContent, Level: api.Simulated, Errors: fault.Kinds{connectionNotFound, connectionEnding},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.Failovers.Delete)),
	}}
}

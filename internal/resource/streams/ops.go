package streams

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag          = "Streams"
	path         = "/groups/{groupId}/streams"
	privateLinks = path + "/privateLinkConnections"
	peers        = path + "/vpcPeeringConnections"
	one          = path + "/{tenantName}"
	ofConnection = one + "/connections"
	ofFailover   = ofConnection + "/{connectionName}/failoverConnections"
	ofProcessor  = one + "/processor"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return append(append(s.workspaces(), s.connections()...), s.processors()...)
}

func (s *Service) workspaces() api.Operations {
	return api.Operations{{
		ID: "listStreamInstances", Aliases: []string{"listStreamWorkspaces", "listGroupStreamWorkspaces"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return all stream processing workspaces of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2023-02-01", store.Read(s.Store, s.List)),
	}, {
		ID: "createStreamInstance", Aliases: []string{"createStreamWorkspace", "createGroupStreamWorkspace"}, Method: http.MethodPost, Path: path, Tag: tag,
		Summary: "Create one stream processing workspace in one project", Description: "It is ready at once. Nothing answers at its hosts.",
		Roles: authz.Any(authz.OrgStreamAdmin, authz.GroupDataAccessAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{workspaceExists, workspacesLimit, connectionsLimit},
		Versions: api.Since("2023-02-01", store.Write(s.Store, s.create)),
	}, {
		ID: "getAccountDetails", Aliases: []string{"getGroupStreamAccountDetails"}, Method: http.MethodGet, Path: path + "/accountDetails", Tag: tag,
		Summary: "Return the network of the stream processors of one region", Description: "The names are of a network that is simulated.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated,
		Versions: api.Since("2024-11-13", store.Read(s.Store, account)),
	}, {
		ID: "getActiveVpcPeeringConnections", Aliases: []string{"listActivePeeringConnections", "listGroupStreamActiveVpcPeeringConnections"}, Method: http.MethodGet, Path: path + "/activeVpcPeeringConnections", Tag: tag,
		Summary: "Return all active connections of stream processors with other networks", Description: "Other networks ask for them from outside, where nobody knows this server: there are none.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2024-11-13", store.Read(s.Store, peerings)),
	}, {
		ID: "listPrivateLinkConnections", Aliases: []string{"listGroupStreamPrivateLinkConnections"}, Method: http.MethodGet, Path: privateLinks, Tag: tag,
		Summary: "Return all private links of stream processors of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated,
		Versions: api.Since("2023-02-01", store.Read(s.Store, s.Links.List)),
	}, {
		ID: "createPrivateLinkConnection", Aliases: []string{"createGroupStreamPrivateLinkConnection"}, Method: http.MethodPost, Path: privateLinks, Tag: tag,
		Summary: "Create one private link for stream processors of one project", Description: "No network is connected: the link goes through the service's states as if it were.",
		Roles: authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{linksLimit},
		Versions: api.Since("2023-02-01", store.Write(s.Store, s.Links.Create)),
	}, {
		ID: "getPrivateLinkConnection", Aliases: []string{"getGroupStreamPrivateLinkConnection"}, Method: http.MethodGet, Path: privateLinks + "/{connectionId}", Tag: tag,
		Summary: "Return one private link of stream processors of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{linkNotFound},
		Versions: api.Since("2023-02-01", store.Read(s.Store, s.Links.Get)),
	}, {
		ID: "updatePrivateLinkConnection", Aliases: []string{"updateGroupStreamPrivateLinkConnection"}, Method: http.MethodPatch, Path: privateLinks + "/{connectionId}", Tag: tag,
		Summary: "Change the domain of one private link of stream processors",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{linkNotFound, linkEnding},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.Links.update)),
	}, {
		ID: "deletePrivateLinkConnection", Aliases: []string{"deleteGroupStreamPrivateLinkConnection"}, Method: http.MethodDelete, Path: privateLinks + "/{connectionId}", Tag: tag,
		Summary: "Remove one private link of stream processors from one project",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamManager), Status: http.StatusAccepted, Level: api.Simulated, Errors: fault.Kinds{linkNotFound, linkEnding, linkInUse},
		Versions: api.Since("2023-02-01", store.Write(s.Store, kept.Accepted(s.Links.Delete))),
	}, {
		ID: "getVpcPeeringConnections", Aliases: []string{"listVpcPeeringConnections", "listGroupStreamVpcPeeringConnections"}, Method: http.MethodGet, Path: peers, Tag: tag,
		Summary: "Return all connections that another network asks for", Description: "Other networks ask for them from outside, where nobody knows this server: there are none.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2023-02-01", store.Read(s.Store, requested)),
	}, {
		ID: "deleteVpcPeeringConnection", Aliases: []string{"deleteGroupStreamVpcPeeringConnection"}, Method: http.MethodDelete, Path: peers + "/{id}", Tag: tag,
		Summary: "Remove one connection of stream processors with another network",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamProcessingOwner), Status: http.StatusAccepted, Level: api.Declared, Errors: fault.Kinds{peeringNotFound},
		Versions: api.Since("2023-02-01", store.Write(s.Store, noPeering)),
	}, {
		ID: "acceptVpcPeeringConnection", Aliases: []string{"acceptGroupStreamVpcPeeringConnection"}, Method: http.MethodPost, Path: peers + "/{id}:accept", Tag: tag,
		Summary: "Accept one connection that another network asks for",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamProcessingOwner), Status: http.StatusAccepted, Level: api.Declared, Errors: fault.Kinds{peeringNotFound},
		Versions: api.Since("2023-02-01", store.Write(s.Store, accept)),
	}, {
		ID: "rejectVpcPeeringConnection", Aliases: []string{"rejectGroupStreamVpcPeeringConnection"}, Method: http.MethodPost, Path: peers + "/{id}:reject", Tag: tag,
		Summary: "Reject one connection that another network asks for",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupStreamProcessingOwner), Status: http.StatusAccepted, Level: api.Declared, Errors: fault.Kinds{peeringNotFound},
		Versions: api.Since("2023-02-01", store.Write(s.Store, noPeering)),
	}, {
		ID: "getStreamInstance", Aliases: []string{"getStreamWorkspace", "getGroupStreamWorkspace"}, Method: http.MethodGet, Path: one, Tag: tag,
		Summary: "Return one stream processing workspace of one project",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupDataAccessAdmin, authz.GroupDataAccessReadOnly, authz.GroupDataAccessReadWrite, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{workspaceNotFound},
		Versions: api.Since("2023-02-01", store.Read(s.Store, s.get)),
	}, {
		ID: "updateStreamInstance", Aliases: []string{"updateStreamWorkspace", "updateGroupStreamWorkspace"}, Method: http.MethodPatch, Path: one, Tag: tag,
		Summary: "Change one stream processing workspace of one project",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupDataAccessAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{workspaceNotFound},
		Versions: api.Since("2023-02-01", store.Write(s.Store, s.update)),
	}, {
		ID: "deleteStreamInstance", Aliases: []string{"deleteStreamWorkspace", "deleteGroupStreamWorkspace"}, Method: http.MethodDelete, Path: one, Tag: tag,
		Summary: "Remove one stream processing workspace from one project", Description: "Its connections go with it; one with processors stays until they are removed.",
		Roles: authz.Any(authz.OrgStreamAdmin, authz.GroupDataAccessAdmin, authz.GroupStreamManager), Status: http.StatusAccepted, Level: api.Declared, Errors: fault.Kinds{workspaceNotFound, workspaceInUse},
		Versions: api.Since("2023-02-01", store.Write(s.Store, kept.Accepted(s.Delete))),
	}, {
		ID: "downloadStreamTenantAuditLogs", Aliases: []string{"downloadAuditLogs", "downloadGroupStreamAuditLogs"}, Method: http.MethodGet, Path: one + "/auditLogs", Tag: tag,
		Summary: "Return the audit log of one stream processing workspace", Description: "No processor runs: the log is empty.",
		Roles: authz.Any(authz.OrgStreamAdmin, authz.GroupDataAccessAdmin, authz.GroupDataAccessReadOnly, authz.GroupDataAccessReadWrite, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{workspaceNotFound},
		Versions: []api.Version{api.Streamed("2023-02-01", api.Gzip, store.Write(s.Store, s.logs("STREAM_TENANT_AUDIT_LOGS")))},
	}, {
		ID: "downloadOperationalLogs", Aliases: []string{"downloadGroupStreamOperationalLogs"}, Method: http.MethodGet, Path: one + ":downloadOperationalLogs", Tag: tag,
		Summary: "Return the operational log of one stream processing workspace", Description: "No processor runs: the log is empty.",
		Roles: authz.Any(authz.OrgStreamAdmin, authz.GroupDataAccessAdmin, authz.GroupDataAccessReadOnly, authz.GroupDataAccessReadWrite, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{workspaceNotFound},
		Versions: []api.Version{api.Streamed("2025-03-12", api.Gzip, store.Write(s.Store, s.logs("STREAM_TENANT_OPERATIONAL_LOGS")))},
	}, {
		ID: "createStreamInstanceWithSampleConnections", Aliases: []string{"withStreamSampleConnections", "withGroupStreamSampleConnections"}, Method: http.MethodPost, Path: path + ":withSampleConnections", Tag: tag,
		Summary: "Create one stream processing workspace with connections to sample data",
		Roles:   authz.Any(authz.OrgStreamAdmin, authz.GroupDataAccessAdmin, authz.GroupStreamManager), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{workspaceExists, workspacesLimit, connectionsLimit},
		Versions: api.Since("2024-08-05", store.Write(s.Store, s.createWithSamples)),
	}}
}

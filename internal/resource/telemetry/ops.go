package telemetry

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	logTag     = "Push-Based Log Export"
	logPath    = "/groups/{groupId}/logIntegrations"
	exportPath = "/groups/{groupId}/pushBasedLogExport"
	metricTag  = "Metric Integrations"
	metricPath = "/groups/{groupId}/metricIntegrations"
)

// Operations are those on integrations that logs are sent to.
func (s *Logs) Operations() api.Operations {
	return api.Operations{{
		ID: "listGroupLogIntegrations", Method: http.MethodGet, Path: logPath, Tag: logTag,
		Summary: "Return all services that logs of one project are sent to",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.list)),
	}, {
		ID: "createGroupLogIntegration", Method: http.MethodPost, Path: logPath, Tag: logTag,
		Summary: "Create one service that logs of one project are sent to", Description: "Nothing is sent. Of secrets only the last characters are kept.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusCreated, Level: api.Declared, Errors: fault.Kinds{integrationsLimit},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.Create)),
	}, {
		ID: "getGroupLogIntegration", Method: http.MethodGet, Path: logPath + "/{id}", Tag: logTag,
		Summary: "Return one service that logs of one project are sent to",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{integrationNotFound},
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.Get)),
	}, {
		ID: "updateGroupLogIntegration", Method: http.MethodPut, Path: logPath + "/{id}", Tag: logTag,
		Summary: "Replace one service that logs of one project are sent to",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{integrationNotFound},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.Replace)),
	}, {
		ID: "deleteGroupLogIntegration", Method: http.MethodDelete, Path: logPath + "/{id}", Tag: logTag,
		Summary: "Remove one service that logs of one project are sent to",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: fault.Kinds{integrationNotFound},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.Delete)),
	}}
}

// Operations are those on a project's log export.
func (s *Export) Operations() api.Operations {
	return api.Operations{{
		ID: "getPushBasedLogConfiguration", Aliases: []string{"getLogExport", "getGroupPushBasedLogExport"}, Method: http.MethodGet, Path: exportPath, Tag: logTag,
		Summary: "Return the log export of one project", Description: "A project without one has the state UNCONFIGURED.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Simulated,
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.get)),
	}, {
		ID: "createPushBasedLogConfiguration", Aliases: []string{"createLogExport", "createGroupPushBasedLogExport"}, Method: http.MethodPost, Path: exportPath, Tag: logTag,
		Summary: "Configure the log export of one project", Description: "Nothing is written: the export goes through the service's states as if its bucket were.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{exportConfigured},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.create)),
	}, {
		ID: "updatePushBasedLogConfiguration", Aliases: []string{"updateLogExport", "updateGroupPushBasedLogExport"}, Method: http.MethodPatch, Path: exportPath, Tag: logTag,
		Summary: "Change the log export of one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{exportMissing},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.update)),
	}, {
		ID: "deletePushBasedLogConfiguration", Aliases: []string{"deleteLogExport", "deleteGroupPushBasedLogExport"}, Method: http.MethodDelete, Path: exportPath, Tag: logTag,
		Summary: "Remove the log export of one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{exportMissing},
		Versions: api.Since("2023-01-01", store.Write(s.Store, kept.Accepted(s.Delete))),
	}}
}

// Operations are those on integrations that metrics are sent to.
func (s *Metrics) Operations() api.Operations {
	return api.Operations{{
		ID: "listGroupMetricIntegrations", Method: http.MethodGet, Path: metricPath, Tag: metricTag,
		Summary: "Return all services that metrics of one project are sent to",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared,
		Versions: []api.Version{api.At("2025-03-12", store.Read(s.Store, s.list)), api.At(api.Preview, store.Read(s.Store, s.list))},
	}, {
		ID: "createGroupMetricIntegration", Method: http.MethodPost, Path: metricPath, Tag: metricTag,
		Summary: "Create one service that metrics of one project are sent to", Description: "Nothing is sent. The values of headers are not kept.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusCreated, Level: api.Declared, Errors: fault.Kinds{integrationsLimit},
		Versions: []api.Version{api.At("2025-03-12", store.Write(s.Store, s.Create)), api.At(api.Preview, store.Write(s.Store, s.Create))},
	}, {
		ID: "getGroupMetricIntegration", Method: http.MethodGet, Path: metricPath + "/{metricIntegrationId}", Tag: metricTag,
		Summary: "Return one service that metrics of one project are sent to",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{integrationNotFound},
		Versions: []api.Version{api.At("2025-03-12", store.Read(s.Store, s.Get)), api.At(api.Preview, store.Read(s.Store, s.Get))},
	}, {
		ID: "updateGroupMetricIntegration", Method: http.MethodPut, Path: metricPath + "/{metricIntegrationId}", Tag: metricTag,
		Summary: "Replace one service that metrics of one project are sent to",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{integrationNotFound},
		Versions: []api.Version{api.At("2025-03-12", store.Write(s.Store, s.Replace)), api.At(api.Preview, store.Write(s.Store, s.Replace))},
	}, {
		ID: "deleteGroupMetricIntegration", Method: http.MethodDelete, Path: metricPath + "/{metricIntegrationId}", Tag: metricTag,
		Summary: "Remove one service that metrics of one project are sent to",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: fault.Kinds{integrationNotFound},
		Versions: []api.Version{api.At("2025-03-12", store.Write(s.Store, s.Delete)), api.At(api.Preview, store.Write(s.Store, s.Delete))},
	}}
}

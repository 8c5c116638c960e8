package alert

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag        = "Alert Configurations"
	configPath = "/groups/{groupId}/alertConfigs"
	oneConfig  = "/groups/{groupId}/alertConfigs/{alertConfigId}"
)

// Operations are the family's operations.
func (s *Configurations) Operations() api.Operations {
	return api.Operations{{
		ID: "listAlertConfigurationMatchersFieldNames", Aliases: []string{"listMatcherFieldNames", "listAlertConfigMatcherFieldNames"}, Method: http.MethodGet,
		Path: "/alertConfigs/matchers/fieldNames", Tag: tag,
		Summary: "Return the names of fields that alert configurations match",
		Roles:   authz.Authenticated, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, fieldNames)),
	}, {
		ID: "listAlertConfigurations", Aliases: []string{"listAlertConfigs", "listGroupAlertConfigs"}, Method: http.MethodGet, Path: configPath, Tag: tag,
		Summary: "Return all alert configurations of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.List)),
	}, {
		ID: "getAlertConfiguration", Aliases: []string{"getAlertConfig", "getGroupAlertConfig"}, Method: http.MethodGet, Path: oneConfig, Tag: tag,
		Summary: "Return one alert configuration of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{configNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.Get)),
	}, {
		ID: "createAlertConfiguration", Aliases: []string{"createAlertConfig", "createGroupAlertConfig"}, Method: http.MethodPost, Path: configPath, Tag: tag,
		Summary:     "Create one alert configuration in one project",
		Description: "Responses mask secrets; who sends a masked one back means the one that is kept. Nobody is told by SMS or HipChat.",
		Roles:       authz.Any(authz.OrgOwner, authz.GroupOwner, authz.GroupAlertsManager), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{configsLimit},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.Create)),
	}, {
		ID: "updateAlertConfiguration", Aliases: []string{"updateAlertConfig", "updateGroupAlertConfig"}, Method: http.MethodPut, Path: oneConfig, Tag: tag,
		Summary: "Replace one alert configuration of one project",
		Roles:   authz.Any(authz.OrgOwner, authz.GroupOwner, authz.GroupAlertsManager), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{configNotFound},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.Replace)),
	}, {
		ID: "toggleAlertConfiguration", Aliases: []string{"toggleAlertConfig", "toggleGroupAlertConfig"}, Method: http.MethodPatch, Path: oneConfig, Tag: tag,
		Summary: "Switch one alert configuration of one project on or off",
		Roles:   authz.Any(authz.OrgOwner, authz.GroupOwner, authz.GroupAlertsManager), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{configNotFound},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.toggle)),
	}, {
		ID: "deleteAlertConfiguration", Aliases: []string{"deleteAlertConfig", "deleteGroupAlertConfig"}, Method: http.MethodDelete, Path: oneConfig, Tag: tag,
		Summary: "Remove one alert configuration from one project",
		Roles:   authz.Any(authz.OrgOwner, authz.GroupOwner, authz.GroupAlertsManager), Status: http.StatusNoContent, Level: api.Real,
		Errors: fault.Kinds{configNotFound}, Versions: api.Since("2023-01-01", store.Write(s.Store, s.Delete)),
	}, {
		ID: "listAlertConfigurationsByAlertId", Aliases: []string{"getAlertConfigs", "getGroupAlertAlertConfigs"}, Method: http.MethodGet,
		Path: "/groups/{groupId}/alerts/{alertId}/alertConfigs", Tag: tag,
		Summary: "Return the alert configurations that raised one alert",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{alertNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.ofAlert)),
	}}
}

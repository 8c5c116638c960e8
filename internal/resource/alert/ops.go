package alert

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "listAlertsByAlertConfigurationId", Aliases: []string{"getAlertConfigAlerts", "getGroupAlertConfigAlerts"}, Method: http.MethodGet,
		Path: "/groups/{groupId}/alertConfigs/{alertConfigId}/alerts", Tag: "Alerts",
		Summary: "Return the alerts that one alert configuration raised", Description: "Nothing raises alerts yet: the list is empty.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{configNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Configurations.Store, s.ofConfig)),
	}, {
		ID: "listAlerts", Aliases: []string{"listGroupAlerts"}, Method: http.MethodGet, Path: "/groups/{groupId}/alerts", Tag: "Alerts",
		Summary: "Return all alerts of one project", Description: "Nothing raises alerts yet: the list is empty.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2023-01-01", s.list),
	}, {
		ID: "getAlert", Aliases: []string{"getGroupAlert"}, Method: http.MethodGet, Path: "/groups/{groupId}/alerts/{alertId}", Tag: "Alerts",
		Summary: "Return one alert of one project", Description: "Nothing raises alerts yet: none is found.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{alertNotFound}, Versions: api.Since("2023-01-01", s.get),
	}, {
		ID: "acknowledgeAlert", Aliases: []string{"acknowledgeGroupAlert"}, Method: http.MethodPatch, Path: "/groups/{groupId}/alerts/{alertId}", Tag: "Alerts",
		Summary: "Acknowledge one alert of one project", Description: "Nothing raises alerts yet: none is found.",
		Roles: authz.Any(authz.OrgOwner, authz.GroupOwner, authz.GroupAlertsManager), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{alertNotFound},
		Versions: []api.Version{api.At("2023-01-01", s.acknowledge).Until("2027-07-01"), api.At("2024-05-30", s.acknowledge)},
	}}
}

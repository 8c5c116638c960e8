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
		Summary: "Return the alerts that one alert configuration raised",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{configNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Configurations.Store, s.ofConfig)),
	}, {
		ID: "listAlerts", Aliases: []string{"listGroupAlerts"}, Method: http.MethodGet, Path: "/groups/{groupId}/alerts", Tag: "Alerts",
		Summary: "Return all alerts of one project", Description: "Returns alerts, oldest first. A project keeps its last 2000 alerts that are over.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Configurations.Store, s.list)),
	}, {
		ID: "getAlert", Aliases: []string{"getGroupAlert"}, Method: http.MethodGet, Path: "/groups/{groupId}/alerts/{alertId}", Tag: "Alerts",
		Summary: "Return one alert of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{alertNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Configurations.Store, s.get)),
	}, {
		ID: "acknowledgeAlert", Aliases: []string{"acknowledgeGroupAlert"}, Method: http.MethodPatch, Path: "/groups/{groupId}/alerts/{alertId}", Tag: "Alerts",
		Summary: "Acknowledge one alert of one project", Description: "Nobody is told of the alert until the acknowledgement ends. Without acknowledgedUntil, it ends now.",
		Roles: authz.Any(authz.OrgOwner, authz.GroupOwner, authz.GroupAlertsManager), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{alertNotFound},
		Versions: []api.Version{api.At("2023-01-01", store.Write(s.Configurations.Store, s.acknowledge)).Until("2027-07-01"),
			api.At("2024-05-30", store.Write(s.Configurations.Store, s.acknowledge)),
		},
	}}
}

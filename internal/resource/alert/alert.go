// Package alert is the family Alerts: what a project is warned of. Nothing raises alerts yet, so the list is empty.
package alert

import (
	"context"
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
)

// Service serves the family.
type Service struct{}

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "listAlerts", Aliases: []string{"listGroupAlerts"}, Method: http.MethodGet, Path: "/groups/{groupId}/alerts", Tag: "Alerts",
		Summary: "Return all alerts of one project", Description: "Nothing raises alerts yet: the list is empty.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Versions: []api.Version{api.At("2023-01-01", s.list)},
	}}
}

// AlertViewForNdsGroup is an alert of a project.
type AlertViewForNdsGroup struct {
	AlertConfigID string   `json:"alertConfigId" api:"required,readonly,is=objectId" doc:"Id of the alert configuration that raised the alert."`
	Created       api.Time `json:"created" api:"required,readonly" doc:"When the alert was raised."`
	EventTypeName string   `json:"eventTypeName" api:"required,readonly" doc:"The event that the alert warns of."`
	ID            string   `json:"id" api:"required,readonly,is=objectId" doc:"Id of the alert."`
	Status        string   `json:"status" api:"required,readonly,enum=CANCELLED|CLOSED|OPEN|TRACKING" doc:"What has become of the alert."`
	Updated       api.Time `json:"updated" api:"required,readonly" doc:"When the alert last changed."`
}

type listIn struct {
	api.InGroup
	api.Paging
	Status string `query:"status" api:"enum=OPEN|TRACKING|CLOSED" doc:"Alerts of this status only."`
}

func (s *Service) list(_ context.Context, in listIn) (api.Page[AlertViewForNdsGroup], error) {
	return api.PageOf(in.Paging, []AlertViewForNdsGroup{}), nil
}

// Package alert is the families Alerts and Alert Configurations: what a project is warned of, and when. Configurations are
// checked, kept and shown. Nothing raises alerts yet, so there are none.
package alert

import (
	"context"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves alerts.
type Service struct{ Configurations *Configurations }

// AlertViewForNdsGroup is an alert of a project.
type AlertViewForNdsGroup struct {
	AlertConfigID string   `json:"alertConfigId" api:"required,readonly,is=objectId" doc:"Id of the alert configuration that raised the alert."`
	Created       api.Time `json:"created" api:"required,readonly" doc:"When the alert was raised."`
	EventTypeName string   `json:"eventTypeName" api:"required,readonly" doc:"The event that the alert warns of."`
	ID            string   `json:"id" api:"required,readonly,is=objectId" doc:"Id of the alert."`
	Status        string   `json:"status" api:"required,readonly,enum=CANCELLED|CLOSED|OPEN|TRACKING" doc:"What has become of the alert."`
	Updated       api.Time `json:"updated" api:"required,readonly" doc:"When the alert last changed."`
}

// AcknowledgeAlert says for how long an alert is acknowledged.
type AcknowledgeAlert struct {
	AcknowledgedUntil      api.Time `json:"acknowledgedUntil,omitzero" doc:"When the acknowledgement ends."`
	AcknowledgementComment string   `json:"acknowledgementComment,omitempty" api:"maxLen=200" doc:"What is to be remembered."`
	Unacknowledge          *bool    `json:"unacknowledgeAlert,omitempty" doc:"Whether the acknowledgement ends now."`
}

type listIn struct {
	api.InGroup
	api.Paging
	Status string `query:"status" api:"enum=OPEN|TRACKING|CLOSED" doc:"Alerts of this status only."`
}

func (s *Service) list(_ context.Context, in listIn) (api.Page[AlertViewForNdsGroup], error) {
	return api.PageOf(in.Paging, []AlertViewForNdsGroup{}), nil
}

type ofConfigIn struct {
	oneConfigIn
	api.Paging
}

func (s *Service) ofConfig(tx store.Tx, in ofConfigIn) (api.Page[AlertViewForNdsGroup], error) {
	_, err := s.Configurations.Find(tx, in.oneConfigIn)
	return api.PageOf(in.Paging, []AlertViewForNdsGroup{}), err
}

type oneIn struct {
	api.InGroup
	AlertID string `path:"alertId" api:"is=objectId" doc:"Id of the alert."`
}

func (s *Service) get(_ context.Context, in oneIn) (out AlertViewForNdsGroup, err error) {
	return out, alertNotFound.With(in.AlertID)
}

type acknowledgeIn struct {
	oneIn
	Body AcknowledgeAlert
}

func (s *Service) acknowledge(_ context.Context, in acknowledgeIn) (out AlertViewForNdsGroup, err error) {
	return out, alertNotFound.With(in.AlertID)
}

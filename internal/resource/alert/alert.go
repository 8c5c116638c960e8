// Package alert is the families Alerts and Alert Configurations: what a project is warned of, and when, and who is told.
//
// A configuration is about a condition, such as a metric beyond a threshold, or about events. Conditions are looked at with
// every minute that is measured, in the transaction that keeps it, and events once a minute. An alert that is raised goes
// its way by work of its own, so the clock can be moved over it.
package alert

import (
	"cmp"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/notify"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves alerts.
type Service struct {
	Configurations *Configurations
	Bases          notify.Bases
}

// AlertViewForNdsGroup is an alert of a project.
type AlertViewForNdsGroup struct {
	AcknowledgedUntil      *api.Time    `json:"acknowledgedUntil,omitempty" api:"readonly" doc:"When the acknowledgement ends."`
	AcknowledgementComment string       `json:"acknowledgementComment,omitempty" api:"readonly" doc:"What is to be remembered."`
	AcknowledgingUsername  string       `json:"acknowledgingUsername,omitempty" api:"readonly" doc:"Who has acknowledged the alert: a person, or the public part of a key."`
	AlertConfigID          string       `json:"alertConfigId" api:"required,readonly,is=objectId" doc:"Id of the alert configuration that raised the alert."`
	ClusterID              string       `json:"clusterId,omitempty" api:"readonly,is=objectId" doc:"Id of the cluster that the alert is about."`
	ClusterName            string       `json:"clusterName,omitempty" api:"readonly" doc:"Name of the cluster that the alert is about."`
	Created                api.Time     `json:"created" api:"required,readonly" doc:"When the condition began to hold."`
	CurrentValue           *MetricValue `json:"currentValue,omitempty" api:"readonly" doc:"What was measured last."`
	EventTypeName          string       `json:"eventTypeName" api:"required,readonly" doc:"The event that the alert warns of."`
	GroupID                string       `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	HostnameAndPort        string       `json:"hostnameAndPort,omitempty" api:"readonly" doc:"Process that the alert is about."`
	ID                     string       `json:"id" api:"required,readonly,is=objectId" doc:"Id of the alert."`
	LastNotified           *api.Time    `json:"lastNotified,omitempty" api:"readonly" doc:"When people were told last."`
	Links                  []api.Link   `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	MetricName             string       `json:"metricName,omitempty" api:"readonly" doc:"The metric that is beyond its threshold."`
	OrgID                  string       `json:"orgId,omitempty" api:"readonly,is=objectId" doc:"Id of the organization."`
	ReplicaSetName         string       `json:"replicaSetName,omitempty" api:"readonly" doc:"Name of the replica set that the alert is about."`
	Resolved               *api.Time    `json:"resolved,omitempty" api:"readonly" doc:"When the alert was closed."`
	Status                 string       `json:"status" api:"required,readonly,enum=CANCELLED|CLOSED|OPEN|TRACKING" doc:"What has become of the alert."`
	Updated                api.Time     `json:"updated" api:"required,readonly" doc:"When the alert last changed."`
	UserAlias              string       `json:"userAlias,omitempty" api:"readonly" doc:"Name of the process that begins with that of its cluster."`
}

// MetricValue is what was measured.
type MetricValue struct {
	Number api.Double `json:"number" api:"readonly" doc:"The value."`
	Units  string     `json:"units,omitempty" api:"readonly" doc:"Unit of the value."`
}

// show is the alert as the API shows it.
func (a *Alert) show() AlertViewForNdsGroup {
	path := "/groups/" + a.GroupID + "/alerts/" + a.ID
	w := AlertViewForNdsGroup{
		AcknowledgedUntil: at(a.Acknowledged), AcknowledgementComment: a.Comment, AcknowledgingUsername: a.AcknowledgedBy, AlertConfigID: a.ConfigID,
		ClusterID: a.ClusterID, ClusterName: a.Cluster, Created: api.Time{Time: a.Created}, EventTypeName: string(a.Type), GroupID: a.GroupID,
		HostnameAndPort: a.Host, ID: a.ID, LastNotified: at(a.Notified), Links: api.Self(path), MetricName: a.Metric, OrgID: a.OrgID,
		ReplicaSetName: a.ReplicaSet, Resolved: at(a.Resolved), Status: string(a.Status), Updated: api.Time{Time: a.Updated}, UserAlias: a.UserAlias,
	}
	if a.Value != nil {
		w.CurrentValue = &MetricValue{api.Double(*a.Value), a.Units}
	}
	return w
}

// at is an instant that may be absent.
func at(t time.Time) *api.Time {
	if t.IsZero() {
		return nil
	}
	return &api.Time{Time: t}
}

// AcknowledgeAlert says for how long an alert is acknowledged.
type AcknowledgeAlert struct {
	AcknowledgedUntil      *api.Time `json:"acknowledgedUntil,omitempty" doc:"When the acknowledgement ends."`
	AcknowledgementComment string    `json:"acknowledgementComment,omitempty" api:"maxLen=200" doc:"What is to be remembered."`
	Unacknowledge          *bool     `json:"unacknowledgeAlert,omitempty" doc:"Whether the acknowledgement ends now."`
}

type listIn struct {
	api.InGroup
	api.Paging
	Status string `query:"status" api:"enum=OPEN|TRACKING|CLOSED" doc:"Alerts of this status only."`
}

func (s *Service) list(tx store.Tx, in listIn) (api.Page[AlertViewForNdsGroup], error) {
	q := store.Query{Index: "group", Prefix: []string{in.GroupID}}
	if in.Status != "" {
		q = store.Query{Index: "status", Prefix: []string{in.GroupID, in.Status}}
	}
	return page(tx, in.Paging, q)
}

// page returns a page of the alerts that q selects.
func page(tx store.Tx, in api.Paging, q store.Query) (out api.Page[AlertViewForNdsGroup], err error) {
	n, err := Alerts.Count(tx, q)
	if err != nil {
		return out, err
	}
	q.Offset, q.Limit = in.Offset(), in.ItemsPerPage
	all, err := Alerts.List(tx, q)
	out.TotalCount, out.Results = api.Total(in, n), []AlertViewForNdsGroup{}
	for _, a := range all {
		out.Results = append(out.Results, a.show())
	}
	return out, err
}

type ofConfigIn struct {
	oneConfigIn
	api.Paging
}

func (s *Service) ofConfig(tx store.Tx, in ofConfigIn) (out api.Page[AlertViewForNdsGroup], err error) {
	if _, err := s.Configurations.Find(tx, in.oneConfigIn); err != nil {
		return out, err
	}
	return page(tx, in.Paging, store.Query{Index: "config", Prefix: []string{in.AlertConfigID}})
}

type oneIn struct {
	api.InGroup
	AlertID string `path:"alertId" api:"is=objectId" doc:"Id of the alert."`
}

// find returns the alert that in names.
func find(tx store.Tx, in oneIn) (*Alert, error) {
	a, err := Alerts.Get(tx, in.AlertID)
	if err == nil && a.GroupID != in.GroupID {
		err = store.ErrNotFound
	}
	return a, store.IfMissing(err, alertNotFound.With(in.AlertID))
}

func (s *Service) get(tx store.Tx, in oneIn) (out AlertViewForNdsGroup, err error) {
	a, err := find(tx, in)
	if err != nil {
		return out, err
	}
	return a.show(), nil
}

type acknowledgeIn struct {
	oneIn
	Body AcknowledgeAlert
}

// acknowledge keeps people from being told of an alert for a time, or ends that.
func (s *Service) acknowledge(tx store.Tx, in acknowledgeIn) (out AlertViewForNdsGroup, err error) {
	a, err := find(tx, in.oneIn)
	if err != nil {
		return out, err
	}
	p, err := state.Project(tx, a.GroupID)
	if err != nil {
		return out, err
	}
	a.Updated = tx.Now()
	what := event.Type("ALERT_ACKNOWLEDGED_AUDIT")
	if end := in.Body.AcknowledgedUntil; end == nil || api.Or(in.Body.Unacknowledge, false) || !end.After(tx.Now()) {
		what = "ALERT_UNACKNOWLEDGED_AUDIT"
		a.Acknowledged, a.AcknowledgedBy, a.Comment = time.Time{}, "", ""
	} else {
		who := authz.From(tx.Context())
		a.Acknowledged, a.AcknowledgedBy, a.Comment, a.Notified = end.UTC(), cmp.Or(who.Name, who.ID), in.Body.AcknowledgementComment, tx.Now()
		err = s.tellAcknowledged(tx, p, a)
	}
	if err != nil {
		return out, err
	}
	if err := a.write(tx, p, what, tx.Now()); err != nil {
		return out, err
	}
	return a.show(), Alerts.Put(tx, a)
}

// tellAcknowledged tells those who have been told of a live alert.
func (s *Service) tellAcknowledged(tx store.Tx, p *model.Project, a *Alert) error {
	c, err := configs.Get(tx, a.ConfigID)
	if err != nil || !a.live() {
		return store.IfMissing(err, nil)
	}
	a.follow(c)
	for _, d := range a.Due {
		if n := notification(c, d.Notifier); d.Told && n.hears() {
			if err := s.tell(tx, p, c, n, a, notify.Acknowledged, tx.Now()); err != nil {
				return err
			}
		}
	}
	return nil
}

// hears reports whether the receiver is a program that keeps a state of the alert. People see who has acknowledged it.
func (w *AlertsNotificationRootForGroup) hears() bool {
	switch w.TypeName {
	case "PAGER_DUTY", "OPS_GENIE", "VICTOR_OPS", "WEBHOOK":
		return true
	}
	return false
}

// OnProjectDelete removes the alerts of a project that is being deleted, and what was still to be told.
func (s *Service) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	if err := Alerts.DeleteAll(tx, store.Query{Index: "group", Prefix: []string{groupID}}); err != nil {
		return err
	}
	if err := unfollow(tx, groupID); err != nil {
		return err
	}
	return notify.Drop(tx, groupID)
}

// Tables are the tables of alerts.
func (s *Service) Tables() []*store.Schema { return []*store.Schema{Alerts.Schema(), cursors.Schema()} }

// Work has the handlers of alerts.
func (s *Service) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{Kind: s, EventsKind: Listener{s}}
}

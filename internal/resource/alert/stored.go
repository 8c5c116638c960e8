package alert

import (
	"time"

	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// status is what has become of an alert.
type status string

// The states of an alert: its condition holds, but not for as long as it is to hold; people are told; it is over; what it is
// about, or its configuration, is gone.
const (
	tracking  status = "TRACKING"
	opened    status = "OPEN"
	closed    status = "CLOSED"
	cancelled status = "CANCELLED"
)

// Alert is an alert in stored form.
type Alert struct {
	ID       model.ID   `json:"id"`
	GroupID  model.ID   `json:"groupId"`
	OrgID    model.ID   `json:"orgId"`
	ConfigID model.ID   `json:"configId"`
	Type     event.Type `json:"type"`
	Status   status     `json:"status"`
	Severity string     `json:"severity,omitempty"`
	Target   string     `json:"target"` // what it is about, told apart from all else of its configuration

	ClusterID  model.ID `json:"clusterId,omitempty"`
	Cluster    string   `json:"cluster,omitempty"`
	Host       string   `json:"host,omitempty"` // and port
	ReplicaSet string   `json:"replicaSet,omitempty"`
	UserAlias  string   `json:"userAlias,omitempty"`
	Metric     string   `json:"metric,omitempty"`
	Value      *float64 `json:"value,omitempty"` // in Units
	Units      string   `json:"units,omitempty"`
	EventID    model.ID `json:"eventId,omitempty"` // that it tells of, if it tells of one

	Created  time.Time `json:"created"`
	Updated  time.Time `json:"updated"`
	Resolved time.Time `json:"resolved,omitzero"`
	Notified time.Time `json:"notified,omitzero"`

	Acknowledged   time.Time `json:"acknowledged,omitzero"` // until when
	AcknowledgedBy string    `json:"acknowledgedBy,omitempty"`
	Comment        string    `json:"comment,omitempty"`

	Due []due `json:"due,omitempty"` // when people are told again

	Rev int64 `json:"-"`
}

// due says when a notification of the alert's configuration is sent next. The zero time is never.
type due struct {
	Notifier model.ID  `json:"notifier"`
	At       time.Time `json:"at,omitzero"`
	Told     bool      `json:"told,omitempty"` // it has been sent
}

// live reports whether the condition holds, as far as is known.
func (a *Alert) live() bool { return a.Status == tracking || a.Status == opened }

// Alerts are the alerts of all projects. Of a configuration and a target there is one that lives.
var Alerts = &store.Table[Alert]{
	Name: "alerts",
	ID:   func(a *Alert) string { return a.ID },
	Rev:  func(a *Alert) *int64 { return &a.Rev },
	Indexes: []store.Index[Alert]{
		{Name: "group", Key: func(a *Alert) []string { return []string{a.GroupID, a.ID} }},
		{Name: "status", Key: func(a *Alert) []string { return []string{a.GroupID, string(a.Status), a.ID} }},
		{Name: "config", Key: func(a *Alert) []string { return []string{a.ConfigID, a.ID} }},
		{Name: "live", Unique: true, Key: func(a *Alert) []string {
			if !a.live() {
				return nil
			}
			return []string{a.GroupID, a.ConfigID, a.Target}
		}},
	},
}

// Open returns how many alerts of a project are open, by the id of the cluster that they are about.
func Open(tx store.Tx, groupID model.ID) (map[model.ID]int, error) {
	all, err := Alerts.List(tx, store.Query{Index: "status", Prefix: []string{groupID, string(opened)}})
	count := map[model.ID]int{}
	for _, a := range all {
		count[a.ClusterID]++
	}
	return count, err
}

// mostClosed is how many alerts that are over a project keeps; older ones are removed.
const mostClosed = 2000

// prune removes the oldest alerts that are over, if there are too many.
func prune(tx store.Tx, groupID model.ID) error {
	over := store.Query{Index: "status", Prefix: []string{groupID, string(closed)}}
	n, err := Alerts.Count(tx, over)
	if err != nil || n <= mostClosed {
		return err
	}
	over.Limit = int(n - mostClosed)
	return Alerts.DeleteAll(tx, over)
}

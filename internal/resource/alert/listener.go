package alert

import (
	"context"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/notify"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// EventsKind is the work of raising alerts of the events of a project. Its key is the project's id.
const EventsKind reconcile.Kind = "alert.events"

// listenEvery is how often a project's events are looked at.
const listenEvery = time.Minute

// cursor says up to which event a project's events have been looked at.
type cursor struct {
	GroupID model.ID  `json:"groupId"`
	Since   time.Time `json:"since"`          // of the last event, or of the first configuration
	Last    model.ID  `json:"last,omitempty"` // event
	Rev     int64     `json:"-"`
}

var cursors = &store.Table[cursor]{
	Name: "alert_cursors",
	ID:   func(c *cursor) string { return c.GroupID },
	Rev:  func(c *cursor) *int64 { return &c.Rev },
}

// follow has the events of a project looked at from now on.
func follow(tx store.Tx, groupID model.ID) error {
	if _, err := cursors.Get(tx, groupID); !store.IsNotFound(err) {
		return err
	}
	if err := cursors.Put(tx, &cursor{GroupID: groupID, Since: tx.Now()}); err != nil {
		return err
	}
	return reconcile.Schedule(tx, EventsKind, groupID, "", tx.Now().Add(listenEvery))
}

func unfollow(tx store.Tx, groupID model.ID) error {
	c, err := cursors.Get(tx, groupID)
	if err != nil {
		return store.IfMissing(err, nil)
	}
	return cursors.Delete(tx, c)
}

// Listener raises alerts of events.
type Listener struct{ *Service }

// mostEvents is how many events are looked at at once.
const mostEvents = 1000

// Reconcile looks at the events of a project since the last time, as long as it has configurations that are
// about events.
func (l Listener) Reconcile(ctx context.Context, groupID string) (again time.Time, err error) {
	err = l.Configurations.Store.Update(ctx, func(tx store.Tx) error {
		again = time.Time{}
		seen, err := cursors.Get(tx, groupID)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		all, err := configs.List(tx, l.Configurations.InProject(groupID))
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(c *config) bool { return !c.Value.Enabled || ends[c.Value.EventTypeName] != "" })
		if len(all) == 0 {
			return cursors.Delete(tx, seen)
		}
		again = tx.Now().Add(listenEvery)
		return l.hear(tx, seen, all)
	})
	return again, err
}

// hear raises alerts of the events that nobody has looked at.
func (l Listener) hear(tx store.Tx, seen *cursor, all []*config) error {
	rows, err := tx.Events(store.EventQuery{Series: seen.GroupID, From: seen.Since, Limit: mostEvents})
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(rows, func(e store.Event) bool { return e.ID == seen.Last }); i >= 0 {
		rows = rows[:i]
	}
	if len(rows) == 0 {
		return nil
	}
	p, err := state.Project(tx, seen.GroupID)
	if err != nil {
		return err
	}
	for _, row := range slices.Backward(rows) {
		for _, c := range all {
			if string(c.Value.EventTypeName) != row.Type {
				continue
			}
			if err := l.inform(tx, p, c, row); err != nil {
				return err
			}
		}
	}
	seen.Since, seen.Last = rows[0].Created, rows[0].ID
	return cursors.Put(tx, seen)
}

// inform raises an alert of an event: it is over at once, because it is about a moment, and everybody is told of it once.
func (l Listener) inform(tx store.Tx, p *model.Project, c *config, row store.Event) error {
	of := subject{name: row.Cluster}
	if row.Cluster != "" {
		cluster, err := state.Clusters.Find(tx, "name", p.ID, row.Cluster)
		if err != nil && !store.IsNotFound(err) {
			return err
		}
		if err == nil {
			of.cluster = cluster
		}
	}
	if !c.Value.about(of) {
		return nil
	}
	a := begin(p, c, of, row.ID, row.Created)
	a.Status, a.Resolved, a.Notified, a.EventID, a.Severity = closed, row.Created, row.Created, row.ID, informs(c)
	for _, n := range c.Value.Notifications {
		if err := l.tell(tx, p, c, notification(c, n.NotifierID), a, notify.Informed, row.Created); err != nil {
			return err
		}
	}
	if err := Alerts.Put(tx, a); err != nil {
		return err
	}
	return prune(tx, p.ID)
}

func informs(c *config) string {
	if c.Value.SeverityOverride != "" {
		return c.Value.SeverityOverride
	}
	return "INFO"
}

// Jump has events looked at once when the clock is moved: their alerts have the times of the events.
func (Listener) Jump(_, target time.Time) time.Time { return target }

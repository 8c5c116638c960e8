package alert

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/notify"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Kind is the work of opening an alert whose condition has held for long enough, and of telling people again. Its key is the
// alert's id.
const Kind reconcile.Kind = "alert"

// condition is what was found of a subject, for a configuration, at an instant.
type condition struct {
	subject
	target string
	holds  bool
	value  *float64 // in the unit of the threshold
}

// settle makes the alert of a condition what it is to be: it begins, goes on, or ends. live is the one that lives, or nil.
func (s *Service) settle(tx store.Tx, p *model.Project, c *config, live *Alert, found condition, at time.Time) error {
	switch {
	case live == nil && !found.holds:
		return nil
	case live == nil:
		live = begin(p, c, found.subject, found.target, at)
	case !found.holds:
		if _, err := s.run(tx, p, c, live, at); err != nil {
			return err
		}
		live.measured(c, found, at)
		return s.end(tx, p, c, live, at)
	}
	live.measured(c, found, at)
	before := live.next(c)
	next, err := s.run(tx, p, c, live, at)
	if err != nil || next.IsZero() || live.Rev > 1 && next.Equal(before) {
		return err
	}
	return reconcile.Schedule(tx, Kind, live.ID, "", next)
}

// begin is an alert whose condition has just begun to hold.
func begin(p *model.Project, c *config, of subject, target string, at time.Time) *Alert {
	w := &c.Value
	a := &Alert{
		ID: model.NewID(), GroupID: p.ID, OrgID: p.OrgID, ConfigID: c.ID, Type: w.EventTypeName, Status: tracking, Target: target,
		Severity: cmp.Or(w.SeverityOverride, severities[w.EventTypeName], "WARNING"), Cluster: of.clusterName(), Created: at, Updated: at,
	}
	if of.cluster != nil {
		a.ClusterID, a.ReplicaSet = of.cluster.ID, of.cluster.ReplicaSet
	}
	if of.member != nil {
		a.Host, a.UserAlias = of.member.Address(), of.cluster.MemberAlias(of.member.ID)
	}
	return a
}

// severities are those of conditions that are not warnings.
var severities = map[event.Type]string{"NO_PRIMARY": "CRITICAL", "HOST_DOWN": "CRITICAL"}

func (a *Alert) measured(c *config, found condition, at time.Time) {
	a.Updated = at
	if m := c.Value.MetricThreshold; m != nil && found.value != nil {
		a.Metric, a.Value, a.Units = m.MetricName, found.value, cmp.Or(m.Units, "RAW")
	}
}

// delay is for how long a condition holds before people are told.
func (w *GroupAlertsConfig) delay() (least time.Duration) {
	for i, n := range w.Notifications {
		if d := n.delay(); i == 0 || d < least {
			least = d
		}
	}
	return least
}

func (w *AlertsNotificationRootForGroup) delay() time.Duration { return minutes(w.DelayMin) }

func minutes(n *int) time.Duration {
	if n == nil {
		return 0
	}
	return time.Duration(*n) * time.Minute
}

// mostAtOnce is how many times people are told when a server has slept for long.
const mostAtOnce = 1000

// run does what is to be done with a live alert up to an instant, and returns when more is to be done; zero for never.
func (s *Service) run(tx store.Tx, p *model.Project, c *config, a *Alert, until time.Time) (next time.Time, err error) {
	if open := a.Created.Add(c.Value.delay()); a.Status == tracking && !until.Before(open) {
		a.Status = opened
		if err := a.write(tx, p, a.Type, open); err != nil {
			return next, err
		}
	}
	if a.Status == opened {
		a.follow(c)
		for i := range a.Due {
			if err := s.tellDue(tx, p, c, a, &a.Due[i], until); err != nil {
				return next, err
			}
		}
	}
	return a.next(c), Alerts.Put(tx, a)
}

// next is when more is to be done with a live alert; zero for never.
func (a *Alert) next(c *config) (next time.Time) {
	if a.Status == tracking {
		return a.Created.Add(c.Value.delay())
	}
	for _, d := range a.Due {
		if !d.At.IsZero() && (next.IsZero() || d.At.Before(next)) {
			next = d.At
		}
	}
	return next
}

// follow has one due time for each notification of the configuration.
func (a *Alert) follow(c *config) {
	var all []due
	for _, n := range c.Value.Notifications {
		i := slices.IndexFunc(a.Due, func(d due) bool { return d.Notifier == n.NotifierID })
		if i >= 0 {
			all = append(all, a.Due[i])
		} else {
			all = append(all, due{Notifier: n.NotifierID, At: a.Created.Add(n.delay())})
		}
	}
	a.Due = all
}

// tellDue tells by one notification as often as it is due.
func (s *Service) tellDue(tx store.Tx, p *model.Project, c *config, a *Alert, d *due, until time.Time) error {
	n := notification(c, d.Notifier)
	for range mostAtOnce {
		if d.At.IsZero() || d.At.After(until) {
			return nil
		}
		if a.Acknowledged.After(d.At) {
			d.At = a.Acknowledged
			continue
		}
		what := notify.Opened
		if d.Told {
			what = notify.Reminder
		}
		if err := s.tell(tx, p, c, n, a, what, d.At); err != nil {
			return err
		}
		d.Told, a.Notified = true, d.At
		if every := minutes(n.IntervalMin); every > 0 {
			d.At = d.At.Add(every)
		} else {
			d.At = time.Time{}
		}
	}
	d.At = until.Add(time.Minute)
	return nil
}

// notification is a notification of a configuration, with its secrets.
func notification(c *config, id model.ID) *AlertsNotificationRootForGroup {
	i := slices.IndexFunc(c.Value.Notifications, func(n AlertsNotificationRootForGroup) bool { return n.NotifierID == id })
	n := reveal(c, c.Value.Notifications[i])
	return &n
}

// end closes an alert whose condition holds no more. Of one that nobody was told of, nothing stays.
func (s *Service) end(tx store.Tx, p *model.Project, c *config, a *Alert, at time.Time) error {
	if a.Status == tracking {
		return Alerts.Delete(tx, a)
	}
	a.Status, a.Resolved, a.Updated = closed, at, at
	if err := a.write(tx, p, ends[a.Type], at); err != nil {
		return err
	}
	for _, d := range a.Due {
		if !d.Told {
			continue
		}
		if err := s.tell(tx, p, c, notification(c, d.Notifier), a, notify.Closed, at); err != nil {
			return err
		}
	}
	a.Due = nil
	if err := Alerts.Put(tx, a); err != nil {
		return err
	}
	return prune(tx, a.GroupID)
}

// cancel ends an alert whose subject or configuration is gone.
func cancel(tx store.Tx, a *Alert) error {
	if a.Status == tracking {
		return Alerts.Delete(tx, a)
	}
	a.Status, a.Resolved, a.Updated, a.Due = cancelled, tx.Now(), tx.Now(), nil
	return Alerts.Put(tx, a)
}

// write writes an event about the alert, "" for none.
func (a *Alert) write(tx store.Tx, p *model.Project, what event.Type, at time.Time) error {
	if what == "" {
		return nil
	}
	m := event.Measured{Metric: a.Metric, Units: a.Units, Host: a.Host, ReplicaSet: a.ReplicaSet}
	if a.Value != nil {
		m.Value = *a.Value
	}
	return event.WriteAt(tx, event.InProject(what, p).About(event.Cluster(a.Cluster), event.Alert(a.ID), event.AlertConfig(a.ConfigID), m), at)
}

// Reconcile opens an alert, or tells people again.
func (s *Service) Reconcile(ctx context.Context, id string) (again time.Time, err error) {
	err = s.Configurations.Store.Update(ctx, func(tx store.Tx) error {
		again = time.Time{}
		a, err := Alerts.Get(tx, id)
		if err != nil || !a.live() {
			return store.IfMissing(err, nil)
		}
		c, err := configs.Get(tx, a.ConfigID)
		if store.IsNotFound(err) || err == nil && !c.Value.Enabled {
			return cancel(tx, a)
		}
		if err != nil {
			return err
		}
		p, err := state.Project(tx, a.GroupID)
		if err != nil {
			return err
		}
		again, err = s.run(tx, p, c, a, tx.Now())
		return err
	})
	return again, err
}

// GiveUp keeps the work: only a failing store leads here.
func (s *Service) GiveUp(_ context.Context, _ string, cause error) error { return cause }

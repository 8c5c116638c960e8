package backup

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// ScheduleKind is the work of a schedule: it takes snapshots when they are due. Its key is the cluster's id.
const ScheduleKind reconcile.Kind = "backup schedule"

// Scheduling does the work of schedules.
type Scheduling struct{ *Service }

// OnClusterReady schedules the work of a cluster's schedule: the cluster runs, or backups have been switched on.
func (s *Service) OnClusterReady(tx store.Tx, c *model.Cluster) error {
	if err := errors.Join(shipFrom(tx, c), wakeCollectionJobs(tx, c)); err != nil || !c.Declared.Backup {
		return err
	}
	return reconcile.Schedule(tx, ScheduleKind, c.ID, c.Node, tx.Now())
}

// Reconcile takes the snapshot that is due, and returns when the next one is. If the cluster does not run there is nothing
// to do: OnClusterReady schedules the work again.
func (w Scheduling) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	err = w.Store.Update(ctx, func(tx store.Tx) error {
		again = time.Time{}
		c, err := state.Clusters.Get(tx, key)
		if err != nil || !c.Runs() || !c.Declared.Backup {
			return store.IfMissing(err, nil)
		}
		s, err := scheduleOf(tx, c)
		if err == nil {
			again, err = w.keepUp(tx, c, s, reconcile.Target(ctx))
		}
		return err
	})
	return again, err
}

// keepUp takes one snapshot for all items that have become due since the last time, leaving out those whose snapshot would
// have expired by now or by until. It returns when the next snapshot is due.
func (w Scheduling) keepUp(tx store.Tx, c *model.Cluster, s *Schedule, until time.Time) (again time.Time, err error) {
	now, ref, since := tx.Now(), s.reference(c), s.Last
	if since.IsZero() {
		since = c.Created
	}
	if until.Before(now) {
		until = now
	}
	snap := w.snapshot(tx, c)
	for _, item := range s.items() {
		if next := item.from(now, until, ref); again.IsZero() || next.Before(again) {
			again = next
		}
		latest, _ := item.around(now, ref)
		if !latest.After(since) {
			continue
		}
		s.Last = now
		if end := item.kept().after(latest); end.After(until) {
			snap.serve(item, latest, end)
		}
	}
	if s.Last != now {
		return again, nil
	}
	if err := Schedules.Put(tx, s); err != nil || snap.Items == nil {
		return again, err
	}
	snap.Expires = snap.Expires.AddDate(0, 0, s.extra(snap.Rhythm))
	return again, snap.keep(tx, now)
}

// serve records that the snapshot is taken for item, too: it was due at an instant, and is kept until end at least. Its
// frequencyType is that of the item that keeps it longest, and if there are several, the rarest.
func (s *Snapshot) serve(item PolicyItem, due, end time.Time) {
	s.Items = append(s.Items, item.ID)
	if due.After(s.Due) {
		s.Due = due
	}
	if end.After(s.Expires) || end.Equal(s.Expires) && slices.Index(rhythms, item.FrequencyType) > slices.Index(rhythms, s.Rhythm) {
		s.Expires, s.Rhythm = end, item.FrequencyType
	}
}

// GiveUp keeps the work: what is in the way may go away.
func (Scheduling) GiveUp(_ context.Context, _ string, cause error) error { return cause }

// next returns when the next snapshot of a cluster is due; zero if none is.
func (s *Schedule) next(tx store.Tx, c *model.Cluster) (next time.Time) {
	if !c.Declared.Backup {
		return next
	}
	for _, item := range s.items() {
		if _, at := item.around(tx.Now(), s.reference(c)); next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}

// follow applies a change of the schedule to the snapshots that were taken by it: update gives them the retention that
// their items have now, drop removes those whose items are gone.
func (s *Schedule) follow(tx store.Tx, c *model.Cluster, update, drop bool) error {
	if !update && !drop {
		return nil
	}
	all, err := Snapshots.List(tx, of(c))
	if err != nil {
		return err
	}
	for _, snap := range all {
		if snap.Rhythm == "" || snap.unfinished() {
			continue
		}
		var end time.Time
		for _, item := range s.items() {
			if at := item.kept().after(snap.Due); slices.Contains(snap.Items, item.ID) && at.After(end) {
				end = at
			}
		}
		switch {
		case end.IsZero() && drop:
			err = remove(tx, snap)
		case !end.IsZero() && update:
			snap.Expires = end.AddDate(0, 0, s.extra(snap.Rhythm))
			err = snap.keep(tx, snap.Expires)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

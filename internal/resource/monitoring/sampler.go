package monitoring

import (
	"context"
	"sync"
	"time"

	"github.com/telamon-db/telamon/internal/measure"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/series"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// SampleKind is the work of measuring the clusters of a node; its key is the node.
const SampleKind reconcile.Kind = "measure"

// Sampler measures the clusters of a node every minute, and keeps what it has measured.
type Sampler struct {
	Store   store.Store
	Plane   Plane
	Node    string
	Dir     string // whose disk is measured
	Members measure.Registry
	// Watch is told what has been measured in the minute up to an instant, in the transaction that keeps it. Optional.
	Watch func(tx store.Tx, at time.Time, readings []shape.Reading) error

	mu     sync.Mutex
	last   time.Time // the last minute that was measured
	before map[string]measure.Row
}

// Begin has the node's clusters measured from now on.
func (s *Sampler) Begin(ctx context.Context) error {
	return s.Store.Update(ctx, func(tx store.Tx) error { return reconcile.Schedule(tx, SampleKind, s.Node, s.Node, tx.Now()) })
}

// Reconcile measures once. What has happened since the last time is counted to the minute after it, and the minutes from
// then on were quiet: so it is when the clock has been moved.
func (s *Sampler) Reconcile(ctx context.Context, _ string) (again time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var clusters []*model.Cluster
	var now time.Time
	err = s.Store.View(ctx, func(tx store.Tx) error {
		now = tx.Now().Truncate(time.Minute)
		clusters, err = state.ClustersOn(tx, s.Node)
		return err
	})
	if err != nil {
		return again, err
	}
	minute := now.Add(-time.Minute)
	if !s.last.IsZero() && !minute.After(s.last) { // the minute has been measured
		return now.Add(time.Minute), nil
	}
	taken := s.take(ctx, clusters)
	err = s.Store.Update(ctx, func(tx store.Tx) error { return s.keep(tx, taken, minute) })
	if err != nil {
		return again, err
	}
	s.last, s.before = minute, taken.totals
	return now.Add(time.Minute), nil
}

// keep keeps what was taken, and tells of it.
func (s *Sampler) keep(tx store.Tx, taken *taken, minute time.Time) error {
	quiet := 0
	if !s.last.IsZero() {
		quiet = max(int(minute.Sub(s.last)/time.Minute)-1, 0)
	}
	first := minute.Add(-time.Duration(quiet) * time.Minute)
	there := map[model.ID]bool{}
	for _, c := range taken.clusters {
		now, err := state.Clusters.Get(tx, c.ID)
		if err != nil && !store.IsNotFound(err) {
			return err
		}
		there[c.ID] = err == nil && now.State != model.Deleting
	}
	for _, one := range taken.rows {
		if !there[one.cluster] {
			continue
		}
		for _, run := range []series.Run{{At: first, N: 1, Values: one.row}, {At: first.Add(time.Minute), N: quiet, Values: one.still}} {
			if err := series.Append(tx, one.target, one.form, run); err != nil {
				return err
			}
		}
	}
	if s.Watch == nil {
		return nil
	}
	if err := s.Watch(tx, first.Add(time.Minute), taken.readings(there, false)); err != nil || quiet == 0 {
		return err
	}
	return s.Watch(tx, first.Add(2*time.Minute), taken.readings(there, true))
}

// Jump has clusters measured often enough, while the clock is moved, that finer steps than those that are kept for two days
// are known: every hour, and of a longer way every twentieth of what is left.
func (*Sampler) Jump(due, target time.Time) time.Time {
	next := due.Add(max(59*time.Minute, target.Sub(due)/20))
	if next.After(target) {
		return target
	}
	return next
}

// GiveUp keeps the work: what is in the way may go away.
func (s *Sampler) GiveUp(_ context.Context, _ string, cause error) error { return cause }

// Work has the handler that measures.
func (s *Sampler) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{SampleKind: s}
}

// Tables has the table of what is kept.
func (s *Sampler) Tables() []*store.Schema { return []*store.Schema{series.Schema, pinned.Schema()} }

// OnClusterReady does nothing: clusters that run are measured.
func (s *Sampler) OnClusterReady(store.Tx, *model.Cluster) error { return nil }

// OnClusterDelete removes what is kept of a cluster.
func (s *Sampler) OnClusterDelete(tx store.Tx, c *model.Cluster) error {
	if err := series.Remove(tx, measure.OfCluster(c.ID)); err != nil {
		return err
	}
	p, err := pinned.Get(tx, c.ID)
	if err != nil {
		return store.IfMissing(err, nil)
	}
	return pinned.Delete(tx, p)
}

// OnClusterLost keeps what was measured until the cluster is deleted.
func (s *Sampler) OnClusterLost(store.Tx, *model.Cluster) error { return nil }

package sampledata

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/store"
)

// Kind is the work of a load; its key is the load's id.
const Kind reconcile.Kind = "sample"

// Reconcile loads the data set, and ends the load when it has been under way long enough to be seen.
func (s *Service) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	var l *Load
	var now time.Time
	err = s.Store.View(ctx, func(tx store.Tx) error {
		now = tx.Now()
		l, err = Loads.Get(tx, key)
		return err
	})
	if err != nil || !l.Ended.IsZero() {
		return again, store.IfMissing(err, nil)
	}
	all, err := collections()
	if err != nil {
		return again, err
	}
	for _, c := range all {
		if err := s.Plane.Load(ctx, l.ClusterID, c.db, c.name, c.docs); err != nil {
			return again, err
		}
	}
	if seen := l.Created.Add(s.MinDuration); now.Before(seen) {
		return seen, nil
	}
	return again, s.end(ctx, key, "")
}

// GiveUp ends a load that failed.
func (s *Service) GiveUp(ctx context.Context, key string, _ error) error {
	return s.end(ctx, key, "the data could not be written: the cluster does not run, or the server's log has the cause")
}

func (s *Service) end(ctx context.Context, key, failure string) error {
	return s.Store.Update(ctx, func(tx store.Tx) error {
		l, err := Loads.Get(tx, key)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		l.Ended, l.Failure = tx.Now(), failure
		return Loads.Put(tx, l)
	})
}

// Work is what the family does later.
func (s *Service) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{Kind: s}
}

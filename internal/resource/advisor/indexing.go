package advisor

import (
	"context"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/insight"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Bounds of the indexes that are built by themselves.
const (
	enough    = 20       // queries, after which an index is built, and after which it is judged
	maxBuilt  = 20       // indexes of a cluster that were built so
	maxBytes  = 10 << 30 // of a collection's documents
	manyBuilt = 32       // indexes of a collection, after which no more are built
)

const indexing reconcile.Kind = "advisor.indexing"

// Work is what the family does in the background.
func (s *Service) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{indexing: s}
}

// Begin has the queries of a cluster looked at from now on, if it builds indexes by itself.
func Begin(tx store.Tx, c *model.Cluster) error {
	if !c.AutoIndexing {
		return nil
	}
	return reconcile.Schedule(tx, indexing, c.ID, c.Node, tx.Now())
}

// OnClusterReady goes on with the queries of a cluster.
func (s *Service) OnClusterReady(tx store.Tx, c *model.Cluster) error { return Begin(tx, c) }

// OnClusterDelete forgets what was seen at a cluster.
func (s *Service) OnClusterDelete(tx store.Tx, c *model.Cluster) error {
	if err := insight.Forget(tx, c.ID); err != nil {
		return err
	}
	if err := catalogs.DeleteAll(tx, store.Query{IDs: []string{c.ID}}); err != nil {
		return err
	}
	return builds.DeleteAll(tx, ofCluster(c.ID))
}

// OnClusterLost does nothing: what was seen is there until the cluster goes.
func (s *Service) OnClusterLost(store.Tx, *model.Cluster) error { return nil }

// Jump looks once when the clock is moved: what it looks at does not happen on the way.
func (s *Service) Jump(_, target time.Time) time.Time { return target }

// Reconcile builds the index that queries of a cluster ask for, one at a time, and takes back those that did not help.
func (s *Service) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	c, now, err := s.cluster(ctx, key)
	if err != nil || c == nil || !c.AutoIndexing {
		return time.Time{}, err
	}
	again = now.Add(s.Every)
	if !c.Runs() {
		return again, nil
	}
	if err := s.Recorder.Flush(ctx, c.ID); err != nil {
		return again, err
	}
	if idle, err := store.Read(s.Store, idle)(ctx, c); err != nil || idle {
		return again, err
	}
	if err := s.refresh(ctx, c); err != nil {
		return again, err
	}
	if err := s.judgeAll(ctx, c); err != nil {
		return again, err
	}
	b, err := store.Write(s.Store, next)(ctx, c)
	if err != nil || b == nil {
		return again, err
	}
	return again, s.make(ctx, c, b)
}

// idle reports whether there is nothing to do at a cluster, as far as is known, for which its database need not be asked.
func idle(tx store.Tx, c *model.Cluster) (bool, error) {
	all, _, known, err := suggestions(tx, c.ID, insight.Window{From: tx.Now().Add(-usualPast), Until: tx.Now()}, nil)
	if err != nil || len(all) > 0 || tx.Now().Sub(known.At) >= time.Hour {
		return false, err
	}
	made, err := builds.List(tx, ofCluster(c.ID))
	return !slices.ContainsFunc(made, func(b *build) bool { return b.State == submitted || b.State == started || b.State == completed }), err
}

// GiveUp tries again later.
func (s *Service) GiveUp(ctx context.Context, key string, _ error) error {
	return s.Store.Update(ctx, func(tx store.Tx) error {
		c, err := state.Clusters.Get(tx, key)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		return reconcile.Schedule(tx, indexing, c.ID, c.Node, tx.Now().Add(time.Minute))
	})
}

// cluster is the cluster with an id, or nil if it is gone.
func (s *Service) cluster(ctx context.Context, id model.ID) (c *model.Cluster, now time.Time, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) (err error) {
		now = tx.Now()
		if c, err = state.Clusters.Get(tx, id); store.IsNotFound(err) {
			c, err = nil, nil
		}
		return err
	})
	return c, now, err
}

// next is the index that is to be built: one that a crash has left, or one that enough queries ask for; nil: none.
func next(tx store.Tx, c *model.Cluster) (*build, error) {
	made, err := builds.List(tx, ofCluster(c.ID))
	if err != nil {
		return nil, err
	}
	standing := 0
	for _, b := range made {
		if b.State == submitted || b.State == started {
			return b, nil
		}
		if b.State == completed || b.State == kept {
			standing++
		}
	}
	if standing >= maxBuilt {
		return nil, nil
	}
	all, _, known, err := suggestions(tx, c.ID, insight.Window{From: tx.Now().Add(-usualPast), Until: tx.Now()}, nil)
	for _, s := range all {
		if coll, ok := known.collection(s.Namespace); ok && coll.Bytes <= maxBytes && len(coll.Indexes) < manyBuilt && s.effort().Count >= enough && !tried(made, s) {
			return submit(tx, c, s)
		}
	}
	return nil, err
}

// tried reports whether the index has been built before. It is not built again.
func tried(made []*build, s suggestion) bool {
	for _, b := range made {
		if b.Namespace == s.Namespace && begins(b.Parts, s.Parts) {
			return true
		}
	}
	return false
}

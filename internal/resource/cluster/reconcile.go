package cluster

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Kind is the work of making a cluster what it is declared to be; its key is the cluster's id.
const Kind reconcile.Kind = "cluster"

// Runtime runs databases.
type Runtime interface {
	// Start makes the cluster run, if it does not, and returns who its members are now.
	Start(c *model.Cluster) (model.Topology, error)
	// Stop ends the cluster, if it runs, and keeps its data.
	Stop(id model.ID) error
	// Data returns how many bytes of data a running cluster has.
	Data(id model.ID) (int64, error)
	// Remove ends the cluster and removes its data. Removing nothing is no error.
	Remove(id model.ID) error
	// Hold keeps others from starting, stopping or removing the cluster's database until release is called.
	Hold(id model.ID) (release func())
}

// Dependent is a family with objects that belong to clusters.
type Dependent interface {
	// OnClusterReady begins what the family does for a cluster that runs as it is declared.
	OnClusterReady(tx store.Tx, c *model.Cluster) error
	// OnClusterDelete removes what the family has of a cluster that has been deleted.
	OnClusterDelete(tx store.Tx, c *model.Cluster) error
	// OnClusterLost ends what is under way at a cluster whose node is gone for good.
	OnClusterLost(tx store.Tx, c *model.Cluster) error
}

// Reconciler starts, stops and removes databases until clusters are what they are declared to be.
//
// It looks at the cluster as it is now, never at what changed: whatever a crash interrupts, the next run does what is left.
// It changes the database first and the row after it, so that a state shows only what has been done.
type Reconciler struct {
	Store       store.Store
	Runtime     Runtime
	Dependents  []Dependent
	MinDuration time.Duration // how long a cluster stays at least in a transitional state that no request has caused
}

// Reconcile makes one cluster what it is declared to be. A cluster that has not yet been in its transitional state for
// MinDuration is due again when it has.
func (r Reconciler) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	defer r.Runtime.Hold(key)()
	var c *model.Cluster
	err = r.Store.View(ctx, func(tx store.Tx) error {
		c, err = state.Clusters.Get(tx, key)
		return err
	})
	if err != nil {
		return again, store.IfMissing(err, nil)
	}
	topology, err := r.realize(c)
	if errors.Is(err, plane.ErrElsewhere) {
		return again, nil
	}
	if err != nil {
		return again, errors.Join(err, r.Store.Update(ctx, func(tx store.Tx) error { return Fails(tx, c, topology) }))
	}
	grown, err := r.outgrown(c)
	if err != nil {
		return again, err
	}
	err = r.Store.Update(ctx, func(tx store.Tx) error {
		again, err = r.record(tx, key, c, topology, grown)
		return err
	})
	return again, err
}

// realize starts, stops or removes the database, as c's state and declaration ask for, and returns who its members are.
func (r Reconciler) realize(c *model.Cluster) (model.Topology, error) {
	switch {
	case c.State == model.Deleting:
		return model.Topology{}, r.Runtime.Remove(c.ID)
	case c.Declared.Paused:
		return c.Topology, r.Runtime.Stop(c.ID)
	}
	return r.Runtime.Start(c)
}

// record stores what realize has done, and larger disks for grown bytes of data if that is not 0. If somebody has changed
// the cluster meanwhile, it stores nothing: the cluster is due again.
func (r Reconciler) record(tx store.Tx, key string, made *model.Cluster, topology model.Topology, grown int64) (again time.Time, err error) {
	c, err := state.Clusters.Get(tx, key)
	if err != nil || c.Rev != made.Rev {
		return tx.Now(), store.IfMissing(err, nil)
	}
	settled := !tx.Now().Before(c.Settled)
	switch {
	case c.State == model.Deleting && settled:
		return time.Time{}, r.gone(tx, c)
	case c.State == model.Deleting:
		return c.Settled, nil
	}
	if again, err = lapse(tx, c); err != nil {
		return again, err
	}
	switch {
	case c.State != model.Idle && settled:
		err = r.ready(tx, c)
	case c.State != model.Idle:
		again = sooner(again, c.Settled)
	}
	c.Topology = topology
	switch {
	case err != nil:
		return again, err
	case grown > 0:
		return r.grow(tx, c, grown)
	case reflect.DeepEqual(c, made):
		return again, nil
	}
	return again, state.Clusters.Put(tx, c)
}

// ready ends a transition: the first with the event READY, every later one with UPDATE_COMPLETED, and a repair with
// HOST_UP.
func (r Reconciler) ready(tx store.Tx, c *model.Cluster) error {
	if err := works(tx, c); err != nil {
		return err
	}
	for _, d := range r.Dependents {
		if err := d.OnClusterReady(tx, c); err != nil {
			return err
		}
	}
	changed := !c.Settled.IsZero()
	c.State, c.Settled = model.Idle, time.Time{}
	if !c.Ready {
		c.Ready = true
		return happened(tx, c, "READY")
	}
	if !changed {
		return nil
	}
	return happened(tx, c, "UPDATE_COMPLETED")
}

// gone removes the row of a cluster whose data has been removed, and what belongs to it.
func (r Reconciler) gone(tx store.Tx, c *model.Cluster) error {
	for _, d := range r.Dependents {
		if err := d.OnClusterDelete(tx, c); err != nil {
			return err
		}
	}
	if err := happened(tx, c, "DELETED"); err != nil {
		return err
	}
	return state.Clusters.Delete(tx, c)
}

// GiveUp marks a cluster REPAIRING that cannot be made ready; one that cannot be deleted stays DELETING. It keeps the work
// in either case: what is in the way, such as a full disk, may go away.
func (r Reconciler) GiveUp(ctx context.Context, key string, cause error) error {
	err := r.Store.Update(ctx, func(tx store.Tx) error {
		c, err := state.Clusters.Get(tx, key)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		return repairing(tx, c)
	})
	return errors.Join(cause, err)
}

// Work is the family's reconciler by the kind of its work.
func (r Reconciler) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{Kind: r}
}

package cluster

import (
	"context"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// NodeAway marks a node's running clusters REPAIRING when the node's heartbeats have stopped, and schedules their work for
// when the node is back.
func (r Reconciler) NodeAway(ctx context.Context, node string) error {
	all, err := r.on(ctx, node)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.State == model.Repairing || !c.Ready || !c.Runs() {
			continue
		}
		err := r.Store.Update(ctx, func(tx store.Tx) error {
			if err := Fails(tx, c, model.Topology{}); err != nil {
				return err
			}
			return Wake(tx, c)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// on are the clusters of a node.
func (r Reconciler) on(ctx context.Context, node string) (all []*model.Cluster, err error) {
	err = r.Store.View(ctx, func(tx store.Tx) error {
		all, err = state.ClustersOn(tx, node)
		return err
	})
	return all, err
}

// many is how many clusters of a removed node NodeGone ends at a time, so that other work gets its turn.
const many = 50

// NodeGone removes clusters of a node that is gone for good, with all that belongs to them, whether or not they have
// termination protection. It reports whether there are more.
func (r Reconciler) NodeGone(ctx context.Context, node string) (more bool, err error) {
	all, err := r.on(ctx, node)
	if err != nil {
		return false, err
	}
	for _, c := range all[:min(len(all), many)] {
		if err := r.Store.Update(ctx, func(tx store.Tx) error { return r.lose(tx, c.ID) }); err != nil {
			return false, err
		}
	}
	return len(all) > many, nil
}

// lose removes a cluster whose data is lost.
func (r Reconciler) lose(tx store.Tx, id model.ID) error {
	c, err := state.Clusters.Get(tx, id)
	if err != nil {
		return store.IfMissing(err, nil)
	}
	for _, d := range r.Dependents {
		if err := d.OnClusterLost(tx, c); err != nil {
			return err
		}
	}
	if c.State != model.Deleting {
		if err := happened(tx, c, "DELETE_SUBMITTED"); err != nil {
			return err
		}
	}
	return r.gone(tx, c)
}

// Adopt has a cluster whose node is gone live on another one. It is REPAIRING until its data are there and open.
func (r Reconciler) Adopt(tx store.Tx, c *model.Cluster, node string, site model.Site) error {
	for _, d := range r.Dependents {
		if err := d.OnClusterLost(tx, c); err != nil {
			return err
		}
	}
	c.Node = node
	c.MoveTo(site)
	if err := state.Clusters.Put(tx, c); err != nil {
		return err
	}
	if err := repairing(tx, c); err != nil {
		return err
	}
	return Wake(tx, c)
}

package cluster

import (
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Fails records that the database of a cluster cannot be opened: a cluster that has been ready is REPAIRING at once,
// reached as the topology says if it has members, until its reconciler has opened it. One that was never ready may be given more time.
// If somebody has changed the cluster meanwhile, the reconciler looks again anyway.
func Fails(tx store.Tx, failed *model.Cluster, topology model.Topology) error {
	c, err := state.Clusters.Get(tx, failed.ID)
	if err != nil || c.Rev != failed.Rev || !c.Ready {
		return store.IfMissing(err, nil)
	}
	if len(topology.Members) > 0 && !topology.Equal(c.Topology) {
		c.Topology = topology
		if err := state.Clusters.Put(tx, c); err != nil {
			return err
		}
	}
	return repairing(tx, c)
}

// repairing calls c REPAIRING, unless it is being deleted. The end of a change that is under way is told when it comes.
func repairing(tx store.Tx, c *model.Cluster) error {
	if c.State == model.Deleting || c.State == model.Repairing {
		return nil
	}
	if c.State == model.Idle {
		c.Settled = time.Time{}
	}
	c.State = model.Repairing
	if err := state.Clusters.Put(tx, c); err != nil || !c.Ready {
		return err
	}
	return tell(tx, c, "HOST_DOWN")
}

// works tells that a cluster that was ready before its trouble runs again.
func works(tx store.Tx, c *model.Cluster) error {
	if c.State != model.Repairing || !c.Ready {
		return nil
	}
	return tell(tx, c, "HOST_UP")
}

// Wake has the reconciler look at a cluster.
func Wake(tx store.Tx, c *model.Cluster) error {
	return reconcile.Schedule(tx, Kind, c.ID, c.Node, tx.Now())
}

package cluster

import (
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Fails records that the database of a cluster cannot be opened: a cluster that has been ready is REPAIRING until the
// reconciler has opened it, and keeps topology, if that has members. One that was never ready stays as it is: the
// reconciler tries again. If somebody has changed the cluster meanwhile, Fails changes nothing: the cluster is due again.
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

// repairing marks c REPAIRING, unless it is being deleted. A change that is under way keeps its Settled, so that its end
// still writes UPDATE_COMPLETED.
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

// works writes the event that a cluster runs again that was ready before its repair.
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

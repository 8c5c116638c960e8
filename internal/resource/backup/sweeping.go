package backup

import (
	"context"
	"errors"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// SweepKind is the work of removing files from the bucket that no snapshot of a cluster needs any more. Its key is the
// cluster's id. It is done by the node that stores the cluster's snapshots, because a file that is being stored belongs to
// no snapshot yet.
const SweepKind reconcile.Kind = "sweep"

// Sweeping does the work of sweeping.
type Sweeping struct{ *Service }

// sweep has the files of a snapshot removed that is no more, or that failed.
func sweep(tx store.Tx, snap *Snapshot) error { return SweepLater(tx, snap.ClusterID, snap.Node) }

// SweepLater has the files of a cluster swept, whose node is, or was, a node.
func SweepLater(tx store.Tx, cluster model.ID, node string) error {
	node, err := state.Standing(tx, node)
	if err != nil {
		return err
	}
	return reconcile.Schedule(tx, SweepKind, cluster, node, tx.Now())
}

// Reconcile sweeps the files of a cluster. A snapshot that has failed keeps none.
func (w Sweeping) Reconcile(ctx context.Context, cluster string) (again time.Time, err error) {
	if !w.Bucket {
		return again, nil
	}
	var kept []model.ID
	var oplog bool
	err = w.Store.View(ctx, func(tx store.Tx) error {
		kept, oplog, err = needed(tx, cluster)
		return err
	})
	if err != nil {
		return again, err
	}
	return again, w.Plane.Sweep(ctx, cluster, kept, !oplog)
}

// needed are the snapshots that a cluster needs in the bucket, and whether it needs its oplog there.
func needed(tx store.Tx, cluster model.ID) (kept []model.ID, oplog bool, err error) {
	all, err := Snapshots.List(tx, store.Query{Index: "cluster", Prefix: []string{cluster}})
	if err != nil {
		return nil, false, err
	}
	for _, snap := range all {
		if snap.Status != Failed {
			kept = append(kept, snap.ID)
		}
	}
	m, err := state.Moves.Get(tx, cluster)
	if err == nil && !m.Over() {
		return append(kept, m.Snapshot), true, nil
	}
	if store.IfMissing(err, nil) != nil {
		return nil, false, err
	}
	c, err := state.Clusters.Get(tx, cluster)
	return kept, err == nil && c.Declared.PointInTime, store.IfMissing(err, nil)
}

// GiveUp keeps the work: what is in the way may go away.
func (Sweeping) GiveUp(_ context.Context, _ string, cause error) error { return cause }

// checkBucket refuses to go on without the bucket that snapshots are in: they would be taken for lost.
func (s *Service) checkBucket(tx store.Tx) error {
	all, err := Snapshots.List(tx, store.Query{})
	for _, snap := range all {
		if snap.Stored && !s.Bucket {
			return errors.Join(err, errors.New("backup: there are snapshots in a bucket; --snapshot-bucket and --s3-url must say where it is"))
		}
	}
	return err
}

package relocation

import (
	"context"
	"errors"
	"math"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/backup"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// RecoverKind is the work of laying the data of a cluster that comes back on this node, because its own is gone for good.
// Its key is the cluster's id.
const RecoverKind reconcile.Kind = "recover"

// Recovering does the work of recoveries.
type Recovering struct{ *Service }

// beat is how long before its end a node has sent its last heartbeat, at most.
const beat = 3 * time.Second

// Recover has the clusters of a node that is gone come back on this one, as far as there are copies of them in the bucket.
// seen is the node's last heartbeat, in the system's time.
func (s *Service) Recover(ctx context.Context, node string, seen time.Time) (all []*model.Recovery, err error) {
	var clusters []*model.Cluster
	var end time.Time
	err = s.Store.View(ctx, func(tx store.Tx) error {
		clusters, err = state.ClustersOn(tx, node)
		end = tx.Now().Add(beat - time.Since(seen))
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, c := range clusters {
		sent, err := s.Plane.Sent(ctx, c.ID, c.Dataset)
		if err != nil {
			return all, err
		}
		back, err := s.bringBack(ctx, c.ID, sent, end)
		if err != nil {
			return all, err
		}
		if back != nil {
			s.Log.Warn("a cluster comes back from its copies", "cluster", c.Name, "id", c.ID, "until", back.Until, "lostSeconds", back.Lost)
			all = append(all, back)
		}
	}
	return all, nil
}

// bringBack begins the recovery of a cluster whose node has ended by a time, and whose oplog has been sent up to another. It
// returns nil if there is no copy of it.
func (s *Service) bringBack(ctx context.Context, id model.ID, sent, end time.Time) (back *model.Recovery, err error) {
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		back = nil
		c, err := state.Clusters.Get(tx, id)
		if err != nil || !c.Ready || c.State == model.Deleting {
			return store.IfMissing(err, nil)
		}
		snap, _, err := newestCopy(tx, c)
		if err != nil || snap == nil {
			return err
		}
		until := time.Unix(int64(snap.At.T), 0)
		if sent.After(until) {
			until = sent
		}
		back = &model.Recovery{Cluster: c.Name, GroupID: c.GroupID, Until: until.UTC(), Lost: math.Ceil(max(0, end.Sub(until).Seconds()))}
		if err := errors.Join(s.Adopt(tx, c), backup.TakeOver(tx, c)); err != nil {
			return err
		}
		return reconcile.Schedule(tx, RecoverKind, c.ID, s.Node, tx.Now())
	})
	return back, err
}

// newestCopy is the way to the newest data of a cluster that the bucket has, up to where the oplog of its dataset begins to
// count; snap is nil if there is none.
func newestCopy(tx store.Tx, c *model.Cluster) (snap *backup.Snapshot, legs []plane.Leg, err error) {
	made, err := madeAs(tx, c)
	if err != nil {
		return nil, nil, err
	}
	all, err := backup.Snapshots.List(tx, store.Query{Index: "cluster", Prefix: []string{c.ID}})
	if err != nil {
		return nil, nil, err
	}
	if snap := backup.Newest(stored(all), c.Dataset, bson.Timestamp{T: math.MaxUint32}); snap != nil || made == nil {
		return snap, nil, nil
	}
	if snap, err = backup.Snapshots.Get(tx, made.SnapshotID); err != nil || snap.Status != backup.Completed || !snap.Stored {
		return nil, nil, store.IfMissing(err, nil)
	}
	return snap, made.Legs, nil
}

// madeAs is the job that made the present data of a cluster; nil if they are its first.
func madeAs(tx store.Tx, c *model.Cluster) (*backup.Job, error) {
	j, err := backup.Jobs.Get(tx, c.Dataset)
	if err != nil {
		return nil, store.IfMissing(err, nil)
	}
	return j, nil
}

// stored are those snapshots that are in the bucket.
func stored(all []*backup.Snapshot) (some []*backup.Snapshot) {
	for _, snap := range all {
		if snap.Stored {
			some = append(some, snap)
		}
	}
	return some
}

// Reconcile lays the data of a cluster, and has it opened.
func (r Recovering) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	defer r.Plane.Hold(key)()
	var c *model.Cluster
	var snap *backup.Snapshot
	var legs []plane.Leg
	err = r.Store.View(ctx, func(tx store.Tx) error {
		if c, err = state.Clusters.Get(tx, key); err == nil {
			snap, legs, err = newestCopy(tx, c)
		}
		return err
	})
	if err != nil || c.State == model.Deleting || c.Node != r.Node {
		return again, store.IfMissing(err, nil)
	}
	if snap == nil {
		return again, errors.New("relocation: there is no copy of the cluster any more")
	}
	err = r.Plane.Revive(ctx, snap.ID, legs, c.ID, c.Dataset, c.Dataset)
	if errors.Is(err, plane.ErrSnapshotDamaged) { // the next attempt takes the one before it
		err = errors.Join(err, r.Backups.Spoil(ctx, snap.ID, err))
	}
	if err != nil {
		return again, err
	}
	return again, r.Store.Update(ctx, func(tx store.Tx) error {
		c, err := state.Clusters.Get(tx, key)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		return errors.Join(r.Backups.OnClusterReady(tx, c), r.Wake(tx, c))
	})
}

// GiveUp keeps the work: what is in the way may go away. The cluster's owner can restore another snapshot, or delete it.
func (Recovering) GiveUp(_ context.Context, _ string, cause error) error { return cause }

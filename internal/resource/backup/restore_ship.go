package backup

import (
	"cmp"
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// ShipKind is the work of copying a cluster's oplog, for restores to points in time. Its key is the cluster's id.
const ShipKind reconcile.Kind = "oplog"

// usualShip is the time from one copy of an oplog's new entries to the next.
const usualShip = time.Minute

// Shipping does the work of copying oplogs.
type Shipping struct{ *Service }

// shipFrom schedules the copying of a cluster's oplog, if the cluster declares pitEnabled.
func shipFrom(tx store.Tx, c *model.Cluster) error {
	if !c.Declared.PointInTime {
		return nil
	}
	return reconcile.Schedule(tx, ShipKind, c.ID, c.Node, tx.Now())
}

// Reconcile copies the new entries of a cluster's oplog, and removes copies that no restore needs. If the cluster does not
// run there is nothing to do: OnClusterReady schedules the work again.
func (s Shipping) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	var c *model.Cluster
	var now time.Time
	var needed bson.Timestamp
	err = s.Store.View(ctx, func(tx store.Tx) error {
		now = tx.Now()
		if c, err = state.Clusters.Get(tx, key); err == nil {
			needed, err = neededFrom(tx, c)
		}
		return err
	})
	if err != nil || !c.Runs() {
		return again, store.IfMissing(err, nil)
	}
	if !c.Declared.PointInTime {
		s.Plane.Unship(key)
		return again, nil
	}
	if err := s.Plane.Ship(ctx, key, now); err != nil {
		return again, err
	}
	if err := s.Plane.Send(ctx, key); err != nil {
		return again, err
	}
	return now.Add(s.shipEvery()), s.Plane.PruneLogs(ctx, key, c.Dataset, needed)
}

// shipEvery is the time from one copying of an oplog to the next.
func (s *Service) shipEvery() time.Duration { return cmp.Or(s.ShipEvery, usualShip) }

// neededFrom is the time up to which nothing of a cluster's oplog is needed: that of the newest snapshot from before the
// restore window. Without one, all is needed that came after the first snapshot; without any snapshot, the window.
func neededFrom(tx store.Tx, c *model.Cluster) (bson.Timestamp, error) {
	begin, err := windowOf(tx, c)
	if err != nil {
		return bson.Timestamp{}, err
	}
	all, err := Snapshots.List(tx, of(c))
	if err != nil {
		return bson.Timestamp{}, err
	}
	edge := bson.Timestamp{T: uint32(begin.Unix())}
	if snap := Newest(all, c.Dataset, edge); snap != nil {
		return snap.At, nil
	}
	if Newest(all, c.Dataset, bson.Timestamp{T: 1<<32 - 1}) == nil {
		return edge, nil
	}
	return bson.Timestamp{}, nil
}

// Jump copies once for all the minutes that the clock skips.
func (Shipping) Jump(_, target time.Time) time.Time { return target }

// GiveUp keeps the work: the cause may pass, and the database keeps the entries that have not been copied.
func (Shipping) GiveUp(_ context.Context, _ string, cause error) error { return cause }

package backup

import (
	"context"
	"errors"
	"time"

	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/store"
)

// VerifyKind is the work of reading all snapshots of a node, to find damage before anybody needs them. Its key is the node.
const VerifyKind reconcile.Kind = "verify"

// verifyEvery is the time from one verification of a node's snapshots to the next.
const verifyEvery = 24 * time.Hour

// Verifying does the work of verifying snapshots.
type Verifying struct{ *Service }

// verifyLater schedules the verification of a node's snapshots, unless it is scheduled earlier.
func verifyLater(tx store.Tx, node string) error {
	return reconcile.Schedule(tx, VerifyKind, node, node, tx.Now().Add(verifyEvery))
}

// Begin has the snapshots verified that the node has from before it started, and tells where its downloads are by now. It
// fails if there are snapshots in a bucket and the server has none.
func (s *Service) Begin(ctx context.Context, node string) error {
	return s.Store.Update(ctx, func(tx store.Tx) error {
		if err := s.checkBucket(tx); err != nil {
			return err
		}
		all, err := Jobs.List(tx, store.Query{})
		if err != nil {
			return err
		}
		for _, j := range all {
			if j.Delivery != download || j.Node != node || j.URL == "" || j.URL == s.BaseURL() {
				continue
			}
			j.URL = s.BaseURL()
			if err := Jobs.Put(tx, j); err != nil {
				return err
			}
		}
		return verifyLater(tx, node)
	})
}

// Reconcile verifies all completed snapshots of a node. A damaged one becomes a failed one.
func (v Verifying) Reconcile(ctx context.Context, node string) (again time.Time, err error) {
	var ids []model.ID
	err = v.Store.View(ctx, func(tx store.Tx) error {
		all, err := Snapshots.List(tx, store.Query{})
		ids, again = nil, tx.Now().Add(verifyEvery)
		for _, snap := range all {
			if snap.Node == node && snap.Status == Completed {
				ids = append(ids, snap.ID)
			}
		}
		return err
	})
	if err != nil || len(ids) == 0 {
		return time.Time{}, err
	}
	damaged, err := v.Plane.VerifyAll(ctx, ids)
	for id, cause := range damaged {
		err = errors.Join(err, v.Spoil(ctx, id, cause))
	}
	return again, err
}

// Jump verifies once for all the days that the clock skips.
func (Verifying) Jump(_, target time.Time) time.Time { return target }

// GiveUp keeps the work: a snapshot that could not be read must be read another time.
func (Verifying) GiveUp(_ context.Context, _ string, cause error) error { return cause }

// Spoil records that a completed snapshot is damaged.
func (s *Service) Spoil(ctx context.Context, id model.ID, cause error) error {
	return s.Store.Update(ctx, func(tx store.Tx) error {
		snap, err := Snapshots.Get(tx, id)
		if err != nil || snap.Status != Completed {
			return store.IfMissing(err, nil)
		}
		snap.Status, snap.Since, snap.Reason = Failed, tx.Now(), cause.Error()
		if err := Snapshots.Put(tx, snap); err != nil {
			return err
		}
		return errors.Join(sweep(tx, snap), event.WriteInProject(tx, snap.GroupID, snap.event(Failed), event.Cluster(snap.Cluster), event.Reason(snap.Reason)))
	})
}

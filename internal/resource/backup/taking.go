package backup

import (
	"context"
	"errors"
	"time"

	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/store"
)

// SnapshotKind is the work of taking a snapshot, deleting it when it has expired, and removing its files when its row is
// gone. Its key is the snapshot's id.
const SnapshotKind reconcile.Kind = "snapshot"

// Taking does the work of snapshots.
type Taking struct{ *Service }

// Reconcile does the next step of a snapshot's work.
func (t Taking) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	var snap *Snapshot
	var now time.Time
	err = t.Store.View(ctx, func(tx store.Tx) error {
		now = tx.Now()
		snap, err = Snapshots.Get(tx, key)
		return err
	})
	switch {
	case store.IsNotFound(err):
		return again, t.Plane.DropSnapshot(ctx, key)
	case err != nil:
		return again, err
	case snap.Status == Queued:
		return now, t.turn(ctx, key, InProgress, 0)
	case snap.Status == InProgress:
		return t.copy(ctx, snap, now)
	case now.Before(snap.Expires):
		return snap.Expires, nil
	}
	return again, t.expire(ctx, key)
}

// copy takes the snapshot at once, and completes it when it has been in progress long enough to be seen.
func (t Taking) copy(ctx context.Context, snap *Snapshot, now time.Time) (again time.Time, err error) {
	taken, err := t.Plane.Snapshot(ctx, snap.ClusterID, snap.ID)
	if err != nil {
		return again, err
	}
	if seen := snap.Since.Add(t.MinDuration); now.Before(seen) {
		return seen, nil
	}
	data, err := t.Plane.Data(snap.ClusterID)
	if err != nil {
		data = 0 // the cluster does not run any more, and nothing but a friendlier refusal depends on it
	}
	return snap.Expires, t.complete(ctx, snap.ID, taken, data)
}

// complete records a snapshot that has been taken. From then on its files are looked at from time to time.
func (t Taking) complete(ctx context.Context, key string, taken plane.Taken, data int64) error {
	return t.Store.Update(ctx, func(tx store.Tx) error {
		snap, err := Snapshots.Get(tx, key)
		if err != nil {
			return err
		}
		snap.Dataset, snap.At, snap.Data, snap.Stored = taken.Dataset, taken.At, data, taken.Stored
		if err := snap.copy(tx); err != nil {
			return err
		}
		return errors.Join(come(tx, snap, Completed, taken.Size), verifyLater(tx, snap.Node), exportByItself(tx, snap))
	})
}

// removed is a further key in the table of events, for snapshots that are deleted.
const removed Status = "removed"

// events are the events of the statuses that a snapshot reaches: of a dedicated cluster, and of a Flex one.
var events = map[Status][2]event.Type{
	InProgress: {"CPS_SNAPSHOT_STARTED", "TENANT_SNAPSHOT_STARTED_AUDIT"},
	Completed:  {"CPS_SNAPSHOT_SUCCESSFUL", "TENANT_SNAPSHOT_COMPLETED_AUDIT"},
	Failed:     {"CPS_SNAPSHOT_FAILED", "TENANT_SNAPSHOT_FAILED"},
	removed:    {"CPS_SNAPSHOT_DELETED_AUDIT", "TENANT_SNAPSHOT_DELETED_AUDIT"},
}

func (s *Snapshot) event(what Status) event.Type {
	if s.Flex {
		return events[what][1]
	}
	return events[what][0]
}

func (t Taking) turn(ctx context.Context, key string, to Status, size int64) error {
	return t.Store.Update(ctx, func(tx store.Tx) error {
		snap, err := Snapshots.Get(tx, key)
		if err != nil {
			return err
		}
		return come(tx, snap, to, size)
	})
}

// come records that a snapshot has reached a status.
func come(tx store.Tx, snap *Snapshot, to Status, size int64) error {
	snap.Status, snap.Since, snap.Size = to, tx.Now(), size
	if to == InProgress {
		snap.Started = snap.Since
	}
	if err := Snapshots.Put(tx, snap); err != nil {
		return err
	}
	return write(tx, snap.GroupID, snap.Cluster, snap.event(to))
}

func (t Taking) expire(ctx context.Context, key string) error {
	return t.Store.Update(ctx, func(tx store.Tx) error {
		snap, err := Snapshots.Get(tx, key)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		return remove(tx, snap)
	})
}

// GiveUp fails a snapshot that could not be taken. Its row stays until it expires, so that clients see the failure.
func (t Taking) GiveUp(ctx context.Context, key string, cause error) error {
	err := t.turn(ctx, key, Failed, 0)
	if store.IsNotFound(err) {
		return cause // files that cannot be removed must be tried again
	}
	if err != nil {
		return err
	}
	return t.Store.Update(ctx, func(tx store.Tx) error {
		snap, err := Snapshots.Get(tx, key)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		return errors.Join(sweep(tx, snap), reconcile.Schedule(tx, SnapshotKind, key, snap.Node, snap.Expires))
	})
}

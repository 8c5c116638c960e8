package backup

import (
	"context"
	"fmt"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// RestoreKind is the work of a restore job; its key is the job's id.
const RestoreKind reconcile.Kind = "restore"

// Restoring does the work of restore jobs.
type Restoring struct{ *Service }

// Reconcile lays the snapshot beside the target's data, closes the target, makes the new data the live one in the
// transaction that finishes the job, and opens the target again. A crash before that transaction leaves the target on
// its old data and the job unfinished; after it, on the new.
func (r Restoring) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	var j *Job
	var now time.Time
	err = r.Store.View(ctx, func(tx store.Tx) error {
		now = tx.Now()
		j, err = Jobs.Get(tx, key)
		return err
	})
	if err != nil {
		return again, store.IfMissing(err, nil)
	}
	if !j.unfinished() {
		return again, r.open(ctx, j)
	}
	if err := r.Plane.Lay(ctx, j.SnapshotID, j.TargetID, j.ID); err != nil {
		return again, err
	}
	if seen := j.Created.Add(r.Dwell); now.Before(seen) {
		return seen, nil
	}
	if err := r.Plane.Pause(j.TargetID); err != nil {
		return again, err
	}
	if err := r.turn(ctx, key); err != nil {
		return again, err
	}
	return again, r.open(ctx, j)
}

// turn makes the snapshot's data the target's and finishes the job.
func (r Restoring) turn(ctx context.Context, key string) error {
	return r.Store.Update(ctx, func(tx store.Tx) error {
		j, err := Jobs.Get(tx, key)
		if err != nil {
			return err
		}
		c, err := state.Clusters.Get(tx, j.TargetID)
		if err != nil {
			return err
		}
		if !c.Runs() {
			return fmt.Errorf("backup: cluster %s is %s", c.Name, c.State)
		}
		c.Dataset, j.Finished = j.ID, tx.Now()
		if err := state.Clusters.Put(tx, c); err != nil {
			return err
		}
		if err := Jobs.Put(tx, j); err != nil {
			return err
		}
		return write(ctx, tx, j.TargetIn, j.Target, "CPS_RESTORE_SUCCESSFUL")
	})
}

// open opens the target on the data that it has now.
func (r Restoring) open(ctx context.Context, j *Job) error {
	var c *model.Cluster
	err := r.Store.View(ctx, func(tx store.Tx) (err error) {
		c, err = state.Clusters.Get(tx, j.TargetID)
		return err
	})
	if err != nil || !c.Runs() {
		return store.IfMissing(err, nil)
	}
	_, err = r.Plane.Start(c)
	return err
}

// GiveUp fails the job and opens the target on its old data.
func (r Restoring) GiveUp(ctx context.Context, key string, cause error) error {
	var j *Job
	err := r.Store.Update(ctx, func(tx store.Tx) error {
		var err error
		if j, err = Jobs.Get(tx, key); err != nil {
			return err
		}
		if !j.unfinished() {
			return nil
		}
		j.Failed = true
		if err := Jobs.Put(tx, j); err != nil {
			return err
		}
		return write(ctx, tx, j.TargetIn, j.Target, "CPS_RESTORE_FAILED")
	})
	if err != nil {
		return store.IfMissing(err, nil)
	}
	return r.open(ctx, j)
}

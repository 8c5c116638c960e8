package backup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// RestoreKind is the work of a restore job; its key is the job's id.
const RestoreKind reconcile.Kind = "restore"

// Restoring does the work of restore jobs.
type Restoring struct{ *Service }

// Reconcile copies the snapshot into a new dataset of the target, closes the target, makes the new dataset the live one,
// opens the target again, and finishes the job when it answers. A crash leaves the target on its old dataset or on the new
// one, and the job unfinished until the new one is open. The lock of the target (Plane.Hold) is held meanwhile, so that
// nobody opens or removes it by a row that is out of date.
func (r Restoring) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	var j *Job
	var now time.Time
	err = r.Store.View(ctx, func(tx store.Tx) error {
		now = tx.Now()
		j, err = Jobs.Get(tx, key)
		return err
	})
	switch {
	case store.IsNotFound(err):
		return again, r.Plane.DropPack(key)
	case err != nil:
		return again, err
	case j.Delivery == download:
		return r.pack(ctx, j, now)
	}
	defer r.Plane.Hold(j.TargetID)()
	if !j.unfinished() {
		return again, r.clear(ctx, j, j.Failed || j.Cancelled)
	}
	if end, err := r.had(ctx, j.Legs, j.Asked); err != nil || now.Before(end) {
		return end, err
	}
	c, err := r.cluster(ctx, j)
	switch {
	case err == nil && c.Dataset == j.ID: // an attempt that did not end has switched to it
		return again, r.end(ctx, j)
	case err != nil || !c.Runs():
		return again, errors.Join(errors.New("backup: the target does not run"), err)
	}
	if err := r.unlessCancelled(ctx, key, func(ctx context.Context) error { return r.lay(ctx, j, now) }); err != nil {
		return again, r.unusable(ctx, j, err)
	}
	if seen := j.Created.Add(r.MinDuration); now.Before(seen) {
		return seen, nil
	}
	if err := r.Plane.Pause(ctx, j.TargetID, now); err != nil {
		return again, errors.Join(err, r.open(ctx, j))
	}
	if err := r.turn(ctx, key); err != nil {
		return again, errors.Join(r.unusable(ctx, j, err), r.open(ctx, j)) // on the old data
	}
	return again, r.end(ctx, j)
}

// lay copies a job's data into a new dataset of its target. If the last leg is of an oplog that is still being written, it
// is copied up to now first.
func (r Restoring) lay(ctx context.Context, j *Job, now time.Time) error {
	if err := r.ship(ctx, j.Legs, now); err != nil {
		return err
	}
	return r.Plane.Lay(ctx, j.SnapshotID, j.Legs, j.TargetID, j.ID)
}

// ship copies the oplog that the last leg follows, if this node still writes to it.
func (s *Service) ship(ctx context.Context, legs []plane.Leg, now time.Time) error {
	live, node, err := s.source(ctx, legs)
	if err != nil || !live || node != s.Node {
		return err
	}
	return s.Plane.Ship(ctx, legs[len(legs)-1].Cluster, now)
}

// source tells whether the oplog that the last leg follows is still written to, and which node has its cluster.
func (s *Service) source(ctx context.Context, legs []plane.Leg) (live bool, node string, err error) {
	if len(legs) == 0 {
		return false, s.Node, nil
	}
	last := legs[len(legs)-1]
	err = s.Store.View(ctx, func(tx store.Tx) error {
		live, node = false, s.Node
		c, err := state.Clusters.Get(tx, last.Cluster)
		if err == nil {
			live, node = c.Runs() && c.Dataset == last.Dataset, c.Node
		}
		return store.IfMissing(err, nil)
	})
	return live, node, err
}

// had is when all can be had that a job restores: after the second that is asked for, in which more may happen, and if
// another node has the oplog, after that node has sent it.
func (s *Service) had(ctx context.Context, legs []plane.Leg, asked bson.Timestamp) (time.Time, error) {
	_, node, err := s.source(ctx, legs)
	end := time.Unix(int64(asked.T)+1, 0)
	if node != s.Node {
		end = end.Add(2 * s.shipEvery())
	}
	return end, err
}

// cluster is the target's row as it is now.
func (r Restoring) cluster(ctx context.Context, j *Job) (c *model.Cluster, err error) {
	err = r.Store.View(ctx, func(tx store.Tx) error {
		c, err = state.Clusters.Get(tx, j.TargetID)
		return err
	})
	return c, err
}

// turn makes the new dataset the target's live one.
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
		switch {
		case j.Cancelled:
			return errCancelled
		case !c.Runs():
			return fmt.Errorf("backup: cluster %s is %s", c.Name, c.State)
		}
		c.Dataset, j.Turned = j.ID, tx.Now()
		return errors.Join(state.Clusters.Put(tx, c), Jobs.Put(tx, j), r.Wake(tx, c))
	})
}

// end opens the target on the new data and finishes the job.
func (r Restoring) end(ctx context.Context, j *Job) error {
	if err := errors.Join(r.open(ctx, j), r.dropCopies(ctx, j)); err != nil {
		return err
	}
	return r.Store.Update(ctx, func(tx store.Tx) error {
		j, err := Jobs.Get(tx, j.ID)
		if err != nil {
			return store.IfMissing(err, nil) // it was deleted with the cluster of its snapshot
		}
		j.Finished = tx.Now()
		if err := Jobs.Put(tx, j); err != nil {
			return err
		}
		return write(tx, j.TargetIn, j.Target, j.event("CPS_RESTORE_SUCCESSFUL", "TENANT_RESTORE_COMPLETED_AUDIT"))
	})
}

// dropCopies removes from the target what a restore of collections had copied when the snapshot was taken.
func (r Restoring) dropCopies(ctx context.Context, j *Job) error {
	c, err := r.cluster(ctx, j)
	if err != nil || !c.Runs() {
		return store.IfMissing(err, nil)
	}
	return r.Plane.DropCopies(ctx, c.ID)
}

// open opens the target on the data that it has now.
func (r Restoring) open(ctx context.Context, j *Job) error {
	c, err := r.cluster(ctx, j)
	if err != nil || !c.Runs() {
		return store.IfMissing(err, nil)
	}
	_, err = r.Plane.Start(c)
	return err
}

// GiveUp fails the job, removes its dataset, and opens the target on its old one. A job whose dataset is the target's live
// one is not given up: it ends when the dataset can be opened. If the job is gone, because its cluster is, or the target's
// project is, no event is written.
func (r Restoring) GiveUp(ctx context.Context, key string, cause error) error {
	j, failed, err := r.lose(ctx, key, cause)
	if err != nil {
		return store.IfMissing(err, nil)
	}
	if j.Delivery == download {
		return r.Plane.DropPack(key)
	}
	defer r.Plane.Hold(j.TargetID)()
	return r.clear(ctx, j, failed)
}

// unusable fails a job if its cause cannot pass, because the snapshot is damaged or changes are missing, and returns nil
// then, as it does for a cancelled job. The caller holds the target's lock.
func (r Restoring) unusable(ctx context.Context, j *Job, cause error) error {
	switch {
	case errors.Is(cause, errCancelled):
		return nil // the request has scheduled the job's work again
	case !final(cause):
		return cause
	}
	if errors.Is(cause, plane.ErrSnapshotDamaged) {
		if err := r.Spoil(ctx, j.SnapshotID, cause); err != nil {
			return err
		}
	}
	_, failed, err := r.lose(ctx, j.ID, cause)
	if err != nil || j.Delivery == download {
		return store.IfMissing(err, nil)
	}
	return r.clear(ctx, j, failed)
}

// lose fails a job, unless it has ended, and reports whether the job ended without success.
func (r Restoring) lose(ctx context.Context, key string, cause error) (j *Job, failed bool, err error) {
	err = r.Store.Update(ctx, func(tx store.Tx) (err error) {
		if j, err = Jobs.Get(tx, key); err != nil {
			return err
		}
		if failed = j.Finished.IsZero() && j.Expires.IsZero(); !j.unfinished() {
			return nil
		}
		c, err := state.Clusters.Get(tx, j.TargetID)
		if err == nil && c.Dataset == j.ID {
			return cause
		}
		return errors.Join(store.IfMissing(err, nil), fail(tx, j, cause.Error()))
	})
	return j, failed, err
}

// clear removes the dataset of a job that ended without success, and opens the target on its live one.
func (r Restoring) clear(ctx context.Context, j *Job, failed bool) (err error) {
	if failed {
		err = r.Plane.Unlay(j.TargetID, j.ID)
	}
	return errors.Join(err, r.open(ctx, j))
}

// fail ends a job without success.
func fail(tx store.Tx, j *Job, reason string) error {
	j.Failed, j.Reason = true, reason
	if err := Jobs.Put(tx, j); err != nil {
		return err
	}
	groupID, name, what := j.TargetIn, j.Target, j.event("CPS_RESTORE_FAILED", "TENANT_RESTORE_FAILED")
	if j.Delivery == download {
		groupID, name, what = j.GroupID, j.Cluster, j.event("CPS_SNAPSHOT_DOWNLOAD_REQUEST_FAILED", "TENANT_RESTORE_FAILED")
	}
	return store.IfMissing(event.WriteInProject(tx, groupID, what, event.Cluster(name), event.Reason(reason)), nil)
}

// Work is what the family does later.
func (s *Service) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{
		SnapshotKind: Taking{s}, RestoreKind: Restoring{s}, ScheduleKind: Scheduling{s}, VerifyKind: Verifying{s},
		ExportKind: Exporting{s}, ComplianceKind: Complying{s}, ShipKind: Shipping{s}, CollectionsKind: Collecting{s},
		SweepKind: Sweeping{s},
	}
}

package backup

import (
	"context"
	"errors"
	"time"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// cancel ends a job: the files that it has made are removed, and its target keeps its data. A job that has failed or
// expired is not changed. A job that has restored its data is refused.
func cancel(tx store.Tx, in jobIn[dedicated]) (none api.None, err error) {
	j, err := in.find(tx)
	if err != nil || j.Failed || j.Cancelled || j.Expired {
		return none, err
	}
	if over, err := j.turned(tx); err != nil || over {
		return none, errors.Join(err, jobEnded.With(j.ID))
	}
	j.Cancelled = true
	node, groupID, name := j.Node, j.TargetIn, j.Target
	if j.Delivery == download {
		groupID, name = j.GroupID, j.Cluster
	} else if c, err := state.Clusters.Get(tx, j.TargetID); err == nil {
		node = c.Node
	} else if !store.IsNotFound(err) {
		return none, err
	}
	if err := j.begin(tx, node); err != nil {
		return none, err
	}
	return none, store.IfMissing(event.WriteInProject(tx, groupID, "CPS_RESTORE_FAILED", event.Cluster(name), event.Reason("it was cancelled")), nil)
}

// turned reports whether the target has been switched to the job's data.
func (j *Job) turned(tx store.Tx) (bool, error) {
	if !j.Finished.IsZero() || j.Delivery == download {
		return !j.Finished.IsZero(), nil
	}
	c, err := state.Clusters.Get(tx, j.TargetID)
	return err == nil && c.Dataset == j.ID, store.IfMissing(err, nil)
}

// errCancelled is why the work on a job ended.
var errCancelled = errors.New("backup: the job has been cancelled")

// glance is the time between two looks at whether a job has been cancelled.
const glance = 250 * time.Millisecond

// unlessCancelled runs fn, and ends its context when the job is cancelled, at this node or another. The error is
// errCancelled then.
func (s *Service) unlessCancelled(ctx context.Context, id model.ID, fn func(context.Context) error) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(glance):
			}
			if s.cancelled(ctx, id) {
				end(errCancelled)
				return
			}
		}
	}()
	err := fn(ctx)
	if errors.Is(context.Cause(ctx), errCancelled) {
		err = errCancelled
	}
	end(nil)
	<-done
	return err
}

// cancelled reports whether a job is cancelled or gone. It is false if the store cannot be read.
func (s *Service) cancelled(ctx context.Context, id model.ID) (yes bool) {
	err := s.Store.View(ctx, func(tx store.Tx) error {
		j, err := Jobs.Get(tx, id)
		yes = store.IsNotFound(err) || err == nil && j.Cancelled
		return store.IfMissing(err, nil)
	})
	return err == nil && yes
}

// dropJobs removes the jobs of a cluster's snapshots, and schedules the removal of the files of downloads.
func dropJobs(tx store.Tx, c *model.Cluster) error {
	all, err := Jobs.List(tx, of(c))
	if err != nil {
		return err
	}
	for _, j := range all {
		if j.Delivery == download {
			if err := reconcile.Schedule(tx, RestoreKind, j.ID, j.Node, tx.Now()); err != nil {
				return err
			}
		}
	}
	return Jobs.DeleteAll(tx, of(c))
}

package backup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/backup/collections"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// CollectionsKind is the work of jobs that restore databases and collections. Its key is the job's id.
const CollectionsKind reconcile.Kind = "collection restore"

// Collecting does that work: it copies all collections beside those of the target, and then gives the copies their names,
// each in one step. Until that begins, a job that fails has changed nothing; from then on it ends with success, unless
// its target goes.
type Collecting struct{ *Service }

// Reconcile brings a job a step further.
func (w Collecting) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	var j *collections.Job
	var target *model.Cluster
	var now time.Time
	err = w.Store.View(ctx, func(tx store.Tx) error {
		now, target = tx.Now(), nil
		if j, err = collections.Jobs.Get(tx, key); err != nil {
			return err
		}
		target, err = state.Clusters.Get(tx, j.TargetID)
		return store.IfMissing(err, nil)
	})
	switch {
	case err != nil:
		return again, store.IfMissing(err, nil)
	case !j.Unfinished():
		return again, w.tidy(ctx, j, target)
	case target == nil || !target.Runs():
		return again, errors.New("backup: the target does not run")
	case j.State == collections.Finalizing:
		return now, w.place(ctx, j)
	}
	if seen := j.Created.Add(w.MinDuration); now.Before(seen) {
		return seen, nil
	}
	if end, err := w.had(ctx, j.Legs, j.Asked); err != nil || now.Before(end) {
		return end, err
	}
	if err := w.ship(ctx, j.Legs, now); err != nil {
		return again, err
	}
	return now, w.unusable(ctx, j, w.copy(ctx, j))
}

// copy copies all collections, and records that they are complete.
func (w Collecting) copy(ctx context.Context, j *collections.Job) error {
	told, counts := time.Now(), map[int]int64{}
	plan := func(from []plane.Content, there []plane.Namespace) ([]plane.Part, error) {
		parts, bad := j.Plan(from, there)
		err := w.change(ctx, j.ID, func(j *collections.Job) { j.Begin(parts) })
		all := make([]plane.Part, len(parts))
		for i, p := range parts {
			all[i] = p.Plane()
		}
		return all, errors.Join(bad, err)
	}
	copied := func(part int, documents int64) error {
		if counts[part] += documents; time.Since(told) < longEnough {
			return nil
		}
		told = time.Now()
		return w.change(ctx, j.ID, func(j *collections.Job) { j.Count(counts, collections.InProgress) })
	}
	err := w.Plane.Copy(ctx, plane.Copying{
		Snapshot: j.SnapshotID, Legs: j.Legs, Cluster: j.TargetID, Job: j.ID, Keep: j.Keeps, Plan: plan, Copied: copied,
	})
	if err != nil {
		return err
	}
	return w.change(ctx, j.ID, func(j *collections.Job) { j.Complete(counts) })
}

// place gives all copies their names and ends the job. A name that somebody has taken since the plan was made is not
// overwritten unless the job may: the copy gets another.
func (w Collecting) place(ctx context.Context, j *collections.Job) error {
	for i, p := range j.Parts {
		err := w.Plane.Place(ctx, j.TargetID, j.ID, i, p.Plane(), j.Overwrites())
		if errors.Is(err, plane.ErrTaken) {
			return w.change(ctx, j.ID, func(j *collections.Job) { j.Evade(i) })
		}
		if err != nil {
			return err
		}
	}
	return w.finish(ctx, j.ID, "CPS_COLLECTION_RESTORE_SUCCESSFUL", (*collections.Job).Succeed)
}

// errEnded is why the work on a job that has ended meanwhile stops.
var errEnded = errors.New("backup: the job has ended")

// change changes a job that has not ended.
func (w Collecting) change(ctx context.Context, id model.ID, how func(*collections.Job)) error {
	return w.Store.Update(ctx, func(tx store.Tx) error {
		j, err := collections.Jobs.Get(tx, id)
		if err != nil || !j.Unfinished() {
			return errors.Join(errEnded, err)
		}
		how(j)
		return collections.Jobs.Put(tx, j)
	})
}

// finish ends a job, and tells of it where the data went.
func (w Collecting) finish(ctx context.Context, id model.ID, what event.Type, how func(*collections.Job), more ...event.Subject) error {
	return w.Store.Update(ctx, func(tx store.Tx) error {
		j, err := collections.Jobs.Get(tx, id)
		if err != nil || !j.Unfinished() {
			return store.IfMissing(err, nil)
		}
		how(j)
		return endCollections(tx, j, what, more...)
	})
}

func endCollections(tx store.Tx, j *collections.Job, what event.Type, more ...event.Subject) error {
	j.Finished = tx.Now()
	err := event.WriteInProject(tx, j.TargetIn, what, append(more, event.Cluster(j.Target))...)
	return errors.Join(store.IfMissing(err, nil), putCollections(tx, j))
}

// putCollections stores a job, and has it looked at where its target is.
func putCollections(tx store.Tx, j *collections.Job) error {
	c, err := state.Clusters.Get(tx, j.TargetID)
	if store.IsNotFound(err) {
		c, err = new(model.Cluster), nil
	}
	if err != nil {
		return err
	}
	return errors.Join(collections.Jobs.Put(tx, j), reconcile.Schedule(tx, CollectionsKind, j.ID, c.Node, tx.Now()))
}

// unusable fails a job where trying again is of no use, and returns nil then.
func (w Collecting) unusable(ctx context.Context, j *collections.Job, cause error) error {
	switch {
	case errors.Is(cause, errEnded):
		return nil
	case errors.Is(cause, plane.ErrSnapshotDamaged):
		if err := w.Spoil(ctx, j.SnapshotID, cause); err != nil {
			return err
		}
	case !final(cause):
		return cause
	}
	return w.lose(ctx, j.ID, cause)
}

func (w Collecting) lose(ctx context.Context, id model.ID, cause error) error {
	reason := cause.Error()
	return w.finish(ctx, id, "CPS_COLLECTION_RESTORE_FAILED", func(j *collections.Job) { j.Fail(reason) }, event.Reason(reason))
}

// GiveUp fails a job, unless some of its copies may have their names already: then it goes on when its target runs.
func (w Collecting) GiveUp(ctx context.Context, key string, cause error) error {
	var placing bool
	err := w.Store.View(ctx, func(tx store.Tx) error {
		j, err := collections.Jobs.Get(tx, key)
		if err != nil {
			return err
		}
		_, err = state.Clusters.Get(tx, j.TargetID)
		placing = j.State == collections.Finalizing && err == nil || !j.Unfinished()
		return store.IfMissing(err, nil)
	})
	if err != nil || placing {
		return store.IfMissing(err, cause)
	}
	return w.lose(ctx, key, cause)
}

// tidy removes what a job that has ended has left in its target. OnClusterReady has it looked at again when a target that
// does not run does.
func (w Collecting) tidy(ctx context.Context, j *collections.Job, target *model.Cluster) error {
	if j.Untidy && target != nil {
		if !target.Runs() {
			return nil
		}
		if err := w.Plane.DropCopies(ctx, target.ID); err != nil {
			return fmt.Errorf("backup: copies stay in %s: %w", target.Name, err)
		}
	}
	return w.Store.Update(ctx, func(tx store.Tx) error {
		j, err := collections.Jobs.Get(tx, j.ID)
		switch {
		case err != nil:
			return store.IfMissing(err, nil)
		case j.Gone:
			return collections.Jobs.Delete(tx, j)
		case !j.Untidy:
			return nil
		}
		j.Untidy = false
		return collections.Jobs.Put(tx, j)
	})
}

// collectionJobs does something with the jobs from or to a cluster.
func collectionJobs(tx store.Tx, index string, c *model.Cluster, do func(*collections.Job) error) error {
	all, err := collections.Jobs.List(tx, store.Query{Index: index, Prefix: []string{c.ID}})
	for _, j := range all {
		err = errors.Join(err, do(j))
	}
	return err
}

// wakeCollectionJobs has the jobs looked at that restore to a cluster which runs again.
func wakeCollectionJobs(tx store.Tx, c *model.Cluster) error {
	return collectionJobs(tx, "target", c, func(j *collections.Job) error {
		if !j.Unfinished() && !j.Untidy {
			return nil
		}
		return reconcile.Schedule(tx, CollectionsKind, j.ID, c.Node, tx.Now())
	})
}

// loseCollectionJobs fails the jobs under way from and to a cluster.
func loseCollectionJobs(tx store.Tx, c *model.Cluster, reason string) error {
	lose := func(j *collections.Job) error {
		if !j.Unfinished() {
			return nil
		}
		j.Fail(reason)
		return endCollections(tx, j, "CPS_COLLECTION_RESTORE_FAILED", event.Reason(reason))
	}
	return errors.Join(collectionJobs(tx, "cluster", c, lose), collectionJobs(tx, "target", c, lose))
}

// dropCollectionJobs ends the jobs from and to a cluster that is deleted. One from it that has left something in its
// target goes when that is removed, or the target is.
func dropCollectionJobs(tx store.Tx, c *model.Cluster) error {
	if err := loseCollectionJobs(tx, c, "cluster "+c.Name+" has been deleted"); err != nil {
		return err
	}
	to := func(j *collections.Job) error {
		j.Untidy = false
		return putCollections(tx, j)
	}
	from := func(j *collections.Job) error {
		if j.Gone = true; j.Untidy {
			return putCollections(tx, j)
		}
		return collections.Jobs.Delete(tx, j)
	}
	return errors.Join(collectionJobs(tx, "target", c, to), collectionJobs(tx, "cluster", c, from))
}

// longEnough is the time between two records of how far the copying of a collection is.
const longEnough = time.Second

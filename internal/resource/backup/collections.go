package backup

import (
	"errors"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/backup/collections"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type restoreCollectionsIn struct {
	dedicated
	Body collections.CollectionRestoreJobRequest
}

// restoreCollections begins a job.
func restoreCollections(tx store.Tx, in restoreCollectionsIn) (out collections.CollectionRestoreJobResponse, err error) {
	w := &in.Body
	if err := checkCollections(w); err != nil {
		return out, err
	}
	c, err := in.cluster(tx)
	if err != nil {
		return out, err
	}
	j := collections.New(w, tx.Now())
	j.GroupID, j.ClusterID, j.Cluster = c.GroupID, c.ID, c.Name
	snap, err := sourceOf(tx, j, in, c)
	if err != nil {
		return out, err
	}
	target, err := targetOf(tx, state.DedicatedByName, w.TargetIn, w.Target)
	if err != nil {
		return out, err
	}
	if err := snap.reaches(target); err != nil {
		return out, err
	}
	j.TargetID, j.Target, j.TargetIn = target.ID, target.Name, target.GroupID
	err = errors.Join(collections.Jobs.Put(tx, j), reconcile.Schedule(tx, CollectionsKind, j.ID, target.Node, tx.Now()), write(tx, j.TargetIn, j.Target, "CPS_RESTORE_REQUESTED_AUDIT"))
	return j.Wire(), err
}

// checkCollections holds a request against the rules that need no other object.
func checkCollections(w *collections.CollectionRestoreJobRequest) error {
	var bad fault.Problems
	switch m := momentOf(w); {
	case m.named() && w.SnapshotID != "":
		bad.Add("snapshotId", "must not come with a point in time")
	case m.named():
		m.check(&bad)
	case w.SnapshotID == "":
		bad.Add("snapshotId", "is required, or a point in time")
	}
	w.Check(&bad)
	return bad.Err()
}

// sourceOf finds what a job restores from.
func sourceOf(tx store.Tx, j *collections.Job, in restoreCollectionsIn, c *model.Cluster) (*Snapshot, error) {
	if m := momentOf(&in.Body); m.named() {
		snap, legs, err := way(tx, c, m)
		if err != nil {
			return nil, err
		}
		j.SnapshotID, j.Legs, j.Asked = snap.ID, legs, legs[len(legs)-1].Until
		if m.ts == nil {
			j.Asked.I = 0
		}
		return snap, nil
	}
	snap, err := (snapshotIn[dedicated]{in.dedicated, j.SnapshotID}).find(tx)
	if err == nil && snap.Status != Completed {
		err = snapshotNotReady.With(snap.ID)
	}
	if err != nil {
		return nil, err
	}
	return snap, nil
}

func momentOf(w *collections.CollectionRestoreJobRequest) moment {
	return moment{w.PointInTime, w.OplogTs, w.OplogInc, "pointInTimeUtcSeconds"}
}

type collectionJobIn struct {
	Of    dedicated `in:"path"`
	JobID string    `path:"jobId" api:"is=objectId" doc:"Id of the job."`
}

// find returns the job that in names.
func (in collectionJobIn) find(tx store.Tx) (*collections.Job, error) {
	return one(tx, in.Of, collections.Jobs, "collection restore job", in.JobID, func(j *collections.Job) model.ID { return j.ClusterID })
}

type collectionJobsIn struct {
	Of dedicated `in:"path"`
	shape.Pages
}

func listCollectionJobs(tx store.Tx, in collectionJobsIn) (api.Page[collections.CollectionRestoreJobResponse], error) {
	return list[dedicated](collections.Jobs, true, (*collections.Job).Wire)(tx, pageIn[dedicated]{in.Of, in.Paging()})
}

type collectionStatesIn struct {
	collectionJobIn
	shape.Pages
	Source string `query:"sourceNamespace" doc:"Only the collection of this name in the snapshot."`
	State  string `query:"state" api:"enum=NOT_STARTED|IN_PROGRESS|FINALIZING|NOT_FOUND|UNSUPPORTED|SUCCESSFUL|ROLLBACK|NOT_RESTORED|FAILED|INDEX_BUILD_FAILED" doc:"Only collections in this state."`
	Target string `query:"targetNamespace" doc:"Only the collection that is restored under this name."`
}

func listCollectionStates(tx store.Tx, in collectionStatesIn) (page api.Page[collections.CollectionRestoreCollectionState], err error) {
	j, err := in.find(tx)
	if err != nil {
		return page, err
	}
	differs := func(want, is string) bool { return want != "" && want != is }
	all := slices.DeleteFunc(j.States(), func(c collections.CollectionRestoreCollectionState) bool {
		return differs(in.Source, c.Source) || differs(in.State, c.State) || differs(in.Target, c.Target)
	})
	return api.PageOf(in.Paging(), all), nil
}

type collectionStateIn struct {
	collectionJobIn
	Source string `path:"sourceNamespace" doc:"Name of the collection in the snapshot, with its database."`
}

func getCollectionState(tx store.Tx, in collectionStateIn) (out collections.CollectionRestoreCollectionState, err error) {
	j, err := in.find(tx)
	if err != nil {
		return out, err
	}
	for _, c := range j.States() {
		if c.Source == in.Source {
			return c, nil
		}
	}
	return out, fault.ResourceNotFound.With("collection " + in.Source)
}

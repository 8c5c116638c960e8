package backup

import (
	"errors"
	"math"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// located is a path's way to name a cluster.
type located interface {
	cluster(tx store.Tx) (*model.Cluster, error)
}

// The ways to name a cluster, one for each kind.
type (
	dedicated   struct{ api.InCluster }
	flexCluster struct {
		api.InGroup
		Name string `path:"name" api:"is=clusterName" doc:"Name of the Flex cluster."`
	}
	instance struct{ api.InCluster } // a serverless instance
	tenant   struct{ api.InCluster } // of the shared tiers that have become Flex clusters
)

// cluster returns the cluster. If it has been deleted and its snapshots outlive it, cluster returns a value with its name
// and id.
func (in dedicated) cluster(tx store.Tx) (*model.Cluster, error) {
	c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
	if !errors.Is(err, fault.ClusterNotFound) {
		return c, err
	}
	left, lerr := Snapshots.List(tx, store.Query{Index: "name", Prefix: []string{in.GroupID, in.ClusterName}, Reverse: true, Limit: 1})
	if lerr != nil || len(left) == 0 || left[0].Flex {
		return nil, errors.Join(lerr, err)
	}
	return &model.Cluster{ID: left[0].ClusterID, GroupID: in.GroupID, Name: in.ClusterName, State: model.Deleting}, nil
}

func (in flexCluster) cluster(tx store.Tx) (*model.Cluster, error) {
	return state.FlexByName(tx, in.GroupID, in.Name)
}

func (in instance) cluster(tx store.Tx) (*model.Cluster, error) {
	return state.FlexByName(tx, in.GroupID, in.ClusterName)
}

func (in tenant) cluster(tx store.Tx) (*model.Cluster, error) {
	c, err := state.ClusterByName(tx, in.GroupID, in.ClusterName)
	if err == nil && !c.Declared.Shared() {
		err = fault.NonFlexInFlexAPI.With(c.Name)
	}
	return c, err
}

type pageIn[K located] struct {
	Of K `in:"path"`
	api.Paging
}

// list returns a page of a cluster's objects in a table, oldest first, or newest first.
func list[K located, T, W any](table *store.Table[T], newestFirst bool, show func(*T) W) func(store.Tx, pageIn[K]) (api.Page[W], error) {
	return func(tx store.Tx, in pageIn[K]) (page api.Page[W], err error) {
		c, err := in.Of.cluster(tx)
		if err != nil {
			return page, err
		}
		q := of(c)
		q.Reverse = newestFirst
		return shape.Page(tx, table, q, in.Paging, show)
	}
}

type allIn[K located] struct {
	Of K `in:"path"`
}

// all is list without pages.
func all[K located, W any](list func(store.Tx, pageIn[K]) (api.Page[W], error)) func(store.Tx, allIn[K]) (api.Page[W], error) {
	return func(tx store.Tx, in allIn[K]) (api.Page[W], error) {
		return list(tx, pageIn[K]{in.Of, api.Paging{PageNum: 1, ItemsPerPage: math.MaxInt32, IncludeCount: true}})
	}
}

// of selects the objects of a cluster, newest first.
func of(c *model.Cluster) store.Query {
	return store.Query{Index: "cluster", Prefix: []string{c.ID}, Reverse: true}
}

type snapshotIn[K located] struct {
	Of         K      `in:"path"`
	SnapshotID string `path:"snapshotId" api:"is=objectId" doc:"Id of the snapshot."`
}

// find returns the snapshot that in names.
func (in snapshotIn[K]) find(tx store.Tx) (*Snapshot, error) {
	return one(tx, in.Of, Snapshots, "snapshot", in.SnapshotID, func(s *Snapshot) model.ID { return s.ClusterID })
}

type jobIn[K located] struct {
	Of           K      `in:"path"`
	RestoreJobID string `path:"restoreJobId" api:"is=objectId" doc:"Id of the restore job."`
}

// find returns the job that in names.
func (in jobIn[K]) find(tx store.Tx) (*Job, error) {
	return one(tx, in.Of, Jobs, "restore job", in.RestoreJobID, func(j *Job) model.ID { return j.ClusterID })
}

// one returns the object of a table with an id, if it belongs to the cluster that in names. what is its name in the error.
func one[T any](tx store.Tx, in located, table *store.Table[T], what, id string, cluster func(*T) model.ID) (*T, error) {
	c, err := in.cluster(tx)
	if err != nil {
		return nil, err
	}
	v, err := table.Get(tx, id)
	if err == nil && cluster(v) != c.ID {
		err = store.ErrNotFound
	}
	return v, store.IfMissing(err, fault.ResourceNotFound.With(what+" "+id))
}

package backup

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type listIn struct {
	api.InCluster
	api.Paging
}

// list answers with a page of what a table has of a cluster, newest first.
func list[T, W any](table *store.Table[T], show func(*T) W) func(store.Tx, listIn) (api.Page[W], error) {
	return func(tx store.Tx, in listIn) (page api.Page[W], err error) {
		c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
		if err != nil {
			return page, err
		}
		return shape.Page(tx, table, of(c), in.Paging, show)
	}
}

// of selects what belongs to a cluster, newest first.
func of(c *model.Cluster) store.Query {
	return store.Query{Index: "cluster", Prefix: []string{c.ID}, Reverse: true}
}

// inCluster returns the object of a table with that id, which belongs to the cluster that in names. what says what it is.
func inCluster[T any](tx store.Tx, in api.InCluster, table *store.Table[T], what, id string, cluster func(*T) model.ID) (*T, error) {
	c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return nil, err
	}
	v, err := table.Get(tx, id)
	if err == nil && cluster(v) != c.ID {
		err = store.ErrNotFound
	}
	return v, store.IfMissing(err, fault.ResourceNotFound.With(what+" "+id))
}

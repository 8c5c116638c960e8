package flex

import (
	"reflect"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// form is how operations show Flex clusters: as what they are, or as serverless instances.
type form[W any] struct {
	*Service
	show    func(c *model.Cluster, version string) W
	closing *fault.Kind // says that somebody has asked for the deletion already
}

// declaration is a body that asks for a cluster.
type declaration interface {
	declare(version string) (name string, d model.Declared, err error)
}

// change is a body that changes what a cluster declares.
type change interface{ apply(d *model.Declared) error }

type createIn[B any] struct {
	api.InGroup
	Body B
}

func create[B declaration, W any](f form[W]) func(store.Tx, createIn[B]) (W, error) {
	return func(tx store.Tx, in createIn[B]) (out W, err error) {
		name, d, err := in.Body.declare(f.Version)
		if err != nil {
			return out, err
		}
		c := &model.Cluster{ID: model.NewID(), GroupID: in.GroupID, Name: name, Flex: true, Declared: d}
		err = f.Clusters.Declare(tx, c)
		return f.show(c, f.Version), err
	}
}

type listIn struct {
	api.InGroup
	api.Paging
}

func (f form[W]) list(tx store.Tx, in listIn) (api.Page[W], error) {
	all, err := state.ClustersOf(tx, in.GroupID, true)
	return api.PageAs(in.Paging, all, func(c *model.Cluster) W { return f.show(c, f.Version) }), err
}

type oneIn struct {
	api.InGroup
	Name string `path:"name" api:"is=clusterName" doc:"Name of the Flex cluster."`
}

func (f form[W]) get(tx store.Tx, in oneIn) (out W, err error) {
	c, err := state.FlexByName(tx, in.GroupID, in.Name)
	if err == nil {
		out = f.show(c, f.Version)
	}
	return out, err
}

// staying is the cluster that in names, if nobody has asked for its deletion.
func (f form[W]) staying(tx store.Tx, in oneIn) (*model.Cluster, error) {
	c, err := state.FlexByName(tx, in.GroupID, in.Name)
	if err == nil && c.State == model.Deleting {
		return nil, f.closing.With(c.Name)
	}
	return c, err
}

type updateIn[B any] struct {
	oneIn
	Body B
}

func update[B change, W any](f form[W]) func(store.Tx, updateIn[B]) (W, error) {
	return func(tx store.Tx, in updateIn[B]) (out W, err error) {
		c, err := f.staying(tx, in.oneIn)
		if err != nil {
			return out, err
		}
		next := c.Declared.Clone()
		if err := in.Body.apply(&next); err != nil {
			return out, err
		}
		if !reflect.DeepEqual(next, c.Declared) {
			err = f.Clusters.Change(tx, c, next)
		}
		return f.show(c, f.Version), err
	}
}

// remove answers with an E, which says nothing.
func remove[E, W any](f form[W]) func(store.Tx, oneIn) (E, error) {
	return func(tx store.Tx, in oneIn) (nothing E, err error) {
		c, err := f.staying(tx, in)
		if err != nil {
			return nothing, err
		}
		return nothing, f.Clusters.Close(tx, c)
	}
}

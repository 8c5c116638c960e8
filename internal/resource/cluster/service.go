package cluster

import (
	"reflect"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// version is a version's shape of a cluster: what it declares, and how it shows a cluster.
type version[W any] interface {
	*W
	declare(d *model.Declared, bad *problems)
	show(v view)
	called() string                  // the name that the body gives
	showsAll(d *model.Declared) bool // whether it shows all nodes and their hardware
}

func (w *common) called() string { return w.Name }

func (w *common) showsAll(*model.Declared) bool { return true }

// redeclares reports whether what an older shape shows would declare the same nodes again.
func redeclares(shown interface {
	declare(*model.Declared, *problems)
}, d *model.Declared) bool {
	again := d.Clone()
	shown.declare(&again, &problems{names: namesOf(shown)})
	return reflect.DeepEqual(again.Zones, d.Zones)
}

// namesOf are the names that violations are told by.
func namesOf(w any) names {
	switch w.(type) {
	case *LegacyAtlasCluster:
		return regionsConfig
	case *AdvancedClusterDescription:
		return oneDisk
	}
	return regionConfigs
}

// write is a cluster in a version's shape.
func write[W any, P version[W]](s *Service, c *model.Cluster) W {
	var w W
	P(&w).show(view{c, s.Version})
	return w
}

type createIn[W any] struct {
	api.InGroup
	Body W
}

func create[W any, P version[W]](s *Service) func(store.Tx, createIn[W]) (W, error) {
	return func(tx store.Tx, in createIn[W]) (out W, err error) {
		c, err := begun(s, in.GroupID, P(&in.Body))
		if err != nil {
			return out, err
		}
		err = s.Declare(tx, c)
		return write[W, P](s, c), err
	}
}

// begun makes the cluster that a body asks for.
func begun[W any, P version[W]](s *Service, groupID model.ID, body P) (*model.Cluster, error) {
	bad := &problems{names: namesOf(body)}
	c := &model.Cluster{ID: model.NewID(), GroupID: groupID, Name: body.called(), Declared: model.NewDeclared(s.Version)}
	bad.checkName(c.Name)
	body.declare(&c.Declared, bad)
	if c.Declared.Paused {
		bad.Add("paused", "must be false for a new cluster")
	}
	bad.check(&c.Declared)
	return c, bad.err()
}

type oneIn struct{ api.InCluster }

// get answers with what show returns for a cluster that is no Flex one.
func get[W any](show func(c *model.Cluster) W) func(store.Tx, oneIn) (W, error) {
	return func(tx store.Tx, in oneIn) (out W, err error) {
		c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
		if err == nil {
			out = show(c)
		}
		return out, err
	}
}

// read answers with a cluster in a version's shape, and refuses if that shape cannot show all of its nodes.
func read[W any, P version[W]](s *Service) func(store.Tx, oneIn) (W, error) {
	return func(tx store.Tx, in oneIn) (out W, err error) {
		c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
		if err != nil {
			return out, err
		}
		if out = write[W, P](s, c); !P(&out).showsAll(&c.Declared) {
			return out, asymmetricShard.With()
		}
		return out, nil
	}
}

type listIn struct {
	api.InGroup
	api.Paging
	WithDeleted bool `query:"includeDeletedWithRetainedBackups" api:"default=false" doc:"Whether to list deleted clusters whose backups were kept. Such clusters are not listed."`
}

func list[W any, P version[W]](s *Service) func(store.Tx, listIn) (api.Page[W], error) {
	return func(tx store.Tx, in listIn) (api.Page[W], error) {
		all, err := state.ClustersOf(tx, in.GroupID, false)
		return api.PageAs(in.Paging, all, func(c *model.Cluster) W { return write[W, P](s, c) }), err
	}
}

type updateIn[W any] struct {
	api.InCluster
	Body W
}

func update[W any, P version[W]](s *Service) func(store.Tx, updateIn[W]) (W, error) {
	return func(tx store.Tx, in updateIn[W]) (out W, err error) {
		c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
		if err != nil {
			return out, err
		}
		if out = write[W, P](s, c); !P(&out).showsAll(&c.Declared) {
			return out, asymmetricShard.With()
		}
		next, err := changed(c, P(&in.Body))
		if err != nil {
			return out, err
		}
		err = s.redeclare(tx, c, next)
		return write[W, P](s, c), err
	}
}

// changed returns what c declares once body is applied to it.
func changed[W any, P version[W]](c *model.Cluster, body P) (model.Declared, error) {
	bad := &problems{names: namesOf(body)}
	if name := body.called(); name != "" && name != c.Name {
		bad.Add("name", "cannot change")
	}
	next := c.Declared.Clone()
	body.declare(&next, bad)
	bad.checkVersion(&next, &c.Declared)
	bad.checkDisks(&next, &c.Declared)
	if next.Shared() != c.Declared.Shared() {
		bad.at(0, "providerName", "cannot change between a free cluster and a dedicated one")
	}
	bad.check(&next)
	return next, bad.err()
}

// redeclare makes next what c declares, unless it is what c declares already.
func (s *Service) redeclare(tx store.Tx, c *model.Cluster, next model.Declared) error {
	if reflect.DeepEqual(next, c.Declared) {
		return nil
	}
	if err := resumed(c, next); err != nil {
		return err
	}
	if next.Paused && c.Outage != nil {
		c.Outage = nil
		if err := tell(tx, c, "CLUSTER_REGIONAL_OUTAGE_SIMULATION_CANCELLED_CLUSTER_PAUSE"); err != nil {
			return err
		}
	}
	return s.Change(tx, c, next)
}

// resumed refuses to change a paused cluster in any way but to resume it.
func resumed(c *model.Cluster, next model.Declared) error {
	next.Paused = true
	if c.Declared.Paused && !reflect.DeepEqual(next, c.Declared) {
		return cannotUpdatePaused.With(c.Name)
	}
	return nil
}

type deleteIn struct {
	api.InCluster
	RetainBackups bool `query:"retainBackups" doc:"Whether the cluster's snapshots outlive it, until they expire."`
}

func (s *Service) delete(tx store.Tx, in deleteIn) (none api.Empty, err error) {
	c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return none, err
	}
	c.Declared.RetainBackups = c.Declared.RetainBackups || in.RetainBackups
	return none, s.Close(tx, c)
}

// OnProjectDelete refuses to delete a project that has clusters.
func (s *Service) OnProjectDelete(tx store.Tx, groupID model.ID) error {
	n, err := state.Clusters.Count(tx, store.Query{Index: "name", Prefix: []string{groupID}})
	if err == nil && n > 0 {
		return fault.GroupHasClusters.With()
	}
	return err
}

// Usage counts the project's clusters, Flex ones among them, for its limit.
func (s *Service) Usage(tx store.Tx, groupID model.ID) (limit string, n int64, err error) {
	n, err = state.Clusters.Count(tx, store.Query{Index: "name", Prefix: []string{groupID}})
	return model.LimitClusters, n, err
}

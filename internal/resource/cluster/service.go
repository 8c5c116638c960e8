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
	called() string // the name that the body gives
}

func (w *common) called() string { return w.Name }

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
		body := P(&in.Body)
		bad := &problems{names: namesOf(body)}
		d := model.NewDeclared(s.Version)
		bad.checkName(body.called())
		body.declare(&d, bad)
		if d.Paused {
			bad.say("paused", "must be false for a new cluster")
		}
		bad.check(&d)
		if err := bad.err(); err != nil {
			return out, err
		}
		c := &model.Cluster{ID: model.NewID(), GroupID: in.GroupID, Name: body.called(), Declared: d}
		err = s.Declare(tx, c)
		return write[W, P](s, c), err
	}
}

type oneIn struct{ api.InCluster }

// get answers with what show makes of a cluster that is no Flex one.
func get[W any](show func(c *model.Cluster) W) func(store.Tx, oneIn) (W, error) {
	return func(tx store.Tx, in oneIn) (out W, err error) {
		c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
		if err == nil {
			out = show(c)
		}
		return out, err
	}
}

// writeAs is write for get.
func writeAs[W any, P version[W]](s *Service) func(c *model.Cluster) W {
	return func(c *model.Cluster) W { return write[W, P](s, c) }
}

type listIn struct {
	api.InGroup
	api.Paging
	WithDeleted bool `query:"includeDeletedWithRetainedBackups" api:"default=false" doc:"Whether to list deleted clusters whose backups were kept. Backups go with their cluster, so there are none."`
}

func list[W any, P version[W]](s *Service) func(store.Tx, listIn) (api.Page[W], error) {
	return func(tx store.Tx, in listIn) (api.Page[W], error) {
		all, err := state.ClustersOf(tx, in.GroupID, false)
		return api.PageAs(in.Paging, all, writeAs[W, P](s)), err
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
		next, err := changed(c, P(&in.Body))
		if err != nil {
			return out, err
		}
		err = s.redeclare(tx, c, next)
		return write[W, P](s, c), err
	}
}

// changed is what a body makes of what a cluster declares.
func changed[W any, P version[W]](c *model.Cluster, body P) (model.Declared, error) {
	bad := &problems{names: namesOf(body)}
	if name := body.called(); name != "" && name != c.Name {
		bad.say("name", "cannot change")
	}
	next := c.Declared.Clone()
	body.declare(&next, bad)
	bad.checkVersion(&next, &c.Declared)
	if next.Shared() != c.Declared.Shared() {
		bad.at(0, "providerName", "cannot change between a free cluster and a dedicated one")
	}
	bad.check(&next)
	return next, bad.err()
}

// redeclare declares next, unless it says nothing new. A paused cluster can only be resumed.
func (s *Service) redeclare(tx store.Tx, c *model.Cluster, next model.Declared) error {
	if reflect.DeepEqual(next, c.Declared) {
		return nil
	}
	resumed := next
	resumed.Paused = true
	if c.Declared.Paused && !reflect.DeepEqual(resumed, c.Declared) {
		return fault.CannotUpdatePaused.With(c.Name)
	}
	return s.Change(tx, c, next)
}

type deleteIn struct {
	api.InCluster
	RetainBackups bool `query:"retainBackups" doc:"Whether backups outlive the cluster. Only false is accepted: backups go with their cluster."`
}

func (s *Service) delete(tx store.Tx, in deleteIn) (none api.Empty, err error) {
	if in.RetainBackups {
		return none, fault.Field("retainBackups", "must be false: backups go with their cluster")
	}
	c, err := state.DedicatedByName(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return none, err
	}
	return none, s.Close(tx, c)
}

// ClusterStatus says whether a cluster is as its owner declared it.
type ClusterStatus struct {
	ChangeStatus string     `json:"changeStatus,omitempty" api:"enum=PENDING|APPLIED" doc:"PENDING while a change is being made, APPLIED when there is none left."`
	Links        []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
}

// status is that of any cluster, Flex or not.
func status(tx store.Tx, in oneIn) (out ClusterStatus, err error) {
	c, err := state.ClusterByName(tx, in.GroupID, in.ClusterName)
	if err != nil {
		return out, err
	}
	out = ClusterStatus{ChangeStatus: "PENDING", Links: api.Self("/groups/" + c.GroupID + "/clusters/" + c.Name + "/status")}
	if c.State == model.Idle {
		out.ChangeStatus = "APPLIED"
	}
	return out, nil
}

// Vacate says that a project with clusters stays.
func (s *Service) Vacate(tx store.Tx, groupID model.ID) error {
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

package cluster

import (
	"context"
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

func create[W any, P version[W]](s *Service) func(context.Context, createIn[W]) (W, error) {
	return func(ctx context.Context, in createIn[W]) (out W, err error) {
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
		err = s.Store.Update(ctx, func(tx store.Tx) error {
			c := &model.Cluster{ID: model.NewID(), GroupID: in.GroupID, Name: body.called(), Declared: d}
			if err := s.Declare(tx, c); err != nil {
				return err
			}
			out = write[W, P](s, c)
			return nil
		})
		return out, err
	}
}

// find returns the project's cluster; a Flex one belongs to other operations.
func find(tx store.Tx, in api.InCluster) (*model.Cluster, error) {
	c, err := state.ClusterByName(tx, in.GroupID, in.ClusterName)
	if err == nil && c.Flex {
		return nil, fault.FlexInClusterAPI.With(c.Name)
	}
	return c, err
}

func get[W any, P version[W]](s *Service) func(context.Context, oneIn) (W, error) {
	return func(ctx context.Context, in oneIn) (out W, err error) {
		err = s.Store.View(ctx, func(tx store.Tx) error {
			c, err := find(tx, in.InCluster)
			if err == nil {
				out = write[W, P](s, c)
			}
			return err
		})
		return out, err
	}
}

type oneIn struct{ api.InCluster }

type listIn struct {
	api.InGroup
	api.Paging
	WithDeleted bool `query:"includeDeletedWithRetainedBackups" api:"default=false" doc:"Whether to list deleted clusters whose backups were kept. Backups go with their cluster, so there are none."`
}

func list[W any, P version[W]](s *Service) func(context.Context, listIn) (api.Page[W], error) {
	return func(ctx context.Context, in listIn) (page api.Page[W], err error) {
		err = s.Store.View(ctx, func(tx store.Tx) error {
			all, err := state.ClustersOf(tx, in.GroupID, false)
			if err != nil {
				return err
			}
			cut := api.PageOf(in.Paging, all)
			page = api.Page[W]{TotalCount: cut.TotalCount}
			for _, c := range cut.Results {
				page.Results = append(page.Results, write[W, P](s, c))
			}
			return nil
		})
		return page, err
	}
}

type updateIn[W any] struct {
	api.InCluster
	Body W
}

func update[W any, P version[W]](s *Service) func(context.Context, updateIn[W]) (W, error) {
	return func(ctx context.Context, in updateIn[W]) (out W, err error) {
		body := P(&in.Body)
		err = s.Store.Update(ctx, func(tx store.Tx) error {
			c, err := find(tx, in.InCluster)
			if err != nil {
				return err
			}
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
			if err := bad.err(); err != nil {
				return err
			}
			if err := s.redeclare(tx, c, next); err != nil {
				return err
			}
			out = write[W, P](s, c)
			return nil
		})
		return out, err
	}
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

func (s *Service) delete(ctx context.Context, in deleteIn) (api.Empty, error) {
	if in.RetainBackups {
		return api.Empty{}, fault.Field("retainBackups", "must be false: backups go with their cluster")
	}
	return api.Empty{}, s.Store.Update(ctx, func(tx store.Tx) error {
		c, err := find(tx, in.InCluster)
		if err != nil {
			return err
		}
		return s.Close(tx, c)
	})
}

// ClusterStatus says whether a cluster is as its owner declared it.
type ClusterStatus struct {
	ChangeStatus string     `json:"changeStatus,omitempty" api:"enum=PENDING|APPLIED" doc:"PENDING while a change is being made, APPLIED when there is none left."`
	Links        []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
}

func (s *Service) status(ctx context.Context, in oneIn) (out ClusterStatus, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		c, err := find(tx, in.InCluster)
		if err != nil {
			return err
		}
		out = ClusterStatus{ChangeStatus: "PENDING", Links: api.Self("/groups/" + c.GroupID + "/clusters/" + c.Name + "/status")}
		if c.State == model.Idle {
			out.ChangeStatus = "APPLIED"
		}
		return nil
	})
	return out, err
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

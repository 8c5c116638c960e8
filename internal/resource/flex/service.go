package flex

import (
	"context"
	"reflect"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type (
	cluster = shape.FlexClusterDescription20241113

	createIn struct {
		api.InGroup
		Body FlexClusterDescriptionCreate20241113
	}
	listIn struct {
		api.InGroup
		api.Paging
	}
	oneIn struct {
		api.InGroup
		Name string `path:"name" api:"is=clusterName" doc:"Name of the Flex cluster."`
	}
	updateIn struct {
		oneIn
		Body FlexClusterDescriptionUpdate20241113
	}
)

func (s *Service) create(ctx context.Context, in createIn) (out cluster, err error) {
	p := in.Body.ProviderSettings
	d, err := shape.DeclareFlex(s.Version, in.Body.Name, in.Body.Tags, p.BackingProviderName, p.RegionName)
	if err != nil {
		return out, err
	}
	d.TerminationProtection = api.Or(in.Body.TerminationProtection, false)
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		c := &model.Cluster{ID: model.NewID(), GroupID: in.GroupID, Name: in.Body.Name, Flex: true, Declared: d}
		if err := s.Clusters.Declare(tx, c); err != nil {
			return err
		}
		out = shape.FlexCluster(c, s.Version)
		return nil
	})
	return out, err
}

func (s *Service) list(ctx context.Context, in listIn) (page api.Page[cluster], err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		all, err := state.ClustersOf(tx, in.GroupID, true)
		if err != nil {
			return err
		}
		cut := api.PageOf(in.Paging, all)
		page = api.Page[cluster]{TotalCount: cut.TotalCount}
		for _, c := range cut.Results {
			page.Results = append(page.Results, shape.FlexCluster(c, s.Version))
		}
		return nil
	})
	return page, err
}

func (s *Service) get(ctx context.Context, in oneIn) (out cluster, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		c, err := state.FlexByName(tx, in.GroupID, in.Name)
		if err == nil {
			out = shape.FlexCluster(c, s.Version)
		}
		return err
	})
	return out, err
}

// staying is the cluster that in names, if nobody has asked for its deletion.
func (in oneIn) staying(tx store.Tx) (*model.Cluster, error) {
	c, err := state.FlexByName(tx, in.GroupID, in.Name)
	if err == nil && c.State == model.Deleting {
		return nil, fault.ClusterBeingDeleted.With(c.Name)
	}
	return c, err
}

func (s *Service) update(ctx context.Context, in updateIn) (out cluster, err error) {
	tags, err := shape.Tags("tags", in.Body.Tags)
	if err != nil {
		return out, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		c, err := in.staying(tx)
		if err != nil {
			return err
		}
		next := c.Declared.Clone()
		if in.Body.Tags != nil {
			next.Tags = tags
		}
		next.TerminationProtection = api.Or(in.Body.TerminationProtection, next.TerminationProtection)
		if !reflect.DeepEqual(next, c.Declared) {
			if err := s.Clusters.Change(tx, c, next); err != nil {
				return err
			}
		}
		out = shape.FlexCluster(c, s.Version)
		return nil
	})
	return out, err
}

func (s *Service) delete(ctx context.Context, in oneIn) (api.None, error) {
	return api.None{}, s.Store.Update(ctx, func(tx store.Tx) error {
		c, err := in.staying(tx)
		if err != nil {
			return err
		}
		return s.Clusters.Close(tx, c)
	})
}

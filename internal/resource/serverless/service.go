package serverless

import (
	"context"
	"reflect"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type createIn struct {
	api.InGroup
	Body ServerlessInstanceDescriptionCreate
}

func (s *Service) create(ctx context.Context, in createIn) (out ServerlessInstanceDescription, err error) {
	d, err := declare(s.Version, &in.Body)
	if err != nil {
		return out, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		c := &model.Cluster{ID: model.NewID(), GroupID: in.GroupID, Name: in.Body.Name, Flex: true, Declared: d}
		if err := s.Clusters.Declare(tx, c); err != nil {
			return err
		}
		out = s.toWire(c)
		return nil
	})
	return out, err
}

// declare reads a request: a Flex cluster in one region.
func declare(version string, w *ServerlessInstanceDescriptionCreate) (model.Declared, error) {
	p := w.ProviderSettings
	d, err := shape.DeclareFlex(version, w.Name, w.Tags, p.BackingProviderName, p.RegionName)
	d.TerminationProtection = api.Or(w.TerminationProtection, false)
	if w.BackupOptions != nil {
		d.ContinuousBackup = api.Or(w.BackupOptions.Continuous, true)
	}
	return d, err
}

type listIn struct {
	api.InGroup
	api.Paging
}

func (s *Service) list(ctx context.Context, in listIn) (page api.Page[ServerlessInstanceDescription], err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		all, err := state.ClustersOf(tx, in.GroupID, true)
		if err != nil {
			return err
		}
		cut := api.PageOf(in.Paging, all)
		page = api.Page[ServerlessInstanceDescription]{TotalCount: cut.TotalCount}
		for _, c := range cut.Results {
			page.Results = append(page.Results, s.toWire(c))
		}
		return nil
	})
	return page, err
}

type oneIn struct {
	api.InGroup
	Name string `path:"name" api:"is=clusterName" doc:"Name of the instance."`
}

func (s *Service) get(ctx context.Context, in oneIn) (out ServerlessInstanceDescription, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		c, err := state.FlexByName(tx, in.GroupID, in.Name)
		if err == nil {
			out = s.toWire(c)
		}
		return err
	})
	return out, err
}

type updateIn struct {
	oneIn
	Body ServerlessInstanceDescriptionUpdate
}

func (s *Service) update(ctx context.Context, in updateIn) (out ServerlessInstanceDescription, err error) {
	tags, err := shape.Tags("tags", in.Body.Tags)
	if err != nil {
		return out, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		c, err := state.FlexByName(tx, in.GroupID, in.Name)
		if err != nil {
			return err
		}
		next := c.Declared.Clone()
		if in.Body.Tags != nil {
			next.Tags = tags
		}
		next.TerminationProtection = api.Or(in.Body.TerminationProtection, next.TerminationProtection)
		if o := in.Body.BackupOptions; o != nil {
			next.ContinuousBackup = api.Or(o.Continuous, next.ContinuousBackup)
		}
		if !reflect.DeepEqual(next, c.Declared) {
			if err := s.Clusters.Change(tx, c, next); err != nil {
				return err
			}
		}
		out = s.toWire(c)
		return nil
	})
	return out, err
}

func (s *Service) delete(ctx context.Context, in oneIn) (api.Empty, error) {
	return api.Empty{}, s.Store.Update(ctx, func(tx store.Tx) error {
		c, err := state.FlexByName(tx, in.GroupID, in.Name)
		if err != nil {
			return err
		}
		return s.Clusters.Close(tx, c)
	})
}

type indexingIn struct{ api.InCluster }

func (s *Service) autoIndexing(ctx context.Context, in indexingIn) (on bool, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		c, err := state.FlexByName(tx, in.GroupID, in.ClusterName)
		if err == nil {
			on = c.AutoIndexing
		}
		return err
	})
	return on, err
}

type setIndexingIn struct {
	api.InCluster
	Enable bool `query:"enable" api:"required" doc:"What the switch is set to."`
}

func (s *Service) setAutoIndexing(ctx context.Context, in setIndexingIn) (api.None, error) {
	return api.None{}, s.Store.Update(ctx, func(tx store.Tx) error {
		c, err := state.FlexByName(tx, in.GroupID, in.ClusterName)
		if err != nil || c.AutoIndexing == in.Enable {
			return err
		}
		c.AutoIndexing = in.Enable
		if err := state.Clusters.Put(tx, c); err != nil {
			return err
		}
		p, err := state.Projects.Get(tx, c.GroupID)
		if err != nil {
			return err
		}
		what := event.Type("AUTO_INDEXING_DISABLED")
		if in.Enable {
			what = "AUTO_INDEXING_ENABLED"
		}
		return event.Write(tx, event.In(what, p).About(c.Name))
	})
}

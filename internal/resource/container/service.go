package container

import (
	"context"
	"reflect"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// used are the places where a project has dedicated clusters, running or not, each a provider and a region; at GCP the
// region is "".
func used(tx store.Tx, groupID model.ID) (map[[2]string]bool, error) {
	clusters, err := state.ClustersOf(tx, groupID, false)
	places := map[[2]string]bool{}
	for _, c := range clusters {
		for _, p := range placesOf(&c.Declared) {
			places[p] = true
		}
	}
	return places, err
}

func placesOf(d *model.Declared) (places [][2]string) {
	for _, z := range d.Zones {
		for _, r := range z.Regions {
			switch {
			case r.Provider == model.GCP:
				places = append(places, [2]string{r.Provider, ""})
			case model.IsCloud(r.Provider):
				places = append(places, [2]string{r.Provider, r.Name})
			}
		}
	}
	return places
}

// Provide makes the containers that a cluster's regions need and the project lacks.
func (s *Service) Provide(tx store.Tx, c *model.Cluster) error {
	for _, p := range placesOf(&c.Declared) {
		others, err := Containers.List(tx, in(c.GroupID, p[0]))
		if err != nil {
			return err
		}
		if slices.ContainsFunc(others, func(o *Container) bool { return o.place() == p }) {
			continue
		}
		made := Container{ID: model.NewID(), GroupID: c.GroupID, Provider: p[0], Region: p[1], CIDR: freeRange(p[0], others)}
		if err := Containers.Put(tx, &made); err != nil {
			return err
		}
	}
	return nil
}

type listIn struct {
	api.InGroup
	api.Paging
}

func (s *Service) list(ctx context.Context, req listIn) (api.Page[CloudProviderContainer], error) {
	return s.page(ctx, req.Paging, req.GroupID)
}

type listAtIn struct {
	listIn
	ProviderName string `query:"providerName" api:"required,enum=AWS|AZURE|GCP,default=AWS" doc:"The cloud provider."`
}

func (s *Service) listAt(ctx context.Context, req listAtIn) (api.Page[CloudProviderContainer], error) {
	return s.page(ctx, req.Paging, req.GroupID, req.ProviderName)
}

func (s *Service) page(ctx context.Context, p api.Paging, groupID model.ID, place ...string) (page api.Page[CloudProviderContainer], err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		all, err := Containers.List(tx, in(groupID, place...))
		if err != nil {
			return err
		}
		places, err := used(tx, groupID)
		cut := api.PageOf(p, all)
		page = api.Page[CloudProviderContainer]{TotalCount: cut.TotalCount}
		for _, c := range cut.Results {
			page.Results = append(page.Results, c.wire(places[c.place()]))
		}
		return err
	})
	return page, err
}

func (c *Container) place() [2]string { return [2]string{c.Provider, c.Region} }

type oneIn struct {
	api.InGroup
	ContainerID string `path:"containerId" api:"is=objectId" doc:"Id of the container."`
}

// find returns the container that req names, and whether clusters are in it.
func (req oneIn) find(tx store.Tx) (c *Container, provisioned bool, err error) {
	c, err = Containers.Get(tx, req.ContainerID)
	if err == nil && c.GroupID != req.GroupID {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, false, store.IfMissing(err, fault.ContainerNotFound.With(req.ContainerID))
	}
	places, err := used(tx, req.GroupID)
	return c, places[c.place()], err
}

func (s *Service) get(tx store.Tx, req oneIn) (out CloudProviderContainer, err error) {
	c, provisioned, err := req.find(tx)
	if err == nil {
		out = c.wire(provisioned)
	}
	return out, err
}

type createIn struct {
	api.InGroup
	Body CloudProviderContainer
}

// create writes no event: the API has no type for it.
func (s *Service) create(ctx context.Context, req createIn) (out CloudProviderContainer, err error) {
	c, err := req.Body.over(Container{ID: model.NewID(), GroupID: req.GroupID})
	if err != nil {
		return out, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		if _, err := state.Project(tx, req.GroupID); err != nil {
			return err
		}
		if err := placeable(tx, &c); err != nil {
			return err
		}
		c.Rev = 0 // this may run again
		out = c.wire(false)
		return Containers.Put(tx, &c)
	})
	return out, err
}

type updateIn struct {
	oneIn
	Body CloudProviderContainer
}

func (s *Service) update(tx store.Tx, req updateIn) (out CloudProviderContainer, err error) {
	c, provisioned, err := req.find(tx)
	if err != nil {
		return out, err
	}
	next, err := req.Body.over(*c)
	if err != nil {
		return out, err
	}
	out = next.wire(provisioned)
	if reflect.DeepEqual(next, *c) {
		return out, nil
	}
	if provisioned {
		return out, fault.ContainersInUse.With()
	}
	if err := placeable(tx, &next); err != nil {
		return out, err
	}
	if err := Containers.Put(tx, &next); err != nil {
		return out, err
	}
	return out, write(tx, c, "CONTAINER_SUBNETS_UPDATE_REQUESTED")
}

func (s *Service) delete(tx store.Tx, req oneIn) (api.None, error) {
	c, provisioned, err := req.find(tx)
	switch {
	case err != nil:
		return api.None{}, err
	case provisioned:
		return api.None{}, fault.ContainersInUse.With()
	}
	if err := Containers.Delete(tx, c); err != nil {
		return api.None{}, err
	}
	return api.None{}, write(tx, c, "CONTAINER_DELETED")
}

func write(tx store.Tx, c *Container, what event.Type) error {
	p, err := state.Project(tx, c.GroupID)
	if err != nil {
		return err
	}
	return event.Write(tx, event.In(what, p))
}

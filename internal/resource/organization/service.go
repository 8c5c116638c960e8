package organization

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type listIn struct {
	api.Paging
	Name string `query:"name" doc:"Beginning of the name, in any case."`
}

func (s *Service) list(tx store.Tx, in listIn) (page api.Page[AtlasOrganization], err error) {
	var mine []AtlasOrganization
	all, err := state.Organizations.List(tx, store.Query{IDs: authz.From(tx.Context()).Organizations()})
	slices.SortFunc(all, func(a, b *model.Organization) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	for _, o := range all {
		if strings.HasPrefix(strings.ToLower(o.Name), strings.ToLower(in.Name)) {
			mine = append(mine, toWire(o))
		}
	}
	page = api.PageOf(in.Paging, mine)
	return page, err
}

type getIn struct{ api.InOrg }

// find is the organization that in names.
func (in getIn) find(tx store.Tx) (*model.Organization, error) {
	o, err := state.Organizations.Get(tx, in.OrgID)
	return o, store.IfMissing(err, fault.OrgNotFound.With(in.OrgID))
}

func (s *Service) get(ctx context.Context, in getIn) (AtlasOrganization, error) {
	return view(ctx, s, in, toWire)
}

// view shows an organization in one of its shapes.
func view[W any](ctx context.Context, s *Service, in getIn, wire func(*model.Organization) W) (out W, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		o, err := in.find(tx)
		if err == nil {
			out = wire(o)
		}
		return err
	})
	return out, err
}

// change changes an organization, writes the events that it is told of, and shows it in one of its shapes.
func change[W any](
	ctx context.Context, s *Service, in getIn, take func(*model.Organization) ([]event.Type, error), wire func(*model.Organization) W,
) (out W, err error) {
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		o, err := in.find(tx)
		if err != nil {
			return err
		}
		before := *o
		events, err := take(o)
		if err != nil {
			return err
		}
		for _, what := range events {
			if err := event.Write(tx, event.InOrg(what, o.ID)); err != nil {
				return err
			}
		}
		out = wire(o)
		if *o == before {
			return nil
		}
		return state.Organizations.Put(tx, o)
	})
	return out, err
}

type updateIn struct {
	getIn
	Body AtlasOrganization
}

func (s *Service) update(ctx context.Context, in updateIn) (AtlasOrganization, error) {
	return change(ctx, s, in.getIn, func(o *model.Organization) (events []event.Type, err error) {
		if in.Body.Name != "" && in.Body.Name != o.Name {
			o.Name, events = in.Body.Name, append(events, "ORG_RENAMED")
		}
		o.SkipDefaultAlerts = api.Or(in.Body.SkipDefaultAlertsSettings, o.SkipDefaultAlerts)
		return events, nil
	}, toWire)
}

func (s *Service) delete(tx store.Tx, in getIn) (api.None, error) {
	o, err := in.find(tx)
	if err != nil {
		return api.None{}, err
	}
	n, err := state.Projects.Count(tx, state.ProjectsOf(o.ID))
	if err != nil {
		return api.None{}, err
	}
	if n > 0 {
		return api.None{}, fault.OrgNotEmpty.With()
	}
	for _, r := range s.Residents {
		if err := r.VacateOrg(tx, o.ID); err != nil {
			return api.None{}, err
		}
	}
	return api.None{}, state.Organizations.Delete(tx, o)
}

package organization

import (
	"cmp"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
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
	return state.Organization(tx, in.OrgID)
}

// finder names an organization.
type finder interface {
	find(tx store.Tx) (*model.Organization, error)
}

// change applies a change to the organization that in names, writes the events that apply returns, and answers with the
// organization in one of its shapes.
func change[In finder, W any](
	apply func(In, *model.Organization) ([]event.Type, error), wire func(*model.Organization) W,
) func(store.Tx, In) (W, error) {
	return func(tx store.Tx, in In) (out W, err error) {
		o, err := in.find(tx)
		if err != nil {
			return out, err
		}
		before := *o
		events, err := apply(in, o)
		if err != nil {
			return out, err
		}
		for _, what := range events {
			if err := event.Write(tx, event.InOrg(what, o.ID)); err != nil {
				return out, err
			}
		}
		if *o != before {
			err = state.Organizations.Put(tx, o)
		}
		return wire(o), err
	}
}

type updateIn struct {
	getIn
	Body AtlasOrganization
}

func (in updateIn) apply(o *model.Organization) (events []event.Type, err error) {
	if in.Body.Name != "" && in.Body.Name != o.Name {
		o.Name, events = in.Body.Name, append(events, "ORG_RENAMED")
	}
	o.SkipDefaultAlerts = api.Or(in.Body.SkipDefaultAlertsSettings, o.SkipDefaultAlerts)
	return events, nil
}

func (s *Service) delete(tx store.Tx, in getIn) (none api.None, err error) {
	o, err := in.find(tx)
	if err != nil {
		return none, err
	}
	n, err := state.Projects.Count(tx, state.ProjectsOf(o.ID))
	if err == nil && n > 0 {
		err = orgNotEmpty.With()
	}
	if err != nil {
		return none, err
	}
	for _, r := range s.Residents {
		if err := r.OnOrgDelete(tx, o.ID); err != nil {
			return none, err
		}
	}
	return none, state.Organizations.Delete(tx, o)
}

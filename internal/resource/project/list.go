package project

import (
	"cmp"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type listIn struct{ api.Paging }

func (s *Service) list(tx store.Tx, in listIn) (api.Page[Group], error) {
	orgs := authz.From(tx.Context()).Organizations()
	if len(orgs) == 1 {
		return list(tx, orgs[0], in.Paging)
	}
	return ofAll(tx, orgs, in.Paging)
}

// ofAll returns a page of the projects of several organizations that the caller may read, by name.
func ofAll(tx store.Tx, orgs []model.ID, p api.Paging) (page api.Page[Group], err error) {
	var all []*model.Project
	for _, orgID := range orgs {
		some, err := state.ReadableProjects(tx, authz.From(tx.Context()), orgID)
		if err != nil {
			return page, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b *model.Project) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return showPage(tx, api.PageOf(p, all))
}

// list returns a page of the projects of an organization that the caller may read, by name.
func list(tx store.Tx, orgID model.ID, p api.Paging) (page api.Page[Group], err error) {
	if !state.ReadsAllProjects(authz.From(tx.Context()), orgID) {
		all, err := state.ReadableProjects(tx, authz.From(tx.Context()), orgID)
		if err != nil {
			return page, err
		}
		return showPage(tx, api.PageOf(p, all))
	}
	q := state.ProjectsOf(orgID)
	n, err := state.Projects.Count(tx, q)
	if err != nil {
		return page, err
	}
	q.Offset, q.Limit = p.Offset(), p.ItemsPerPage
	some, err := state.Projects.List(tx, q)
	if err != nil {
		return page, err
	}
	return showPage(tx, api.Page[*model.Project]{Results: some, TotalCount: api.Total(p, n)})
}

// named is list for projects whose names begin with a text, in any case.
func named(tx store.Tx, orgID model.ID, begins string, p api.Paging) (page api.Page[Group], err error) {
	all, err := state.ReadableProjects(tx, authz.From(tx.Context()), orgID)
	if err != nil {
		return page, err
	}
	return showPage(tx, api.PageOf(p, slices.DeleteFunc(all, func(p *model.Project) bool {
		return !strings.HasPrefix(strings.ToLower(p.Name), strings.ToLower(begins))
	})))
}

func showPage(tx store.Tx, some api.Page[*model.Project]) (page api.Page[Group], err error) {
	page.TotalCount = some.TotalCount
	for _, p := range some.Results {
		g, err := show(tx, p)
		if err != nil {
			return page, err
		}
		page.Results = append(page.Results, g)
	}
	return page, nil
}

type listOfOrganizationIn struct {
	api.InOrg
	api.Paging
	Name string `query:"name" doc:"Beginning of the project's name, in any case."`
}

func (s *Service) listOfOrganization(tx store.Tx, in listOfOrganizationIn) (api.Page[Group], error) {
	if in.Name == "" {
		return list(tx, in.OrgID, in.Paging)
	}
	return named(tx, in.OrgID, in.Name, in.Paging)
}

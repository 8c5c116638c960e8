// Package organization is the family Organizations, as far as it reads: the organization that a caller belongs to.
package organization

import (
	"context"
	"net/http"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct{ Store store.Store }

const tag = "Organizations"

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{
		{
			ID: "listOrganizations", Aliases: []string{"listOrgs"}, Method: http.MethodGet, Path: "/orgs", Tag: tag,
			Summary: "Return all organizations", Description: "Returns the organization that the caller belongs to.",
			Roles: authz.Authenticated, Status: http.StatusOK,
			Versions: []api.Version{api.At("2023-01-01", s.list)},
		},
		{
			ID: "getOrganization", Aliases: []string{"getOrg"}, Method: http.MethodGet, Path: "/orgs/{orgId}", Tag: tag,
			Summary: "Return one organization",
			Roles:   authz.Any(authz.OrgMember), Status: http.StatusOK,
			Versions: []api.Version{api.At("2023-01-01", s.get)},
		},
	}
}

// AtlasOrganization is an organization on the wire.
type AtlasOrganization struct {
	ID                        string     `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the organization."`
	IsDeleted                 bool       `json:"isDeleted" api:"readonly" doc:"Whether the organization has been deleted."`
	Links                     []api.Link `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Name                      string     `json:"name" api:"required,is=projectName" doc:"Name of the organization."`
	SkipDefaultAlertsSettings bool       `json:"skipDefaultAlertsSettings" api:"default=false" doc:"Whether new projects begin without the default alert configurations."`
}

func toWire(o *model.Organization) AtlasOrganization {
	return AtlasOrganization{ID: o.ID, Links: api.Self("/orgs/" + o.ID), Name: o.Name}
}

type listIn struct {
	api.Paging
	Name string `query:"name" doc:"Beginning of the name, in any case."`
}

func (s *Service) list(ctx context.Context, in listIn) (page api.Page[AtlasOrganization], err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		var mine []AtlasOrganization
		o, err := state.Organizations.Get(tx, authz.From(ctx).OrgID)
		if err != nil {
			return err
		}
		if strings.HasPrefix(strings.ToLower(o.Name), strings.ToLower(in.Name)) {
			mine = append(mine, toWire(o))
		}
		page = api.PageOf(in.Paging, mine)
		return nil
	})
	return page, err
}

type getIn struct{ api.InOrg }

func (s *Service) get(ctx context.Context, in getIn) (out AtlasOrganization, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		o, err := state.Organizations.Get(tx, in.OrgID)
		if err == nil {
			out = toWire(o)
		}
		return store.IfMissing(err, fault.OrgNotFound.With(in.OrgID))
	})
	return out, err
}

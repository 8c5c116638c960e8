package project

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/store"
)

// ofOrganization is the operation on an organization that shows its projects.
func (s *Service) ofOrganization() api.Op {
	return api.Op{
		ID: "listOrganizationProjects", Aliases: []string{"getOrgGroups"}, Method: http.MethodGet, Path: "/orgs/{orgId}/groups", Tag: "Organizations",
		Summary: "Return the projects of one organization", Description: "Returns those of the organization's projects that the caller may read, by name.",
		Roles: authz.Any(authz.OrgMember), Status: http.StatusOK, Level: api.Real,
		Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.listOfOrganization))},
	}
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

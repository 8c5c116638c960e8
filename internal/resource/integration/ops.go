package integration

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag    = "Third-Party Integrations"
	path   = "/groups/{groupId}/integrations"
	single = "/groups/{groupId}/integrations/{integrationType}"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "listThirdPartyIntegrations", Aliases: []string{"listGroupIntegrations"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return all integrations of one project with other services",
		Roles:   authz.Any(authz.OrgOwner, authz.GroupOwner, authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.List)),
	}, {
		ID: "getThirdPartyIntegration", Aliases: []string{"getGroupIntegration"}, Method: http.MethodGet, Path: single, Tag: tag,
		Summary: "Return one integration of one project with another service",
		Roles:   authz.Any(authz.OrgOwner, authz.GroupOwner, authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{notConfigured},
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.Get)),
	}, {
		ID: "createThirdPartyIntegration", Aliases: []string{"createGroupIntegration"}, Method: http.MethodPost, Path: single, Tag: tag,
		Summary:     "Create one integration of one project with another service",
		Description: "Stores the body, but only the last characters of secrets: nothing here calls the other service.",
		Roles:       authz.Any(authz.OrgOwner, authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{configured},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.create)),
	}, {
		ID: "updateThirdPartyIntegration", Aliases: []string{"updateGroupIntegration"}, Method: http.MethodPut, Path: single, Tag: tag,
		Summary: "Replace one integration of one project with another service",
		Roles:   authz.Any(authz.OrgOwner, authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{notConfigured},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.update)),
	}, {
		ID: "deleteThirdPartyIntegration", Aliases: []string{"deleteGroupIntegration"}, Method: http.MethodDelete, Path: single, Tag: tag,
		Summary: "Remove one integration of one project with another service",
		Roles:   authz.Any(authz.OrgOwner, authz.GroupOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: fault.Kinds{notConfigured},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.Delete)),
	}}
}

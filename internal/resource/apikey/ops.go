// Package apikey is the family Programmatic API Keys: the keys of organizations, their roles there and in projects, and
// the addresses that they may be used from.
package apikey

import (
	"net/http"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	Store store.Store
	Usage *authn.Usage // of the entries of access lists
}

const (
	tag   = "Programmatic API Keys"
	keys  = "/orgs/{orgId}/apiKeys"
	one   = keys + "/{apiUserId}"
	list  = one + "/accessList"
	entry = list + "/{ipAddress}"

	ofProject = "/groups/{groupId}/apiKeys"
	inProject = ofProject + "/{apiUserId}"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return slices.Concat(s.projectOperations(), s.keyOperations(), s.listOperations())
}

func (s *Service) projectOperations() api.Operations {
	manage := authz.Any(authz.GroupOwner, authz.GroupAccessManager)
	missing := fault.Kinds{keyNotFound, fault.InvalidEnumValue}
	return api.Operations{{
		ID: "listProjectApiKeys", Aliases: []string{"listGroupApiKeys"}, Method: http.MethodGet, Path: ofProject, Tag: tag,
		Summary: "Return all API keys of one project", Description: "Returns the keys that have a role in the project itself, oldest first, with all their roles.",
		Roles: authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.listOfProject)),
	}, {
		ID: "createProjectApiKey", Aliases: []string{"createGroupApiKey"}, Method: http.MethodPost, Path: ofProject, Tag: tag,
		Summary: "Create one API key in one project",
		Description: "Creates a key of the project's organization that has roles in the project. This answer alone shows the private key; " +
			"it is not stored and cannot be shown again.",
		Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{keysLimit, fault.InvalidEnumValue},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.createInProject)),
	}, {
		ID: "addProjectApiKey", Aliases: []string{"addGroupApiKey"}, Method: http.MethodPost, Path: inProject, Tag: tag,
		Summary: "Assign one API key to one project", Description: "Gives a key of the organization roles in the project, in place of those that it has there.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Real, Errors: missing,
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.add)),
	}, {
		ID: "updateApiKeyRoles", Aliases: []string{"updateGroupApiKeyRoles"}, Method: http.MethodPatch, Path: inProject, Tag: tag,
		Summary: "Update the roles of one API key in one project", Description: "Changes the description, or replaces the roles in the project.",
		Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since("2023-01-01", store.Write(s.Store, s.updateInProject)),
	}, {
		ID: "removeProjectApiKey", Aliases: []string{"removeGroupApiKey"}, Method: http.MethodDelete, Path: inProject, Tag: tag,
		Summary: "Remove one API key from one project", Description: "Removes the key's roles in the project. It stays a key of the organization.",
		Roles: manage, Status: http.StatusNoContent, Level: api.Real, Errors: fault.Kinds{keyNotFound}, Versions: api.Since("2023-01-01", store.Write(s.Store, s.remove)),
	}}
}

func (s *Service) keyOperations() api.Operations {
	read, owner := authz.Any(authz.OrgMember), authz.Any(authz.OrgOwner)
	missing := fault.Kinds{keyNotFound}
	return api.Operations{{
		ID: "listApiKeys", Aliases: []string{"listOrgApiKeys"}, Method: http.MethodGet, Path: keys, Tag: tag,
		Summary: "Return all API keys of one organization", Description: "Returns the keys, oldest first. Private keys are shown by their last characters only.",
		Roles: read, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.list)),
	}, {
		ID: "createApiKey", Aliases: []string{"createOrgApiKey"}, Method: http.MethodPost, Path: keys, Tag: tag,
		Summary:     "Create one API key in one organization",
		Description: "Creates a key. This answer alone shows the private key; it is not stored and cannot be shown again.",
		Roles:       owner, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{keysLimit}, Versions: api.Since("2023-01-01", store.Write(s.Store, s.create)),
	}, {
		ID: "getApiKey", Aliases: []string{"getOrgApiKey"}, Method: http.MethodGet, Path: one, Tag: tag,
		Summary: "Return one API key of an organization",
		Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since("2023-01-01", store.Read(s.Store, shape.Get(oneIn.find, toWire))),
	}, {
		ID: "updateApiKey", Aliases: []string{"updateOrgApiKey"}, Method: http.MethodPatch, Path: one, Tag: tag,
		Summary: "Update one API key of an organization", Description: "Changes the description, or replaces the roles in the organization. Roles in projects stay.",
		Roles: owner, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since("2023-01-01", store.Write(s.Store, s.update)),
	}, {
		ID: "deleteApiKey", Aliases: []string{"deleteOrgApiKey"}, Method: http.MethodDelete, Path: one, Tag: tag,
		Summary: "Remove one API key from an organization", Description: "Deletes the key with its access list. It stops working at once.",
		Roles: owner, Status: http.StatusNoContent, Level: api.Real, Errors: missing, Versions: api.Since("2023-01-01", store.Write(s.Store, s.delete)),
	}}
}

func (s *Service) listOperations() api.Operations {
	read, self := authz.Any(authz.OrgMember), authz.Any(authz.OrgOwner).OrSelf("apiUserId")
	return api.Operations{{
		ID: "listApiKeyAccessListsEntries", Aliases: []string{"listOrgApiKeyAccessListEntries"}, Method: http.MethodGet, Path: list, Tag: tag,
		Summary: "Return the access list of one API key", Description: "Returns the addresses that the key may be used from, and how often each entry has been used.",
		Roles: read, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{keyNotFound},
		Versions: api.Since("2023-01-01", authn.HoldUsage(s.Usage, store.Read(s.Store, s.addresses))),
	}, {
		ID: "createApiKeyAccessList", Aliases: []string{"createOrgApiKeyAccessListEntry"}, Method: http.MethodPost, Path: list, Tag: tag,
		Summary: "Add entries to the access list of one API key",
		Description: "Adds each entry of the body: either all or none. Once a key has entries it can be used from their addresses only. " +
			"A key may change its own list, but not exclude the address that it is calling from. Answers with the whole list.",
		Roles: self, Status: http.StatusOK, Level: api.Real,
		Errors:   fault.Kinds{keyNotFound, fault.DuplicateAccessItem, fault.KeyAddressesLimit, fault.CannotRemoveCaller},
		Versions: api.Since("2023-01-01", authn.HoldUsage(s.Usage, store.Write(s.Store, s.admit))),
	}, {
		ID: "getApiKeyAccessList", Aliases: []string{"getOrgApiKeyAccessListEntry"}, Method: http.MethodGet, Path: entry, Tag: tag,
		Summary: "Return one entry of an API key's access list",
		Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{keyNotFound, fault.AccessListNotFound},
		Versions: api.Since("2023-01-01", authn.HoldUsage(s.Usage, store.Read(s.Store, s.address))),
	}, {
		ID: "deleteApiKeyAccessListEntry", Aliases: []string{"deleteOrgApiKeyAccessListEntry"}, Method: http.MethodDelete, Path: entry, Tag: tag,
		Summary:     "Remove one entry from an API key's access list",
		Description: "Removes the entry. A key may change its own list, but not exclude the address that it is calling from.",
		Roles:       self, Status: http.StatusNoContent, Level: api.Real, Errors: fault.Kinds{keyNotFound, fault.AccessListNotFound, fault.CannotRemoveCaller},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.expel)),
	}}
}

// Package serviceaccount is the family Service Accounts: OAuth clients of an organization, their secrets, the addresses
// that their tokens may be used from, and their roles in the organization and in projects.
//
// What an account is, is there once; it can be reached as the organization's and as that of each project that it has a
// role in. A project's owner manages an account that has no rights elsewhere; if it has, its name, secrets and access
// list are the organization's owner's alone, as a secret is worth all that the account may do.
package serviceaccount

import (
	"net/http"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	Store store.Store
	Usage *authn.Usage // of the entries of access lists
}

const (
	tag   = "Service Accounts"
	since = api.Date("2024-08-05")

	ofOrg   = "/orgs/{orgId}/serviceAccounts"
	ofGroup = "/groups/{groupId}/serviceAccounts"

	account = "/{clientId}"
	list    = account + "/accessList"
	entry   = list + "/{ipAddress}"
	secrets = account + "/secrets"
	secret  = secrets + "/{secretId}"
)

var (
	missing  = fault.Kinds{serviceAccountNotFound}
	noEntry  = fault.Kinds{serviceAccountNotFound, fault.AccessListNotFound, fault.CannotRemoveCaller}
	newEntry = fault.Kinds{serviceAccountNotFound, fault.DuplicateAccessItem, fault.KeyAddressesLimit, fault.CannotRemoveCaller}
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return slices.Concat(s.organizations(), s.projects())
}

const (
	aboutSecrets = "This answer alone shows the secret; it is not kept and cannot be shown again. " +
		"An account has at most two secrets. A new one shortens the life of the other to seven days."
	aboutEnd   = "Removes the secret. Tokens that were got with it end at once."
	aboutEntry = "Adds each entry of the body: either all or none. Once an account has entries, its tokens can be used from their addresses only. Answers with the whole list."
)

// organizations are the operations on the accounts of an organization.
func (s *Service) organizations() api.Operations {
	read, owner := authz.Any(authz.OrgReadOnly), authz.Any(authz.OrgOwner)
	at := accounts[inOrg, OrgServiceAccount]{s, toOrg}
	return api.Operations{
		{
			ID: "listServiceAccounts", Aliases: []string{"listOrgServiceAccounts"}, Method: http.MethodGet, Path: ofOrg, Tag: tag,
			Summary: "Return all service accounts of one organization", Description: "Returns the accounts, oldest first.",
			Roles: read, Status: http.StatusOK, Level: api.Real, Versions: []api.Version{api.At(since, store.Read(s.Store, s.listOfOrg))},
		},
		{
			ID: "createServiceAccount", Aliases: []string{"createOrgServiceAccount"}, Method: http.MethodPost, Path: ofOrg, Tag: tag,
			Summary: "Create one service account in one organization", Description: "Creates an account with its first secret. " + aboutSecrets,
			Roles: owner, Status: http.StatusCreated, Level: api.Real, Errors: fault.Kinds{serviceAccountsLimit},
			Versions: []api.Version{api.At(since, store.Write(s.Store, s.createInOrg))},
		},
		{
			ID: "getServiceAccount", Aliases: []string{"getOrgServiceAccount"}, Method: http.MethodGet, Path: ofOrg + account, Tag: tag,
			Summary: "Return one service account of an organization",
			Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: []api.Version{api.At(since, store.Read(s.Store, at.get))},
		},
		{
			ID: "updateServiceAccount", Aliases: []string{"updateOrgServiceAccount"}, Method: http.MethodPatch, Path: ofOrg + account, Tag: tag,
			Summary: "Update one service account of an organization", Description: "Changes name and description, and replaces the roles in the organization. Roles in projects stay.",
			Roles: owner, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: []api.Version{api.At(since, store.Write(s.Store, s.updateOfOrg))},
		},
		{
			ID: "deleteServiceAccount", Aliases: []string{"deleteOrgServiceAccount"}, Method: http.MethodDelete, Path: ofOrg + account, Tag: tag,
			Summary: "Delete one service account of an organization", Description: "Deletes the account. Its tokens end at once.",
			Roles: owner, Status: http.StatusNoContent, Level: api.Real, Errors: missing, Versions: []api.Version{api.At(since, store.Write(s.Store, s.delete))},
		},
		{
			ID: "listServiceAccountProjects", Aliases: []string{"getOrgServiceAccountGroups"}, Method: http.MethodGet, Path: ofOrg + account + "/groups", Tag: tag,
			Summary: "Return all projects of one service account", Description: "Returns the projects that the account has roles in, and these roles.",
			Roles: read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: []api.Version{api.At(since, store.Read(s.Store, s.groups))},
		},
		{
			ID: "listServiceAccountAccessList", Aliases: []string{"listOrgServiceAccountAccessList"}, Method: http.MethodGet, Path: ofOrg + list, Tag: tag,
			Summary: "Return the access list of one service account of an organization",
			Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing,
			Versions: []api.Version{api.At(since, authn.HoldUsage(s.Usage, store.Read(s.Store, at.addresses)))},
		},
		{
			ID: "createServiceAccountAccessList", Aliases: []string{"createOrgServiceAccountAccessList"}, Method: http.MethodPost, Path: ofOrg + list, Tag: tag,
			Summary: "Add entries to the access list of one service account of an organization", Description: aboutEntry,
			Roles: owner, Status: http.StatusOK, Level: api.Real, Errors: newEntry,
			Versions: []api.Version{api.At(since, authn.HoldUsage(s.Usage, store.Write(s.Store, at.admit)))},
		},
		{
			ID: "deleteServiceAccountAccessListEntry", Aliases: []string{"deleteOrgServiceAccountAccessListEntry"}, Method: http.MethodDelete, Path: ofOrg + entry, Tag: tag,
			Summary: "Remove one entry from the access list of one service account of an organization",
			Roles:   owner, Status: http.StatusNoContent, Level: api.Real, Errors: noEntry, Versions: []api.Version{api.At(since, store.Write(s.Store, at.expel))},
		},
		{
			ID: "createServiceAccountSecret", Aliases: []string{"createOrgServiceAccountSecret"}, Method: http.MethodPost, Path: ofOrg + secrets, Tag: tag,
			Summary: "Create one secret for one service account of an organization", Description: aboutSecrets,
			Roles: owner, Status: http.StatusCreated, Level: api.Real, Errors: fault.Kinds{serviceAccountNotFound, secretsLimit},
			Versions: []api.Version{api.At(since, store.Write(s.Store, at.addSecret))},
		},
		{
			ID: "deleteServiceAccountSecret", Aliases: []string{"deleteOrgServiceAccountSecret"}, Method: http.MethodDelete, Path: ofOrg + secret, Tag: tag,
			Summary: "Delete one secret of one service account of an organization", Description: aboutEnd,
			Roles: owner, Status: http.StatusNoContent, Level: api.Real, Errors: fault.Kinds{serviceAccountNotFound, secretNotFound},
			Versions: []api.Version{api.At(since, store.Write(s.Store, at.endSecret))},
		},
	}
}

// Package serviceaccount is the family Service Accounts: OAuth clients of an organization, their secrets, the addresses
// that their tokens may be used from, and their roles in the organization and in projects.
//
// An account can be reached as the organization's and as that of each project that it has a role in. A project's owner
// manages an account that has no rights elsewhere. If it has, only the organization's owner changes its name, secrets and
// access list, because a secret allows all that the account may do.
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
	aboutSecrets = "This answer alone shows the secret; it is not stored and cannot be shown again. " +
		"An account has at most two secrets. With a new one, the other expires after at most seven days."
	aboutEnd   = "Deletes the secret. Tokens that were obtained with it end at once."
	aboutEntry = "Adds each entry of the body: either all or none. Once an account has entries, its tokens can be used from their addresses only. Answers with the whole list."
)

// organizations are the operations on the accounts of an organization.
func (s *Service) organizations() api.Operations {
	read, owner := authz.Any(authz.OrgReadOnly), authz.Any(authz.OrgOwner)
	at := accounts[inOrg, OrgServiceAccount]{s, toOrg}
	return api.Operations{{
		ID: "listServiceAccounts", Aliases: []string{"listOrgServiceAccounts"}, Method: http.MethodGet, Path: ofOrg, Tag: tag,
		Summary: "Return all service accounts of one organization", Description: "Returns the accounts, oldest first.",
		Roles: read, Status: http.StatusOK, Level: api.Real, Versions: api.Since(since, store.Read(s.Store, s.listOfOrg)),
	}, {
		ID: "createServiceAccount", Aliases: []string{"createOrgServiceAccount"}, Method: http.MethodPost, Path: ofOrg, Tag: tag,
		Summary: "Create one service account in one organization", Description: "Creates an account with its first secret. " + aboutSecrets,
		Roles: owner, Status: http.StatusCreated, Level: api.Real, Errors: fault.Kinds{serviceAccountsLimit},
		Versions: api.Since(since, store.Write(s.Store, s.createInOrg)),
	}, {
		ID: "getServiceAccount", Aliases: []string{"getOrgServiceAccount"}, Method: http.MethodGet, Path: ofOrg + account, Tag: tag,
		Summary: "Return one service account of an organization",
		Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since(since, store.Read(s.Store, at.get)),
	}, {
		ID: "updateServiceAccount", Aliases: []string{"updateOrgServiceAccount"}, Method: http.MethodPatch, Path: ofOrg + account, Tag: tag,
		Summary:     "Update one service account of an organization",
		Description: "Changes name and description, and replaces the roles in the organization. Roles in projects stay.",
		Roles:       owner, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since(since, store.Write(s.Store, s.updateOfOrg)),
	}, {
		ID: "deleteServiceAccount", Aliases: []string{"deleteOrgServiceAccount"}, Method: http.MethodDelete, Path: ofOrg + account, Tag: tag,
		Summary: "Delete one service account of an organization", Description: "Deletes the account. Its tokens end at once.",
		Roles: owner, Status: http.StatusNoContent, Level: api.Real, Errors: missing, Versions: api.Since(since, store.Write(s.Store, s.delete)),
	}, {
		ID: "listServiceAccountProjects", Aliases: []string{"getOrgServiceAccountGroups"}, Method: http.MethodGet, Path: ofOrg + account + "/groups", Tag: tag,
		Summary: "Return all projects of one service account", Description: "Returns the projects that the account has roles in, and these roles.",
		Roles: read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since(since, store.Read(s.Store, s.groups)),
	}, {
		ID: "listServiceAccountAccessList", Aliases: []string{"listOrgServiceAccountAccessList"}, Method: http.MethodGet, Path: ofOrg + list, Tag: tag,
		Summary: "Return the access list of one service account of an organization",
		Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since(since, authn.HoldUsage(s.Usage, store.Read(s.Store, at.addresses))),
	}, {
		ID: "createServiceAccountAccessList", Aliases: []string{"createOrgServiceAccountAccessList"}, Method: http.MethodPost, Path: ofOrg + list, Tag: tag,
		Summary: "Add entries to the access list of one service account of an organization", Description: aboutEntry,
		Roles: owner, Status: http.StatusOK, Level: api.Real, Errors: newEntry, Versions: api.Since(since, authn.HoldUsage(s.Usage, store.Write(s.Store, at.admit))),
	}, {
		ID: "deleteServiceAccountAccessListEntry", Aliases: []string{"deleteOrgServiceAccountAccessListEntry"}, Method: http.MethodDelete, Path: ofOrg + entry, Tag: tag,
		Summary: "Remove one entry from the access list of one service account of an organization",
		Roles:   owner, Status: http.StatusNoContent, Level: api.Real, Errors: noEntry, Versions: api.Since(since, store.Write(s.Store, at.expel)),
	}, {
		ID: "createServiceAccountSecret", Aliases: []string{"createOrgServiceAccountSecret"}, Method: http.MethodPost, Path: ofOrg + secrets, Tag: tag,
		Summary: "Create one secret for one service account of an organization", Description: aboutSecrets,
		Roles: owner, Status: http.StatusCreated, Level: api.Real, Errors: fault.Kinds{serviceAccountNotFound, secretsLimit},
		Versions: api.Since(since, store.Write(s.Store, at.addSecret)),
	}, {
		ID: "deleteServiceAccountSecret", Aliases: []string{"deleteOrgServiceAccountSecret"}, Method: http.MethodDelete, Path: ofOrg + secret, Tag: tag,
		Summary: "Delete one secret of one service account of an organization", Description: aboutEnd,
		Roles: owner, Status: http.StatusNoContent, Level: api.Real, Errors: fault.Kinds{serviceAccountNotFound, secretNotFound},
		Versions: api.Since(since, store.Write(s.Store, at.endSecret)),
	}}
}

// projects are the operations on the accounts of a project.
func (s *Service) projects() api.Operations {
	read, owner := authz.Any(authz.GroupReadOnly), authz.Any(authz.GroupOwner)
	access := authz.Any(authz.GroupAccessManager)
	at := accounts[inGroup, GroupServiceAccount]{s, asGroup}
	return api.Operations{{
		ID: "listProjectServiceAccounts", Aliases: []string{"listGroupServiceAccounts"}, Method: http.MethodGet, Path: ofGroup, Tag: tag,
		Summary: "Return all service accounts of one project", Description: "Returns the accounts that have a role in the project itself, oldest first.",
		Roles: read, Status: http.StatusOK, Level: api.Real, Versions: api.Since(since, store.Read(s.Store, s.listOfGroup)),
	}, {
		ID: "createProjectServiceAccount", Aliases: []string{"createGroupServiceAccount"}, Method: http.MethodPost, Path: ofGroup, Tag: tag,
		Summary:     "Create one service account in one project",
		Description: "Creates an account with its first secret. It becomes a member of the project's organization. " + aboutSecrets,
		Roles:       owner, Status: http.StatusCreated, Level: api.Real, Errors: fault.Kinds{serviceAccountsLimit},
		Versions: api.Since(since, store.Write(s.Store, s.createInGroup)),
	}, {
		ID: "getProjectServiceAccount", Aliases: []string{"getGroupServiceAccount"}, Method: http.MethodGet, Path: ofGroup + account, Tag: tag,
		Summary: "Return one service account of a project",
		Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since(since, store.Read(s.Store, at.get)),
	}, {
		ID: "updateProjectServiceAccount", Aliases: []string{"updateGroupServiceAccount"}, Method: http.MethodPatch, Path: ofGroup + account, Tag: tag,
		Summary: "Update one service account of a project", Description: "Changes name and description, and replaces the roles in the project.",
		Roles: owner, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since(since, store.Write(s.Store, s.updateOfGroup)),
	}, {
		ID: "deleteProjectServiceAccount", Aliases: []string{"deleteGroupServiceAccount"}, Method: http.MethodDelete, Path: ofGroup + account, Tag: tag,
		Summary:     "Remove one service account from one project",
		Description: "Removes the account's roles in the project. It stays an account of the organization, with its secrets.",
		Roles:       owner, Status: http.StatusNoContent, Level: api.Real, Errors: missing, Versions: api.Since(since, store.Write(s.Store, s.leave)),
	}, {
		ID: "addProjectServiceAccount", Aliases: []string{"inviteGroupServiceAccount"}, Method: http.MethodPost, Path: ofGroup + account + ":invite", Tag: tag,
		Summary:     "Assign one service account to one project",
		Description: "Gives an account of the organization roles in the project, in place of those that it has there.",
		Roles:       authz.Any(authz.OrgOwner), Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since(since, store.Write(s.Store, s.invite)),
	}, {
		ID: "listProjectServiceAccountAccessList", Aliases: []string{"listGroupServiceAccountAccessList"}, Method: http.MethodGet, Path: ofGroup + list, Tag: tag,
		Summary: "Return the access list of one service account of a project",
		Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since(since, authn.HoldUsage(s.Usage, store.Read(s.Store, at.addresses))),
	}, {
		ID: "createProjectServiceAccountAccessList", Aliases: []string{"createGroupServiceAccountAccessList"}, Method: http.MethodPost, Path: ofGroup + list, Tag: tag,
		Summary: "Add entries to the access list of one service account of a project", Description: aboutEntry,
		Roles: access, Status: http.StatusOK, Level: api.Real, Errors: newEntry, Versions: api.Since(since, authn.HoldUsage(s.Usage, store.Write(s.Store, at.admit))),
	}, {
		ID: "deleteProjectServiceAccountAccessListEntry", Aliases: []string{"deleteGroupServiceAccountAccessListEntry"}, Method: http.MethodDelete, Path: ofGroup + entry,
		Tag:     tag,
		Summary: "Remove one entry from the access list of one service account of a project",
		Roles:   access, Status: http.StatusNoContent, Level: api.Real, Errors: noEntry, Versions: api.Since(since, store.Write(s.Store, at.expel)),
	}, {
		ID: "createProjectServiceAccountSecret", Aliases: []string{"createGroupServiceAccountSecret"}, Method: http.MethodPost, Path: ofGroup + secrets, Tag: tag,
		Summary: "Create one secret for one service account of a project", Description: aboutSecrets,
		Roles: owner, Status: http.StatusCreated, Level: api.Real, Errors: fault.Kinds{serviceAccountNotFound, secretsLimit},
		Versions: api.Since(since, store.Write(s.Store, at.addSecret)),
	}, {
		ID: "deleteProjectServiceAccountSecret", Aliases: []string{"deleteGroupServiceAccountSecret"}, Method: http.MethodDelete, Path: ofGroup + secret, Tag: tag,
		Summary: "Delete one secret of one service account of a project", Description: aboutEnd,
		Roles: owner, Status: http.StatusNoContent, Level: api.Real, Errors: fault.Kinds{serviceAccountNotFound, secretNotFound},
		Versions: api.Since(since, store.Write(s.Store, at.endSecret)),
	}}
}

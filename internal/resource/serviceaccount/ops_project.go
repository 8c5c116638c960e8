package serviceaccount

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authn"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

// projects are the operations on the accounts of a project.
func (s *Service) projects() api.Operations {
	read, owner := authz.Any(authz.GroupReadOnly), authz.Any(authz.GroupOwner)
	access := authz.Any(authz.GroupAccessManager)
	at := accounts[inGroup, GroupServiceAccount]{s, asGroup}
	return api.Operations{
		{
			ID: "listProjectServiceAccounts", Aliases: []string{"listGroupServiceAccounts"}, Method: http.MethodGet, Path: ofGroup, Tag: tag,
			Summary: "Return all service accounts of one project", Description: "Returns the accounts that have a role in the project itself, oldest first.",
			Roles: read, Status: http.StatusOK, Level: api.Real, Versions: []api.Version{api.At(since, store.Read(s.Store, s.listOfGroup))},
		},
		{
			ID: "createProjectServiceAccount", Aliases: []string{"createGroupServiceAccount"}, Method: http.MethodPost, Path: ofGroup, Tag: tag,
			Summary:     "Create one service account in one project",
			Description: "Creates an account with its first secret. It becomes a member of the project's organization. " + aboutSecrets,
			Roles:       owner, Status: http.StatusCreated, Level: api.Real, Errors: fault.Kinds{serviceAccountsLimit},
			Versions: []api.Version{api.At(since, store.Write(s.Store, s.createInGroup))},
		},
		{
			ID: "getProjectServiceAccount", Aliases: []string{"getGroupServiceAccount"}, Method: http.MethodGet, Path: ofGroup + account, Tag: tag,
			Summary: "Return one service account of a project",
			Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: []api.Version{api.At(since, store.Read(s.Store, at.get))},
		},
		{
			ID: "updateProjectServiceAccount", Aliases: []string{"updateGroupServiceAccount"}, Method: http.MethodPatch, Path: ofGroup + account, Tag: tag,
			Summary: "Update one service account of a project", Description: "Changes name and description, and replaces the roles in the project.",
			Roles: owner, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: []api.Version{api.At(since, store.Write(s.Store, s.updateOfGroup))},
		},
		{
			ID: "deleteProjectServiceAccount", Aliases: []string{"deleteGroupServiceAccount"}, Method: http.MethodDelete, Path: ofGroup + account, Tag: tag,
			Summary: "Remove one service account from one project", Description: "Takes the account's roles in the project. It stays an account of the organization, with its secrets.",
			Roles: owner, Status: http.StatusNoContent, Level: api.Real, Errors: missing, Versions: []api.Version{api.At(since, store.Write(s.Store, s.leave))},
		},
		{
			ID: "addProjectServiceAccount", Aliases: []string{"inviteGroupServiceAccount"}, Method: http.MethodPost, Path: ofGroup + account + ":invite", Tag: tag,
			Summary: "Assign one service account to one project", Description: "Gives an account of the organization roles in the project, in place of those that it has there.",
			Roles: authz.Any(authz.OrgOwner), Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: []api.Version{api.At(since, store.Write(s.Store, s.invite))},
		},
		{
			ID: "listProjectServiceAccountAccessList", Aliases: []string{"listGroupServiceAccountAccessList"}, Method: http.MethodGet, Path: ofGroup + list, Tag: tag,
			Summary: "Return the access list of one service account of a project",
			Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing,
			Versions: []api.Version{api.At(since, authn.HoldUsage(s.Usage, store.Read(s.Store, at.addresses)))},
		},
		{
			ID: "createProjectServiceAccountAccessList", Aliases: []string{"createGroupServiceAccountAccessList"}, Method: http.MethodPost, Path: ofGroup + list, Tag: tag,
			Summary: "Add entries to the access list of one service account of a project", Description: aboutEntry,
			Roles: access, Status: http.StatusOK, Level: api.Real, Errors: newEntry,
			Versions: []api.Version{api.At(since, authn.HoldUsage(s.Usage, store.Write(s.Store, at.admit)))},
		},
		{
			ID: "deleteProjectServiceAccountAccessListEntry", Aliases: []string{"deleteGroupServiceAccountAccessListEntry"}, Method: http.MethodDelete, Path: ofGroup + entry, Tag: tag,
			Summary: "Remove one entry from the access list of one service account of a project",
			Roles:   access, Status: http.StatusNoContent, Level: api.Real, Errors: noEntry, Versions: []api.Version{api.At(since, store.Write(s.Store, at.expel))},
		},
		{
			ID: "createProjectServiceAccountSecret", Aliases: []string{"createGroupServiceAccountSecret"}, Method: http.MethodPost, Path: ofGroup + secrets, Tag: tag,
			Summary: "Create one secret for one service account of a project", Description: aboutSecrets,
			Roles: owner, Status: http.StatusCreated, Level: api.Real, Errors: fault.Kinds{serviceAccountNotFound, secretsLimit},
			Versions: []api.Version{api.At(since, store.Write(s.Store, at.addSecret))},
		},
		{
			ID: "deleteProjectServiceAccountSecret", Aliases: []string{"deleteGroupServiceAccountSecret"}, Method: http.MethodDelete, Path: ofGroup + secret, Tag: tag,
			Summary: "Delete one secret of one service account of a project", Description: aboutEnd,
			Roles: owner, Status: http.StatusNoContent, Level: api.Real, Errors: fault.Kinds{serviceAccountNotFound, secretNotFound},
			Versions: []api.Version{api.At(since, store.Write(s.Store, at.endSecret))},
		},
	}
}

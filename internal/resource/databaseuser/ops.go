// Package databaseuser is the family Database Users: who may log in to a project's clusters, and with which roles.
package databaseuser

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const tag = "Database Users"

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	manage := authz.Any(authz.GroupDatabaseAccessAdmin, authz.GroupStreamProcessingOwner, authz.GroupOwner)
	return api.Operations{{
		ID: "listDatabaseUsers", Aliases: []string{"listGroupDatabaseUsers"}, Method: http.MethodGet, Path: "/groups/{groupId}/databaseUsers", Tag: tag,
		Summary: "Return all database users of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Versions: []api.Version{api.Read("2023-01-01", s.Store, s.List)},
	}, {
		ID: "createDatabaseUser", Aliases: []string{"createGroupDatabaseUser"}, Method: http.MethodPost, Path: "/groups/{groupId}/databaseUsers", Tag: tag,
		Summary: "Create one database user",
		Description: "Creates a user who logs in to the project's clusters by SCRAM; the password is stored as SCRAM verifiers only. " +
			"Users of X.509 log in by certificates over TLS. Users with other login methods are stored and shown, but cannot log in.",
		Roles: manage, Status: http.StatusCreated, Level: api.Real, Errors: fault.Kinds{databaseUserExists, databaseUsersLimit, unknownDatabaseRole},
		Versions: api.Since("2023-01-01", s.create),
	}, {
		ID: "getDatabaseUser", Aliases: []string{"getGroupDatabaseUser"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return one database user",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.UsernameNotFound},
		Versions: []api.Version{api.Read("2023-01-01", s.Store, s.Get)},
	}, {
		ID: "updateDatabaseUser", Aliases: []string{"updateGroupDatabaseUser"}, Method: http.MethodPatch, Path: path, Tag: tag,
		Summary: "Update one database user", Description: "Changes the fields of the body. Name, database and login method cannot change.",
		Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.UsernameNotFound, unknownDatabaseRole},
		Versions: api.Since("2023-01-01", s.update),
	}, {
		ID: "deleteDatabaseUser", Aliases: []string{"deleteGroupDatabaseUser"}, Method: http.MethodDelete, Path: path, Tag: tag,
		Summary: "Remove one database user", Description: "Deletes the user. Its open connections lose their rights at once.",
		Roles: manage, Status: http.StatusNoContent, Level: api.Real, Errors: fault.Kinds{fault.UsernameNotFound},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.Delete)),
	}}
}

const path = "/groups/{groupId}/databaseUsers/{databaseName}/{username}"

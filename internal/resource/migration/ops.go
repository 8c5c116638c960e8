package migration

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag   = "Cloud Migration Service"
	path  = "/groups/{groupId}/liveMigrations"
	links = "/orgs/{orgId}/liveMigrations/linkTokens"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "createPushMigration", Aliases: []string{"createGroupLiveMigration"}, Method: http.MethodPost, Path: path, Tag: tag,
		Summary: "Begin one migration into one cluster of one project", Description: "The migration goes through the service's states as if the source were reached; no data moves.",
		Roles: authz.Any(authz.OrgOwner), Status: http.StatusCreated, Level: api.Simulated, Errors: fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI, migrationsLimit},
		Versions: []api.Version{
			api.At("2023-01-01", store.Write(s.Store, create[LiveMigrationRequest](s))),
			api.At("2024-05-30", store.Write(s.Store, create[LiveMigrationRequest20240530](s))),
		},
	}, {
		ID: "validateMigration", Aliases: []string{"validateLiveMigrations", "validateGroupLiveMigrations"}, Method: http.MethodPost, Path: path + "/validate", Tag: tag,
		Summary: "Try one migration into one cluster of one project", Description: "Holds the request against the rules, and goes through the service's states as if the source were reached.",
		Roles: authz.Any(authz.OrgOwner), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{fault.ClusterNotFound, fault.FlexInClusterAPI, migrationsLimit},
		Versions: []api.Version{
			api.At("2023-01-01", store.Write(s.Store, try[LiveMigrationRequest](s))),
			api.At("2024-05-30", store.Write(s.Store, try[LiveMigrationRequest20240530](s))),
		},
	}, {
		ID: "getValidationStatus", Aliases: []string{"getMigrationValidateStatus", "getGroupLiveMigrationValidateStatus"}, Method: http.MethodGet, Path: path + "/validate/{validationId}", Tag: tag,
		Summary: "Return what was found when one migration was tried",
		Roles:   authz.Any(authz.OrgOwner), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{migrationNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.Trials.Get)),
	}, {
		ID: "getPushMigration", Aliases: []string{"getGroupLiveMigration"}, Method: http.MethodGet, Path: path + "/{liveMigrationId}", Tag: tag,
		Summary: "Return one migration into one project",
		Roles:   authz.Any(authz.OrgMember), Status: http.StatusOK, Level: api.Simulated, Errors: fault.Kinds{migrationNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.Get)),
	}, {
		ID: "cutoverMigration", Aliases: []string{"cutoverGroupLiveMigration"}, Method: http.MethodPut, Path: path + "/{liveMigrationId}/cutover", Tag: tag,
		Summary: "Cut over one migration that is ready for it",
		Roles:   authz.Any(authz.OrgOwner), Status: http.StatusAccepted, Level: api.Simulated, Errors: fault.Kinds{migrationNotFound, notReady},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.cutover)),
	}, {
		ID: "listSourceProjects", Aliases: []string{"listAvailableProjects", "listOrgLiveMigrationAvailableProjects"}, Method: http.MethodGet, Path: "/orgs/{orgId}/liveMigrations/availableProjects", Tag: tag,
		Summary: "Return all projects from which clusters can be migrated", Description: "Nothing is linked to this server: there are none.",
		Roles: authz.Any(authz.OrgOwner), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2023-01-01", store.Read(s.Store, sources)),
	}, {
		ID: "createLinkToken", Aliases: []string{"createOrgLiveMigrationLinkToken"}, Method: http.MethodPost, Path: links, Tag: tag,
		Summary: "Create the link token of one organization", Description: "A token replaces the one before. Nothing can be linked by it.",
		Roles: authz.Any(authz.OrgOwner), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2023-01-01", store.Write(s.Store, link)),
	}, {
		ID: "deleteLinkToken", Aliases: []string{"deleteLinkTokens", "deleteOrgLiveMigrationLinkTokens"}, Method: http.MethodDelete, Path: links, Tag: tag,
		Summary: "Remove the link token of one organization",
		Roles:   authz.Any(authz.OrgOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: fault.Kinds{noLinkToken},
		Versions: api.Since("2023-01-01", store.Write(s.Store, unlink)),
	}}
}

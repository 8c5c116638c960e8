// Package project is the family Projects: a project groups clusters, their users, people and settings.
package project

import (
	"net/http"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	Store     store.Store
	Residents []Resident
	Founders  []Founder
	Counted   []Counted
	Version   string // of MongoDB, major and minor, that clusters have
}

// Resident is a family with objects inside projects.
type Resident interface {
	// OnProjectDelete deletes what the family has in the project, or returns why the project cannot be deleted yet.
	OnProjectDelete(tx store.Tx, groupID string) error
}

// Founder is a family that a project begins with something of.
type Founder interface {
	// OnProjectCreate makes it, in the transaction of the project.
	OnProjectCreate(tx store.Tx, p *model.Project) error
}

// Counted is a family whose objects count towards a limit of their project.
type Counted interface {
	// Usage returns how many there are in the project, and the name of their limit.
	Usage(tx store.Tx, groupID model.ID) (limit string, n int64, err error)
}

const (
	tag      = "Projects"
	one      = "/groups/{groupId}"
	settings = one + "/settings"
	limits   = one + "/limits"
	limit    = limits + "/{limitName}"
)

var (
	owner  = authz.Any(authz.GroupOwner)
	reader = authz.Any(authz.GroupReadOnly)
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return slices.Concat(s.projects(), s.settings(), s.surroundings(), s.slowMs())
}

func (s *Service) projects() api.Operations {
	return api.Operations{{
		ID: "listOrganizationProjects", Aliases: []string{"getOrgGroups"}, Method: http.MethodGet, Path: "/orgs/{orgId}/groups", Tag: "Organizations",
		Summary: "Return the projects of one organization", Description: "Returns those of the organization's projects that the caller may read, by name.",
		Roles: authz.Any(authz.OrgMember), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.listOfOrganization)),
	}, {
		ID: "createProject", Aliases: []string{"createGroup"}, Method: http.MethodPost, Path: "/groups", Tag: tag,
		Summary: "Create one project",
		Description: "Creates a project in an organization. Its first owner is the cloud user that projectOwnerId names, or else the " +
			"organization's oldest owner. regionUsageRestrictions belongs to the government edition: any value but NONE is refused.",
		Roles: authz.Any(authz.OrgOwner, authz.OrgGroupCreator).Anywhere(), Status: http.StatusOK, Level: api.Real,
		Errors: fault.Kinds{groupAlreadyExists, fault.UserNotFound, groupsPerOrg}, Versions: api.Since("2023-01-01", store.Write(s.Store, s.create)),
	}, {
		ID: "listProjects", Aliases: []string{"listGroups"}, Method: http.MethodGet, Path: "/groups", Tag: tag,
		Summary: "Return all projects", Description: "Returns the projects that the caller may read, by name.",
		Roles: authz.Authenticated, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.list)),
	}, {
		ID: "getProject", Aliases: []string{"getGroup"}, Method: http.MethodGet, Path: one, Tag: tag,
		Summary: "Return one project",
		Roles:   reader, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.get)),
	}, {
		ID: "getProjectByName", Aliases: []string{"getGroupByName"}, Method: http.MethodGet, Path: "/groups/byName/{groupName}", Tag: tag,
		Summary: "Return one project by its name",
		Roles:   authz.Authenticated, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{groupNameNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.byName)),
	}, {
		ID: "updateProject", Aliases: []string{"updateGroup"}, Method: http.MethodPatch, Path: one, Tag: tag,
		Summary: "Update one project", Description: "Changes the name, or replaces the tags.",
		Roles: owner, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{groupAlreadyExists}, Versions: api.Since("2023-01-01", store.Write(s.Store, s.update)),
	}, {
		ID: "deleteProject", Aliases: []string{"deleteGroup"}, Method: http.MethodDelete, Path: one, Tag: tag,
		Summary: "Remove one project", Description: "Deletes a project that has no clusters left, with everything in it.",
		Roles: owner, Status: http.StatusNoContent, Level: api.Real, Errors: fault.Kinds{fault.GroupHasClusters, fault.GroupHasStreams, fault.GroupHasStreams},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.delete)),
	}, {
		ID: "migrateProjectToAnotherOrg", Aliases: []string{"migrateGroup"}, Method: http.MethodPost, Path: one + ":migrate", Tag: tag,
		Summary: "Migrate one project to another organization",
		Description: "Moves a project with everything in it. The body names the organization and an API key that owns it: the caller's own key or " +
			"account belongs to the project's organization. Active users keep their roles in the project and become members of the other organization; " +
			"invitations into the project end, and keys, accounts and teams lose their roles in it.",
		Roles: authz.Any(authz.OrgOwner), Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{groupAlreadyExists, groupsPerOrg, fault.UsersPerOrg},
		Versions: api.Since("2024-05-30", store.Write(s.Store, s.migrate)),
	}}
}

func (s *Service) settings() api.Operations {
	return api.Operations{{
		ID: "getProjectSettings", Aliases: []string{"getGroupSettings"}, Method: http.MethodGet, Path: settings, Tag: tag,
		Summary: "Return the settings of one project",
		Roles:   reader, Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2023-01-01", store.Read(s.Store, shape.Get(getIn.find, toSettings))),
	}, {
		ID: "updateProjectSettings", Aliases: []string{"updateGroupSettings"}, Method: http.MethodPatch, Path: settings, Tag: tag,
		Summary:     "Update the settings of one project",
		Description: "Changes the settings that the body names. They switch parts of the service's console; Telamon stores and shows them.",
		Roles:       owner, Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2023-01-01", store.Write(s.Store, s.updateSettings)),
	}, {
		ID: "listProjectLimits", Aliases: []string{"listGroupLimits"}, Method: http.MethodGet, Path: limits, Tag: tag,
		Summary: "Return all limits of one project", Description: "Returns the project's limits and their current usage.",
		Roles: reader, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.listLimits)),
	}, {
		ID: "getProjectLimit", Aliases: []string{"getGroupLimit"}, Method: http.MethodGet, Path: limit, Tag: tag,
		Summary: "Return one limit of one project", Description: "Returns a limit. Limits of Data Federation do not exist.",
		Roles: reader, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.getLimit)),
	}, {
		ID: "setProjectLimit", Aliases: []string{"setGroupLimit"}, Method: http.MethodPatch, Path: limit, Tag: tag,
		Summary:     "Set one limit of one project",
		Description: "Sets a limit, up to its maximum. A limit below the current usage refuses new objects and removes none. Limits of Data Federation are refused.",
		Roles:       owner, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Write(s.Store, s.setLimit)),
	}, {
		ID: "deleteProjectLimit", Aliases: []string{"deleteGroupLimit"}, Method: http.MethodDelete, Path: limit, Tag: tag,
		Summary: "Remove one limit of one project", Description: "Resets a limit to its default.",
		Roles: owner, Status: http.StatusNoContent, Level: api.Real, Versions: api.Since("2023-01-01", store.Write(s.Store, s.deleteLimit)),
	}}
}

// surroundings are the operations on the addresses and versions of a project's clusters.
func (s *Service) surroundings() api.Operations {
	return api.Operations{{
		ID: "returnAllIpAddresses", Aliases: []string{"getGroupIpAddresses"}, Method: http.MethodGet, Path: one + "/ipAddresses", Tag: tag,
		Summary:     "Return all IP addresses of one project",
		Description: "Returns the addresses at which the project's clusters are reached. They open no connections, so there are no outbound addresses.",
		Roles:       reader, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", s.addresses),
	}, {
		ID: "getProjectLtsVersions", Aliases: []string{"getGroupMongoDbVersions", "getMongoDbVersions"}, Method: http.MethodGet, Path: one + "/mongoDBVersions", Tag: tag,
		Summary: "Return the MongoDB versions that clusters of one project can have", Description: "Returns the version for each provider and instance size.",
		Roles: reader, Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", s.versions),
	}}
}

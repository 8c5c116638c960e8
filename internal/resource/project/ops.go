// Package project is the family Projects: the groups of clusters, people and addresses that everything else is in.
package project

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	Store     store.Store
	Residents []Resident
}

// Resident is a family with objects inside projects.
type Resident interface {
	// Vacate removes what the family has in the project, or says why the project cannot go yet.
	Vacate(tx store.Tx, groupID string) error
}

const tag = "Projects"

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{
		s.ofOrganization(),
		{
			ID: "createProject", Aliases: []string{"createGroup"}, Method: http.MethodPost, Path: "/groups", Tag: tag,
			Summary: "Create one project",
			Description: "Creates a project in an organization. Its first owner is the cloud user that projectOwnerId names, or else the " +
				"organization's oldest owner. regionUsageRestrictions belongs to the government edition and is refused.",
			Roles: authz.Any(authz.OrgOwner, authz.OrgGroupCreator), Status: http.StatusOK,
			Errors:   fault.Kinds{fault.GroupAlreadyExists, fault.UserNotFound},
			Versions: []api.Version{api.At("2023-01-01", s.create)},
		},
		{
			ID: "listProjects", Aliases: []string{"listGroups"}, Method: http.MethodGet, Path: "/groups", Tag: tag,
			Summary: "Return all projects", Description: "Returns the projects that the caller may read, by name.",
			Roles: authz.Authenticated, Status: http.StatusOK,
			Versions: []api.Version{api.At("2023-01-01", s.list)},
		},
		{
			ID: "getProject", Aliases: []string{"getGroup"}, Method: http.MethodGet, Path: "/groups/{groupId}", Tag: tag,
			Summary: "Return one project",
			Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK,
			Versions: []api.Version{api.At("2023-01-01", s.get)},
		},
		{
			ID: "getProjectByName", Aliases: []string{"getGroupByName"}, Method: http.MethodGet, Path: "/groups/byName/{groupName}", Tag: tag,
			Summary: "Return one project by its name",
			Roles:   authz.Authenticated, Status: http.StatusOK, Errors: fault.Kinds{fault.GroupNameNotFound},
			Versions: []api.Version{api.At("2023-01-01", s.byName)},
		},
		{
			ID: "deleteProject", Aliases: []string{"deleteGroup"}, Method: http.MethodDelete, Path: "/groups/{groupId}", Tag: tag,
			Summary: "Remove one project", Description: "Removes a project that has no clusters left, with everything in it.",
			Roles: authz.Any(authz.GroupOwner), Status: http.StatusNoContent,
			Errors:   fault.Kinds{fault.GroupHasClusters},
			Versions: []api.Version{api.At("2023-01-01", s.delete)},
		},
	}
}

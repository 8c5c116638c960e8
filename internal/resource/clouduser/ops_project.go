package clouduser

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

func (s *Service) projectOperations() api.Operations {
	read, manage := authz.Any(authz.GroupReadOnly), authz.Any(authz.GroupOwner, authz.GroupAccessManager)
	missing := fault.Kinds{fault.UserNotFound}
	return api.Operations{
		{
			ID: "listProjectUsers", Aliases: []string{"listGroupUsers"}, Method: http.MethodGet, Path: ofProject, Tag: tag,
			Summary:     "Return all cloud users of one project",
			Description: "Returns the users with a role in the project, by username. Version 2023-01-01 leaves out those who have not accepted their invitation.",
			Roles:       read, Status: http.StatusOK, Level: api.Real,
			Versions: []api.Version{
				api.At("2023-01-01", store.Read(s.Store, s.listActiveInProject)).Until(sunset), api.At(newer, store.Read(s.Store, s.listInProject)),
			},
		},
		{
			ID: "addProjectUser", Aliases: []string{"addGroupUsers"}, Method: http.MethodPost, Path: ofProject, Tag: tag,
			Summary: "Add one cloud user to one project",
			Description: "Gives a member of the project's organization roles in the project at once. Who is invited to the organization gets them with it; " +
				"anybody else is invited by mail into the organization, as ORG_MEMBER, and into the project.",
			Roles: manage, Status: http.StatusCreated, Level: api.Real,
			Errors:   fault.Kinds{fault.UserAlreadyExists, fault.UsersPerOrg, fault.UsersPerGroup, fault.UserNotFound},
			Versions: []api.Version{api.At(newer, store.Write(s.Store, s.addToProject))},
		},
		{
			ID: "getProjectUser", Aliases: []string{"getGroupUser"}, Method: http.MethodGet, Path: inProject, Tag: tag,
			Summary: "Return one cloud user of one project",
			Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing,
			Versions: []api.Version{api.At(newer, store.Read(s.Store, s.getInProject))},
		},
		{
			ID: "removeProjectUser", Aliases: []string{"removeGroupUser"}, Method: http.MethodDelete, Path: inProject, Tag: tag,
			Summary: "Remove one cloud user from one project",
			Description: "Takes the user's roles in the project away, or the invitation into it; what the user has in the organization and through teams stays. " +
				"Version 2023-01-01 removes only users who have accepted their invitation. Whom the deprecated invitation into the project waits for, neither does.",
			Roles: manage, Status: http.StatusNoContent, Level: api.Real, Errors: missing,
			Versions: []api.Version{
				api.At("2023-01-01", store.Write(s.Store, s.removeFromProject(shape.Active))).Until(sunset), api.At(newer, store.Write(s.Store, s.removeFromProject(shown))),
			},
		},
		{
			ID: "addProjectRole", Aliases: []string{"addGroupUserRole"}, Method: http.MethodPost, Path: inProject + ":addRole", Tag: tag,
			Summary: "Add one role in one project to one cloud user",
			Roles:   manage, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.UserNotFound, roleAlreadyHeld},
			Versions: []api.Version{api.At(newer, store.Write(s.Store, s.addProjectRole))},
		},
		{
			ID: "removeProjectRole", Aliases: []string{"removeGroupUserRole"}, Method: http.MethodPost, Path: inProject + ":removeRole", Tag: tag,
			Summary: "Remove one role in one project from one cloud user", Description: "Takes a role. A user's only role stays.",
			Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.UserNotFound, roleNotHeld},
			Versions: []api.Version{api.At(newer, store.Write(s.Store, s.removeProjectRole))},
		},
		{
			ID: "updateProjectRoles", Aliases: []string{"updateGroupUserRoles"}, Method: http.MethodPut, Path: inProject + "/roles", Tag: "Projects",
			Summary:     "Replace the roles of one cloud user in one project",
			Description: "Replaces the roles in the project of a user who has accepted the invitation.",
			Roles:       authz.Any(authz.GroupOwner, authz.GroupUserAdmin), Status: http.StatusOK, Level: api.Real, Deprecated: newer, Sunset: sunset, Errors: missing,
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.setProjectRoles))},
		},
	}
}

// Package clouduser is the family MongoDB Cloud Users: the people who use the control plane. They have an account, come
// into organizations and projects by invitation, and have roles there.
package clouduser

import (
	"net/http"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	Store       store.Store
	Invitations *invite.Sender
}

const (
	tag       = "MongoDB Cloud Users"
	newer     = "2025-02-19" // first version of the operations that replace deprecated ones
	sunset    = "2027-07-01"
	ofOrg     = "/orgs/{orgId}/users"
	inOrg     = ofOrg + "/{userId}"
	ofProject = "/groups/{groupId}/users"
	inProject = ofProject + "/{userId}"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return slices.Concat(s.accountOperations(), s.organizationOperations(), s.projectOperations())
}

func (s *Service) accountOperations() api.Operations {
	return api.Operations{{
		ID: "createUser", Method: http.MethodPost, Path: "/users", Tag: tag,
		Summary: "Create one cloud user",
		Description: "Creates an account with its password, and invites the person by mail into the organizations and projects that the " +
			"roles name. The roles take effect once the invitation is accepted; it expires after 30 days. A role in a project implies ORG_MEMBER in " +
			"its organization. Any caller may use this, but only an owner of an organization or project can give roles in it.",
		Roles: authz.Authenticated, Status: http.StatusOK, Level: api.Real, Deprecated: newer, Sunset: sunset,
		Errors: fault.Kinds{fault.UserAlreadyExists, usersPerMaker, fault.UsersPerOrg, fault.UsersPerGroup}, Versions: api.Since("2023-01-01", s.create),
	}, {
		ID: "getUser", Method: http.MethodGet, Path: "/users/{userId}", Tag: tag,
		Summary: "Return one cloud user by id",
		Description: "Returns a user of the caller's organization, or one who is invited there, with the active roles there. " +
			"A caller who is a person in several organizations sees the roles in all that they share.",
		Roles: authz.Authenticated, Status: http.StatusOK, Level: api.Real, Deprecated: newer, Sunset: sunset, Errors: fault.Kinds{fault.UserNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.get)),
	}, {
		ID: "getUserByUsername", Aliases: []string{"getUserByName"}, Method: http.MethodGet, Path: "/users/byName/{userName}", Tag: tag,
		Summary: "Return one cloud user by username",
		Description: "Returns a user of the caller's organization, or one who is invited there, with the active roles there. " +
			"A caller who is a person in several organizations sees the roles in all that they share.",
		Roles: authz.Authenticated, Status: http.StatusOK, Level: api.Real, Deprecated: newer, Sunset: sunset, Errors: fault.Kinds{fault.UsernameNotFound},
		Versions: api.Since("2023-01-01", store.Read(s.Store, s.byName)),
	}}
}

func (s *Service) organizationOperations() api.Operations {
	read, manage := authz.Any(authz.OrgMember), authz.Any(authz.OrgOwner)
	missing := fault.Kinds{fault.UserNotFound}
	return api.Operations{{
		ID: "listOrganizationUsers", Aliases: []string{"listOrgUsers"}, Method: http.MethodGet, Path: ofOrg, Tag: tag,
		Summary:     "Return all cloud users of one organization",
		Description: "Returns the people of the organization and of its projects, by username. Version 2023-01-01 leaves out those who have not accepted their invitation.",
		Roles:       read, Status: http.StatusOK, Level: api.Real,
		Versions: []api.Version{api.Read("2023-01-01", s.Store, s.listActiveInOrg).Until(sunset), api.Read(newer, s.Store, s.listInOrg)},
	}, {
		ID: "createOrganizationUser", Aliases: []string{"createOrgUser"}, Method: http.MethodPost, Path: ofOrg, Tag: tag,
		Summary: "Add one cloud user to one organization",
		Description: "Invites a person by mail into the organization, with roles there and in its projects, and into teams. All of it " +
			"takes effect once the invitation is accepted; it expires after 30 days. A person whose invitation was declined or has expired can be invited again.",
		Roles: manage, Status: http.StatusCreated, Level: api.Real,
		Errors:   fault.Kinds{fault.UserAlreadyExists, fault.UsersPerOrg, fault.UsersPerGroup, fault.TeamNotFound, fault.UsersPerTeam, fault.TeamsPerUser},
		Versions: api.Since(newer, store.Write(s.Store, s.inviteToOrg)),
	}, {
		ID: "getOrganizationUser", Aliases: []string{"getOrgUser"}, Method: http.MethodGet, Path: inOrg, Tag: tag,
		Summary: "Return one cloud user of one organization",
		Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since(newer, store.Read(s.Store, s.getInOrg)),
	}, {
		ID: "updateOrganizationUser", Aliases: []string{"updateOrgUser"}, Method: http.MethodPatch, Path: inOrg, Tag: tag,
		Summary: "Update one cloud user of one organization",
		Description: "Replaces the user's roles in the organization, those in its projects, or the teams: whichever the body names. " +
			"It can be done before the invitation is accepted too. The organization's last owner must stay one. A project that " +
			"has invited the user with a deprecated operation cannot be among them until that invitation is answered.",
		Roles: manage, Status: http.StatusOK, Level: api.Real,
		Errors: fault.Kinds{
			fault.UserNotFound, fault.UserAlreadyExists, fault.LastOrgOwner, fault.UsersPerGroup, fault.TeamNotFound, fault.UsersPerTeam, fault.TeamsPerUser,
		},
		Versions: api.Since(newer, store.Write(s.Store, s.updateInOrg)),
	}, {
		ID: "removeOrganizationUser", Aliases: []string{"removeOrgUser"}, Method: http.MethodDelete, Path: inOrg, Tag: tag,
		Summary: "Remove one cloud user from one organization",
		Description: "Removes the user from the organization, its projects and its teams, or withdraws the invitation into them; the account stays. " +
			"The organization's last owner cannot be removed. Version 2023-01-01 removes only users who have accepted their invitation.",
		Roles: manage, Status: http.StatusNoContent, Level: api.Real, Errors: fault.Kinds{fault.UserNotFound, fault.LastOrgOwner},
		Versions: []api.Version{
			api.At("2023-01-01", store.Write(s.Store, s.removeFromOrg(shape.Active))).Until(sunset), api.At(newer, store.Write(s.Store, s.removeFromOrg(shown))),
		},
	}, {
		ID: "addOrganizationRole", Aliases: []string{"addOrgUserRole", "addOrgRole"}, Method: http.MethodPost, Path: inOrg + ":addRole", Tag: tag,
		Summary: "Add one role in one organization to one cloud user",
		Roles:   manage, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.UserNotFound, hasRole},
		Versions: api.Since(newer, store.Write(s.Store, s.addOrgRole)),
	}, {
		ID: "removeOrganizationRole", Aliases: []string{"removeOrgUserRole", "removeOrgRole"}, Method: http.MethodPost, Path: inOrg + ":removeRole", Tag: tag,
		Summary: "Remove one role in one organization from one cloud user", Description: "Removes a role. A user's only role, and the last owner's, cannot be removed.",
		Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.UserNotFound, lacksRole, fault.LastOrgOwner},
		Versions: api.Since(newer, store.Write(s.Store, s.removeOrgRole)),
	}, {
		ID: "updateOrganizationRoles", Aliases: []string{"updateOrgUserRoles"}, Method: http.MethodPut, Path: inOrg + "/roles", Tag: "Organizations",
		Summary:     "Replace the roles of one cloud user in one organization",
		Description: "Replaces the roles in the organization itself of a user who has accepted the invitation. The organization's last owner must stay one.",
		Roles:       manage, Status: http.StatusOK, Level: api.Real, Deprecated: newer, Sunset: sunset, Errors: fault.Kinds{fault.UserNotFound, fault.LastOrgOwner},
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.setOrgRoles)),
	}}
}

func (s *Service) projectOperations() api.Operations {
	read, manage := authz.Any(authz.GroupReadOnly), authz.Any(authz.GroupOwner, authz.GroupAccessManager)
	missing := fault.Kinds{fault.UserNotFound}
	return api.Operations{{
		ID: "listProjectUsers", Aliases: []string{"listGroupUsers"}, Method: http.MethodGet, Path: ofProject, Tag: tag,
		Summary:     "Return all cloud users of one project",
		Description: "Returns the users with a role in the project, by username. Version 2023-01-01 leaves out those who have not accepted their invitation.",
		Roles:       read, Status: http.StatusOK, Level: api.Real,
		Versions: []api.Version{api.Read("2023-01-01", s.Store, s.listActiveInProject).Until(sunset), api.Read(newer, s.Store, s.listInProject)},
	}, {
		ID: "addProjectUser", Aliases: []string{"addGroupUsers"}, Method: http.MethodPost, Path: ofProject, Tag: tag,
		Summary: "Add one cloud user to one project",
		Description: "Gives a member of the project's organization roles in the project at once. A person with an open invitation to the organization gets them with it; " +
			"anybody else is invited by mail into the organization, as ORG_MEMBER, and into the project.",
		Roles: manage, Status: http.StatusCreated, Level: api.Real,
		Errors:   fault.Kinds{fault.UserAlreadyExists, fault.UsersPerOrg, fault.UsersPerGroup, fault.UserNotFound},
		Versions: api.Since(newer, store.Write(s.Store, s.addToProject)),
	}, {
		ID: "getProjectUser", Aliases: []string{"getGroupUser"}, Method: http.MethodGet, Path: inProject, Tag: tag,
		Summary: "Return one cloud user of one project",
		Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing, Versions: api.Since(newer, store.Read(s.Store, s.getInProject)),
	}, {
		ID: "removeProjectUser", Aliases: []string{"removeGroupUser"}, Method: http.MethodDelete, Path: inProject, Tag: tag,
		Summary: "Remove one cloud user from one project",
		Description: "Removes the user's roles in the project, or the invitation into it; roles in the organization and through teams stay. " +
			"Version 2023-01-01 removes only users who have accepted their invitation. No version removes people whom a deprecated operation has invited into the project.",
		Roles: manage, Status: http.StatusNoContent, Level: api.Real, Errors: missing,
		Versions: []api.Version{
			api.At("2023-01-01", store.Write(s.Store, s.removeFromProject(shape.Active))).Until(sunset), api.At(newer, store.Write(s.Store, s.removeFromProject(shown))),
		},
	}, {
		ID: "addProjectRole", Aliases: []string{"addGroupUserRole"}, Method: http.MethodPost, Path: inProject + ":addRole", Tag: tag,
		Summary: "Add one role in one project to one cloud user",
		Roles:   manage, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.UserNotFound, hasRole},
		Versions: api.Since(newer, store.Write(s.Store, s.addProjectRole)),
	}, {
		ID: "removeProjectRole", Aliases: []string{"removeGroupUserRole"}, Method: http.MethodPost, Path: inProject + ":removeRole", Tag: tag,
		Summary: "Remove one role in one project from one cloud user", Description: "Removes a role. A user's only role cannot be removed.",
		Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.UserNotFound, lacksRole},
		Versions: api.Since(newer, store.Write(s.Store, s.removeProjectRole)),
	}, {
		ID: "updateProjectRoles", Aliases: []string{"updateGroupUserRoles"}, Method: http.MethodPut, Path: inProject + "/roles", Tag: "Projects",
		Summary: "Replace the roles of one cloud user in one project", Description: "Replaces the roles in the project of a user who has accepted the invitation.",
		Roles: authz.Any(authz.GroupOwner, authz.GroupUserAdmin), Status: http.StatusOK, Level: api.Real, Deprecated: newer, Sunset: sunset, Errors: missing,
		Versions: api.Since("2023-01-01", store.Write(s.Store, s.setProjectRoles)),
	}}
}

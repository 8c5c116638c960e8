package clouduser

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/store"
)

func (s *Service) organizationOperations() api.Operations {
	read, manage := authz.Any(authz.OrgMember), authz.Any(authz.OrgOwner)
	missing := fault.Kinds{fault.UserNotFound}
	return api.Operations{
		{
			ID: "listOrganizationUsers", Aliases: []string{"listOrgUsers"}, Method: http.MethodGet, Path: ofOrg, Tag: tag,
			Summary:     "Return all cloud users of one organization",
			Description: "Returns the people of the organization and of its projects, by username. Version 2023-01-01 leaves out those who have not accepted their invitation.",
			Roles:       read, Status: http.StatusOK, Level: api.Real,
			Versions: []api.Version{
				api.At("2023-01-01", store.Read(s.Store, s.listActiveInOrg)).Until(sunset), api.At(newer, store.Read(s.Store, s.listInOrg)),
			},
		},
		{
			ID: "createOrganizationUser", Aliases: []string{"createOrgUser"}, Method: http.MethodPost, Path: ofOrg, Tag: tag,
			Summary: "Add one cloud user to one organization",
			Description: "Invites a person by mail into the organization, with roles there and in its projects and with places in teams. All of it " +
				"holds once the invitation is accepted; it expires after 30 days. Who has declined one, or let it expire, can be invited again.",
			Roles: manage, Status: http.StatusCreated, Level: api.Real,
			Errors: fault.Kinds{
				fault.UserAlreadyExists, fault.UsersPerOrg, fault.UsersPerGroup, fault.TeamNotFound, fault.UsersPerTeam, fault.TeamsPerUser,
			},
			Versions: []api.Version{api.At(newer, store.Write(s.Store, s.inviteToOrg))},
		},
		{
			ID: "getOrganizationUser", Aliases: []string{"getOrgUser"}, Method: http.MethodGet, Path: inOrg, Tag: tag,
			Summary: "Return one cloud user of one organization",
			Roles:   read, Status: http.StatusOK, Level: api.Real, Errors: missing,
			Versions: []api.Version{api.At(newer, store.Read(s.Store, s.getInOrg))},
		},
		{
			ID: "updateOrganizationUser", Aliases: []string{"updateOrgUser"}, Method: http.MethodPatch, Path: inOrg, Tag: tag,
			Summary: "Update one cloud user of one organization",
			Description: "Replaces the user's roles in the organization, those in its projects, or the teams: whichever the body names. " +
				"It can be done before the invitation is accepted too. The organization's last owner stays one. A project that " +
				"the deprecated invitation into it has asked the user to cannot be among them until that is answered.",
			Roles: manage, Status: http.StatusOK, Level: api.Real,
			Errors: fault.Kinds{
				fault.UserNotFound, fault.UserAlreadyExists, fault.LastOrgOwner, fault.UsersPerGroup, fault.TeamNotFound, fault.UsersPerTeam, fault.TeamsPerUser,
			},
			Versions: []api.Version{api.At(newer, store.Write(s.Store, s.updateInOrg))},
		},
		{
			ID: "removeOrganizationUser", Aliases: []string{"removeOrgUser"}, Method: http.MethodDelete, Path: inOrg, Tag: tag,
			Summary: "Remove one cloud user from one organization",
			Description: "Takes the user out of the organization, its projects and its teams, or ends the invitation into them; the account stays. " +
				"The organization's last owner stays too. Version 2023-01-01 removes only users who have accepted their invitation.",
			Roles: manage, Status: http.StatusNoContent, Level: api.Real, Errors: fault.Kinds{fault.UserNotFound, fault.LastOrgOwner},
			Versions: []api.Version{
				api.At("2023-01-01", store.Write(s.Store, s.removeFromOrg(shape.Active))).Until(sunset), api.At(newer, store.Write(s.Store, s.removeFromOrg(shown))),
			},
		},
		{
			ID: "addOrganizationRole", Aliases: []string{"addOrgUserRole", "addOrgRole"}, Method: http.MethodPost, Path: inOrg + ":addRole", Tag: tag,
			Summary: "Add one role in one organization to one cloud user",
			Roles:   manage, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.UserNotFound, roleAlreadyHeld},
			Versions: []api.Version{api.At(newer, store.Write(s.Store, s.addOrgRole))},
		},
		{
			ID: "removeOrganizationRole", Aliases: []string{"removeOrgUserRole", "removeOrgRole"}, Method: http.MethodPost, Path: inOrg + ":removeRole", Tag: tag,
			Summary: "Remove one role in one organization from one cloud user", Description: "Takes a role. A user's only role stays, and the last owner's.",
			Roles: manage, Status: http.StatusOK, Level: api.Real, Errors: fault.Kinds{fault.UserNotFound, roleNotHeld, fault.LastOrgOwner},
			Versions: []api.Version{api.At(newer, store.Write(s.Store, s.removeOrgRole))},
		},
		{
			ID: "updateOrganizationRoles", Aliases: []string{"updateOrgUserRoles"}, Method: http.MethodPut, Path: inOrg + "/roles", Tag: "Organizations",
			Summary:     "Replace the roles of one cloud user in one organization",
			Description: "Replaces the roles in the organization itself of a user who has accepted the invitation. The organization's last owner stays one.",
			Roles:       manage, Status: http.StatusOK, Level: api.Real, Deprecated: newer, Sunset: sunset, Errors: fault.Kinds{fault.UserNotFound, fault.LastOrgOwner},
			Versions: []api.Version{api.At("2023-01-01", store.Write(s.Store, s.setOrgRoles))},
		},
	}
}

// Package invitation has the deprecated operations that invite people into organizations and projects. They belong to the
// families Organizations and Projects. An invitation to an organization is the same as with the newer operations (package
// clouduser); an invitation to a project is shown by these operations only.
package invitation

import (
	"net/http"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	Store       store.Store
	Invitations *invite.Sender
}

const (
	deprecated = "2023-10-04"
	sunset     = "2027-07-01"
	version    = "2023-01-01"
	one        = "/{invitationId}"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	all := slices.Concat(s.ofOrganizations(), s.ofProjects())
	for i := range all {
		all[i].Deprecated, all[i].Sunset = deprecated, sunset
		all[i].Level = api.Real
		if all[i].Status == 0 {
			all[i].Status = http.StatusOK
		}
	}
	return all
}

func (s *Service) ofOrganizations() api.Operations {
	const (
		tag     = "Organizations"
		invites = "/orgs/{orgId}/invites"
	)
	var (
		owner = authz.Any(authz.OrgOwner)
		full  = fault.Kinds{
			fault.UserAlreadyExists, fault.UsersPerOrg, fault.UsersPerGroup, fault.TeamNotFound, fault.UsersPerTeam, fault.TeamsPerUser,
		}
	)
	return api.Operations{{
		ID: "listOrganizationInvitations", Aliases: []string{"listOrgInvites"}, Method: http.MethodGet, Path: invites, Tag: tag,
		Summary: "Return all invitations to one organization", Description: "Returns the invitations that nobody has answered yet, oldest first.",
		Roles: owner, Versions: api.Since(version, store.Read(s.Store, s.listInOrg)),
	}, {
		ID: "createOrganizationInvitation", Aliases: []string{"createOrgInvite"}, Method: http.MethodPost, Path: invites, Tag: tag,
		Summary:     "Invite one person to one organization",
		Description: "Sends a person a letter with a link. Roles and teams take effect once the invitation is accepted; it expires after 30 days.",
		Roles:       owner, Errors: full, Versions: api.Since(version, store.Write(s.Store, s.createInOrg)),
	}, {
		ID: "updateOrganizationInvitation", Aliases: []string{"updateOrgInvites"}, Method: http.MethodPatch, Path: invites, Tag: tag,
		Summary:     "Update one invitation to one organization by username",
		Description: "Changes what the open invitation of a person gives: each field of the body replaces what there was.",
		Roles:       owner, Errors: append(fault.Kinds{invitationNotFound}, full...), Versions: api.Since(version, store.Write(s.Store, s.updateInOrgByName)),
	}, {
		ID: "getOrganizationInvitation", Aliases: []string{"getOrgInvite"}, Method: http.MethodGet, Path: invites + one, Tag: tag,
		Summary: "Return one invitation to one organization",
		Roles:   owner, Errors: fault.Kinds{invitationNotFound}, Versions: api.Since(version, store.Read(s.Store, s.getInOrg)),
	}, {
		ID: "updateOrganizationInvitationById", Aliases: []string{"updateOrgInviteById"}, Method: http.MethodPatch, Path: invites + one, Tag: tag,
		Summary: "Update one invitation to one organization", Description: "Changes what the invitation gives: each field of the body replaces what there was.",
		Roles: owner, Errors: append(fault.Kinds{invitationNotFound}, full...), Versions: api.Since(version, store.Write(s.Store, s.updateInOrg)),
	}, {
		ID: "deleteOrganizationInvitation", Aliases: []string{"deleteOrgInvite"}, Method: http.MethodDelete, Path: invites + one, Tag: tag,
		Summary: "Withdraw one invitation to one organization", Description: "Withdraws an invitation. Its link stops working.",
		Roles: owner, Status: http.StatusNoContent, Errors: fault.Kinds{invitationNotFound}, Versions: api.Since(version, store.Write(s.Store, withdraw[oneInOrg])),
	}}
}

func (s *Service) ofProjects() api.Operations {
	const (
		tag     = "Projects"
		invites = "/groups/{groupId}/invites"
	)
	owner := authz.Any(authz.GroupOwner)
	return api.Operations{{
		ID: "listProjectInvitations", Aliases: []string{"listGroupInvites"}, Method: http.MethodGet, Path: invites, Tag: tag,
		Summary:     "Return all invitations to one project",
		Description: "Returns the invitations that were made by these operations and that nobody has answered yet, oldest first.",
		Roles:       owner, Versions: api.Since(version, store.Read(s.Store, s.listInProject)),
	}, {
		ID: "createProjectInvitation", Aliases: []string{"createGroupInvite"}, Method: http.MethodPost, Path: invites, Tag: tag,
		Summary: "Invite one person to one project",
		Description: "Sends a person a letter with a link. The roles take effect once the invitation is accepted, together with ORG_MEMBER in the project's " +
			"organization if the person is not a member; it expires after 30 days. Until then only these operations show the person.",
		Roles: owner, Errors: fault.Kinds{fault.UserAlreadyExists, fault.UsersPerOrg, fault.UsersPerGroup},
		Versions: api.Since(version, store.Write(s.Store, s.createInProject)),
	}, {
		ID: "updateProjectInvitation", Aliases: []string{"updateGroupInvites"}, Method: http.MethodPatch, Path: invites, Tag: tag,
		Summary: "Update one invitation to one project by username", Description: "Replaces the roles that the open invitation of a person gives.",
		Roles: owner, Errors: fault.Kinds{invitationNotFound}, Versions: api.Since(version, store.Write(s.Store, s.updateInProjectByName)),
	}, {
		ID: "getProjectInvitation", Aliases: []string{"getGroupInvite"}, Method: http.MethodGet, Path: invites + one, Tag: tag,
		Summary: "Return one invitation to one project",
		Roles:   owner, Errors: fault.Kinds{invitationNotFound}, Versions: api.Since(version, store.Read(s.Store, s.getInProject)),
	}, {
		ID: "updateProjectInvitationById", Aliases: []string{"updateGroupInviteById", "updateInviteById"}, Method: http.MethodPatch, Path: invites + one, Tag: tag,
		Summary: "Update one invitation to one project", Description: "Replaces the roles that the invitation gives.",
		Roles: owner, Errors: fault.Kinds{invitationNotFound}, Versions: api.Since(version, store.Write(s.Store, s.updateInProject)),
	}, {
		ID: "deleteProjectInvitation", Aliases: []string{"deleteGroupInvite"}, Method: http.MethodDelete, Path: invites + one, Tag: tag,
		Summary: "Withdraw one invitation to one project", Description: "Withdraws an invitation. Its link stops working.",
		Roles: owner, Status: http.StatusNoContent, Errors: fault.Kinds{invitationNotFound}, Versions: api.Since(version, store.Write(s.Store, withdraw[oneInProject])),
	}, {
		ID: "addUserToProject", Aliases: []string{"addGroupAccessUser", "addGroupUser"}, Method: http.MethodPost, Path: "/groups/{groupId}/access", Tag: tag,
		Summary: "Add one person to one project",
		Description: "Gives a member of the project's organization roles in the project at once, and answers with 204. A person with an open invitation to the organization gets them " +
			"with it; anybody else is invited by mail into the organization, as ORG_MEMBER, and into the project: the answer is the invitation.",
		Roles: authz.Any(authz.GroupOwner, authz.GroupUserAdmin), MayBeEmpty: true, Errors: fault.Kinds{fault.UserAlreadyExists, fault.UsersPerOrg, fault.UsersPerGroup},
		Versions: api.Since("2023-02-01", store.Write(s.Store, s.addToProject)),
	}}
}

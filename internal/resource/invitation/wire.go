package invitation

import (
	"fmt"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/roster"
)

// OrganizationInvitation is an invitation to an organization.
type OrganizationInvitation struct {
	CreatedAt            api.Time       `json:"createdAt,omitzero" api:"readonly" doc:"When the person was invited."`
	ExpiresAt            api.Time       `json:"expiresAt,omitzero" api:"readonly" doc:"When the invitation expires."`
	GroupRoleAssignments []GroupRole    `json:"groupRoleAssignments" api:"unique" doc:"Roles in projects that the invitation gives."`
	ID                   string         `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the invitation."`
	InviterUsername      string         `json:"inviterUsername,omitempty" api:"readonly,is=email" doc:"Who invites; for a key or service account, its public key or client id."`
	Links                []api.Link     `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	OrgID                string         `json:"orgId,omitempty" api:"readonly,is=objectId" doc:"Id of the organization."`
	OrgName              string         `json:"orgName" api:"required,is=projectName" doc:"Name of the organization."`
	Roles                shape.OrgRoles `json:"roles" api:"unique" doc:"Roles in the organization that the invitation gives."`
	TeamIDs              []string       `json:"teamIds" api:"readonly,unique" doc:"Ids of the teams that the person will be in."`
	Username             string         `json:"username,omitempty" api:"is=email" doc:"E-mail address of the invited person."`
}

// GroupRole is a role in a project.
type GroupRole struct {
	GroupID   string `json:"groupId,omitempty" api:"is=objectId" doc:"Id of the project."`
	GroupRole string `json:"groupRole,omitempty" doc:"The role."`
}

// OrganizationInvitationRequest invites a person to an organization, or says what the invitation gives from now on.
type OrganizationInvitationRequest struct {
	GroupRoleAssignments []OrganizationInvitationGroupRoleAssignmentsRequest `json:"groupRoleAssignments,omitempty" doc:"Roles in projects of the organization."`
	Roles                shape.OrgRoles                                      `json:"roles,omitempty" api:"unique" doc:"Roles in the organization: at least one."`
	TeamIDs              []string                                            `json:"teamIds,omitempty" api:"unique" doc:"Ids of teams of the organization."`
	Username             string                                              `json:"username,omitempty" api:"is=email" doc:"E-mail address of the person. Required: a person is invited, and an invitation is found, by it."`
}

// OrganizationInvitationUpdateRequest says what an invitation gives from now on.
type OrganizationInvitationUpdateRequest struct {
	GroupRoleAssignments []OrganizationInvitationGroupRoleAssignmentsRequest `json:"groupRoleAssignments,omitempty" doc:"Roles in projects of the organization."`
	Roles                shape.OrgRoles                                      `json:"roles,omitempty" api:"unique" doc:"Roles in the organization."`
	TeamIDs              []string                                            `json:"teamIds,omitempty" api:"unique" doc:"Ids of teams of the organization."`
}

// OrganizationInvitationGroupRoleAssignmentsRequest are roles in one project.
type OrganizationInvitationGroupRoleAssignmentsRequest struct {
	GroupID string       `json:"groupId,omitempty" api:"is=objectId" doc:"Id of the project."`
	Roles   []authz.Role `json:"roles,omitempty" api:"unique" doc:"Roles in the project: at least one."`
}

// GroupInvitation is an invitation to a project.
type GroupInvitation struct {
	CreatedAt       api.Time     `json:"createdAt,omitzero" api:"readonly" doc:"When the person was invited."`
	ExpiresAt       api.Time     `json:"expiresAt,omitzero" api:"readonly" doc:"When the invitation expires."`
	GroupID         string       `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	GroupName       string       `json:"groupName,omitempty" api:"readonly,is=projectName" doc:"Name of the project."`
	ID              string       `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the invitation."`
	InviterUsername string       `json:"inviterUsername,omitempty" api:"readonly,is=email" doc:"Who invites; for a key or service account, its public key or client id."`
	Links           []api.Link   `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	Roles           []authz.Role `json:"roles" api:"unique" doc:"Roles in the project that the invitation gives."`
	Username        string       `json:"username,omitempty" api:"readonly,is=email" doc:"E-mail address of the invited person."`
}

// GroupInvitationRequest invites a person to a project, or says what the invitation gives from now on.
type GroupInvitationRequest struct {
	GroupInvitationUpdateRequest
	Username string `json:"username,omitempty" api:"is=email" doc:"E-mail address of the person. Required: a person is invited, and an invitation is found, by it."`
}

// GroupInvitationUpdateRequest says what an invitation gives from now on.
type GroupInvitationUpdateRequest struct {
	Roles []authz.Role `json:"roles,omitempty" api:"unique" doc:"Roles in the project: at least one."`
}

// orgInvitation shows a person's pending membership in an organization.
func orgInvitation(org *model.Organization, p roster.Person) OrganizationInvitation {
	w := OrganizationInvitation{
		CreatedAt: api.Time{Time: p.Invitation.Created}, ExpiresAt: api.Time{Time: p.Invitation.Expires}, GroupRoleAssignments: []GroupRole{},
		ID: p.Invitation.ID, InviterUsername: p.Invitation.Inviter, OrgID: org.ID, OrgName: org.Name, Roles: append([]authz.Role{}, p.Roles...),
		TeamIDs: append([]string{}, p.Teams...), Username: p.Username,
	}
	for _, m := range p.Memberships {
		for _, r := range m.Roles {
			if m.GroupID != "" && !m.Hidden {
				w.GroupRoleAssignments = append(w.GroupRoleAssignments, GroupRole{m.GroupID, string(r)})
			}
		}
	}
	return w
}

// groupInvitation shows a person's pending membership in a project.
func groupInvitation(p *model.Project, inv *invite.Invitation, m *model.Membership) GroupInvitation {
	return GroupInvitation{
		CreatedAt: api.Time{Time: inv.Created}, ExpiresAt: api.Time{Time: inv.Expires}, GroupID: p.ID, GroupName: p.Name, ID: inv.ID,
		InviterUsername: inv.Inviter, Roles: append([]authz.Role{}, m.Roles...), Username: inv.Username,
	}
}

// Bounds of a request that no request within the service's limits meets: an organization has at most 250 projects, and
// a user is in at most 100 teams.
const (
	maxAssignments = 250
	maxTeams       = 100
)

// check validates a change, as far as that needs no other object.
func (w *OrganizationInvitationUpdateRequest) check(bad *fault.Problems) {
	if w.Roles != nil {
		requireRoles(bad, w.Roles)
	}
	bad.AtMost("teamIds", len(w.TeamIDs), maxTeams)
	if bad.AtMost("groupRoleAssignments", len(w.GroupRoleAssignments), maxAssignments); len(w.GroupRoleAssignments) > maxAssignments {
		return
	}
	seen := map[string]bool{}
	for i, a := range w.GroupRoleAssignments {
		at := fmt.Sprintf("groupRoleAssignments[%d]", i)
		switch {
		case a.GroupID == "":
			bad.Add(at+".groupId", "is required")
		case seen[a.GroupID]:
			bad.Add(at+".groupId", "is given more than once")
		}
		seen[a.GroupID] = true
		if len(a.Roles) == 0 {
			bad.Add(at+".roles", "must have at least one role")
		}
		shape.GroupRoles(bad, at+".roles", a.Roles)
	}
}

// requireUsername adds a problem if there is no username.
func requireUsername(bad *fault.Problems, username string) {
	if username == "" {
		bad.Add("username", "is required")
	}
}

// requireRoles adds a problem if there are no roles.
func requireRoles(bad *fault.Problems, roles []authz.Role) {
	if len(roles) == 0 {
		bad.Add("roles", "must have at least one role")
	}
}

// checkProjectRoles validates roles in a project.
func checkProjectRoles(bad *fault.Problems, roles []authz.Role) {
	requireRoles(bad, roles)
	shape.GroupRoles(bad, "roles", roles)
}

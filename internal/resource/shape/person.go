package shape

import (
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/roster"
)

// CloudAppUserView is a cloud user as older operations show it, except for the answer to a creation.
type CloudAppUserView struct {
	Country      *string          `json:"country" api:"required,nullable,is=country" doc:"The user's country by its code in ISO 3166-1."`
	CreatedAt    api.Time         `json:"createdAt,omitzero" api:"readonly" doc:"When the account was created."`
	EmailAddress string           `json:"emailAddress" api:"required,readonly,deprecated,is=email" doc:"The username."`
	FirstName    string           `json:"firstName" api:"required" doc:"The user's given name."`
	ID           string           `json:"id" api:"readonly,is=objectId" doc:"Id of the user."`
	LastAuth     api.Time         `json:"lastAuth,omitzero" api:"readonly" doc:"When the user last logged in. Absent before the first time."`
	LastName     string           `json:"lastName" api:"required" doc:"The user's family name."`
	Links        []api.Link       `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	MobileNumber *string          `json:"mobileNumber" api:"required,nullable,is=mobile" doc:"The user's mobile number."`
	Roles        []RoleAssignment `json:"roles" api:"required" doc:"The roles that the user has in the organization and its projects, those through teams aside."`
	TeamIDs      []string         `json:"teamIds" api:"readonly,unique,is=objectId" doc:"Ids of the user's teams."`
	Username     string           `json:"username" api:"required,is=email" doc:"E-mail address that the user logs in with."`
}

// cloudAppUser shows a person with the active roles.
func cloudAppUser(p roster.Person) CloudAppUserView {
	u := p.Account
	w := CloudAppUserView{
		Country: optional(u.Country), CreatedAt: api.Time{Time: u.Created}, EmailAddress: u.Username, FirstName: u.FirstName, ID: u.ID,
		LastAuth: api.Time{Time: u.LastAuth}, LastName: u.LastName, Links: api.Self("/users/" + u.ID), MobileNumber: optional(u.MobileNumber),
		TeamIDs: append([]string{}, p.Teams...), Username: u.Username,
	}
	var grants []authz.Grant
	for _, m := range p.Memberships {
		if !m.Pending {
			grants = append(grants, m.Grants()...)
		}
	}
	w.Roles = RoleAssignments(grants)
	return w
}

// member is what lists show of a membership, be it in an organization or in a project.
type member struct {
	Country             *string  `json:"country,omitempty" api:"readonly,when=orgMembershipStatus=ACTIVE,is=country" doc:"The user's country by its code in ISO 3166-1. Active users only."`
	CreatedAt           api.Time `json:"createdAt,omitzero" api:"readonly,when=orgMembershipStatus=ACTIVE" doc:"When the account was created. Active users only."`
	FirstName           *string  `json:"firstName,omitempty" api:"readonly,when=orgMembershipStatus=ACTIVE" doc:"The user's given name. Active users only."`
	ID                  string   `json:"id" api:"required,readonly,is=objectId" doc:"Id of the user."`
	InvitationCreatedAt api.Time `json:"invitationCreatedAt,omitzero" api:"readonly,when=orgMembershipStatus=PENDING" doc:"When the user was invited. Pending users only."`
	InvitationExpiresAt api.Time `json:"invitationExpiresAt,omitzero" api:"readonly,when=orgMembershipStatus=PENDING" doc:"When the invitation expires. Pending users only."`
	InviterUsername     *string  `json:"inviterUsername,omitempty" api:"readonly,when=orgMembershipStatus=PENDING,is=email" doc:"Who invited the user. Pending users only; for an invitation by a key or service account, its public key or client id."`
	LastAuth            api.Time `json:"lastAuth,omitzero" api:"readonly,when=orgMembershipStatus=ACTIVE" doc:"When the user last logged in. Active users only; absent before the first time."`
	LastName            *string  `json:"lastName,omitempty" api:"readonly,when=orgMembershipStatus=ACTIVE" doc:"The user's family name. Active users only."`
	MobileNumber        *string  `json:"mobileNumber,omitempty" api:"readonly,when=orgMembershipStatus=ACTIVE,is=mobile" doc:"The user's mobile number. Active users only."`
	OrgMembershipStatus string   `json:"orgMembershipStatus" api:"required,readonly,enum=PENDING|ACTIVE|INVITATION_EXPIRED|INVITATION_REJECTED" doc:"Whether the user has accepted the invitation. Telamon deletes declined and expired invitations, so only PENDING and ACTIVE occur."`
	Username            string   `json:"username" api:"required,readonly,is=email" doc:"The username."`
}

// memberOf shows a membership without the roles.
func memberOf(p roster.Person) member {
	w := member{ID: p.UserID, OrgMembershipStatus: Status(p.Membership), Username: p.Username}
	if inv := p.Invitation; inv != nil {
		w.InvitationCreatedAt, w.InvitationExpiresAt, w.InviterUsername = api.Time{Time: inv.Created}, api.Time{Time: inv.Expires}, &inv.Inviter
	}
	if u := p.Account; !p.Pending {
		w.Country, w.MobileNumber, w.FirstName, w.LastName = optional(u.Country), optional(u.MobileNumber), &u.FirstName, &u.LastName
		w.CreatedAt, w.LastAuth = api.Time{Time: u.Created}, api.Time{Time: u.LastAuth}
	}
	return w
}

// OrgUserResponse is a cloud user's membership in an organization, active or pending.
type OrgUserResponse struct {
	member
	Roles   OrgUserRolesResponse `json:"roles" api:"required,readonly" doc:"The user's roles, those through teams aside."`
	TeamIDs []string             `json:"teamIds" api:"readonly,unique,is=objectId" doc:"Ids of the user's teams in the organization."`
}

// OrgUserRolesResponse are the roles that a user has in an organization and in its projects.
type OrgUserRolesResponse struct {
	GroupRoleAssignments []GroupRoleAssignment `json:"groupRoleAssignments" doc:"Roles in projects of the organization."`
	OrgRoles             OrgRoles              `json:"orgRoles" api:"unique" doc:"Roles in the organization itself."`
}

// GroupRoleAssignment are roles in one project.
type GroupRoleAssignment struct {
	GroupID    string       `json:"groupId,omitempty" api:"is=objectId" doc:"Id of the project."`
	GroupRoles []authz.Role `json:"groupRoles,omitempty" api:"unique" doc:"Roles in the project."`
}

// orgUser shows a person in the organization.
func orgUser(p roster.Person) OrgUserResponse {
	w := OrgUserResponse{member: memberOf(p), TeamIDs: append([]string{}, p.Teams...)}
	w.Roles = OrgUserRolesResponse{GroupRoleAssignments: []GroupRoleAssignment{}, OrgRoles: OrgRoles{}}
	for _, m := range p.Memberships {
		switch {
		case m.Hidden: // only operations on its invitation show it
		case m.GroupID != "":
			w.Roles.GroupRoleAssignments = append(w.Roles.GroupRoleAssignments, GroupRoleAssignment{m.GroupID, m.Roles})
		default:
			w.Roles.OrgRoles = append(w.Roles.OrgRoles, m.Roles...)
		}
	}
	return w
}

// GroupUserResponse is a cloud user's membership in a project, active or pending.
type GroupUserResponse struct {
	member
	Roles []string `json:"roles" api:"required,readonly,unique" doc:"The user's roles in the project. Empty for somebody whose access comes from a role in the organization."`
}

// groupUser shows a person in the project.
func groupUser(p roster.Person) GroupUserResponse {
	return GroupUserResponse{memberOf(p), RoleNames(p.Roles)}
}

// RoleNames returns the names of roles; never nil.
func RoleNames(roles []authz.Role) []string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return names
}

// The statuses of memberships that occur.
const (
	pending = "PENDING"
	active  = "ACTIVE"
)

// Status returns the status of a membership.
func Status(m *model.Membership) string {
	if m.Pending {
		return pending
	}
	return active
}

// StatusFilter has the filter by status, to be embedded in the In of operations.
type StatusFilter struct {
	OrgMembershipStatuses []string `query:"orgMembershipStatuses" api:"maxItems=4,enum=PENDING|ACTIVE|INVITATION_EXPIRED|INVITATION_REJECTED" doc:"Return users with these statuses only. Nobody has the last two: Telamon deletes invitations that are expired or declined."`
}

// Matches reports whether a place is wanted.
func (in StatusFilter) Matches(m *model.Membership) bool {
	return !m.Hidden && (len(in.OrgMembershipStatuses) == 0 || slices.Contains(in.OrgMembershipStatuses, Status(m)))
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

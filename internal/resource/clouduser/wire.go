package clouduser

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
)

// CloudAppUser is a cloud user to be created, and as just created: the only answer that has the password.
type CloudAppUser struct {
	Country      string               `json:"country" api:"required,is=country" doc:"The user's country by its code in ISO 3166-1."`
	CreatedAt    api.Time             `json:"createdAt,omitzero" api:"readonly" doc:"When the account was created."`
	EmailAddress string               `json:"emailAddress" api:"required,readonly,deprecated,is=email" doc:"The username."`
	FirstName    string               `json:"firstName" api:"required" doc:"The user's given name."`
	ID           string               `json:"id" api:"readonly,is=objectId" doc:"Id of the user."`
	LastAuth     api.Time             `json:"lastAuth,omitzero" api:"readonly" doc:"When the user last logged in. Absent before the first time."`
	LastName     string               `json:"lastName" api:"required" doc:"The user's family name."`
	Links        []api.Link           `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	MobileNumber string               `json:"mobileNumber" api:"required,is=mobile" doc:"The user's mobile number."`
	Password     string               `json:"password" api:"required,minLen=8,format=password" doc:"Password of the account. Kept as a hash; the answer to the creation is the only one that has it."`
	Roles        []UserRoleAssignment `json:"roles" doc:"Roles to invite the user to; in the answer, the same roles. Without any, the account is created and nobody invited."`
	TeamIDs      []string             `json:"teamIds" api:"readonly,unique,is=objectId" doc:"Ids of the user's teams. Telamon has no teams yet, so it is empty."`
	Username     string               `json:"username" api:"required,is=email" doc:"E-mail address that the user logs in with, compared without regard to case."`
}

// UserRoleAssignment is a role in one organization or in one project that a user is created with.
type UserRoleAssignment struct {
	GroupID  string   `json:"groupId,omitempty" api:"is=objectId,minLen=24,maxLen=24" doc:"Id of the project that the role is in. Excludes orgId."`
	OrgID    string   `json:"orgId,omitempty" api:"is=objectId,minLen=24,maxLen=24" doc:"Id of the organization that the role is in. Excludes groupId."`
	RoleName UserRole `json:"roleName,omitempty" doc:"The role."`
}

// UserRole is a role that a cloud user can be created with.
type UserRole authz.Role

// Values are the roles of the operation's reference page.
func (UserRole) Values() []string {
	var names []string
	for _, r := range authz.UserRoles {
		names = append(names, string(r))
	}
	return names
}

// CloudAppUserView is a cloud user as every answer but that of the creation shows it.
type CloudAppUserView struct {
	Country      *string                `json:"country" api:"required,nullable,is=country" doc:"The user's country by its code in ISO 3166-1."`
	CreatedAt    api.Time               `json:"createdAt,omitzero" api:"readonly" doc:"When the account was created."`
	EmailAddress string                 `json:"emailAddress" api:"required,readonly,deprecated,is=email" doc:"The username."`
	FirstName    string                 `json:"firstName" api:"required" doc:"The user's given name."`
	ID           string                 `json:"id" api:"readonly,is=objectId" doc:"Id of the user."`
	LastAuth     api.Time               `json:"lastAuth,omitzero" api:"readonly" doc:"When the user last logged in. Absent before the first time."`
	LastName     string                 `json:"lastName" api:"required" doc:"The user's family name."`
	Links        []api.Link             `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	MobileNumber *string                `json:"mobileNumber" api:"required,nullable,is=mobile" doc:"The user's mobile number."`
	Roles        []shape.RoleAssignment `json:"roles" api:"required" doc:"The roles that the user has in the caller's organization and its projects."`
	TeamIDs      []string               `json:"teamIds" api:"readonly,unique,is=objectId" doc:"Ids of the user's teams. Telamon has no teams yet, so it is empty."`
	Username     string                 `json:"username" api:"required,is=email" doc:"E-mail address that the user logs in with."`
}

// GroupUserResponse is a cloud user's place in a project: what an active user has in it, or what a pending one has.
type GroupUserResponse struct {
	Country             *string  `json:"country,omitempty" api:"readonly,is=country" doc:"The user's country by its code in ISO 3166-1. Active users only."`
	CreatedAt           api.Time `json:"createdAt,omitzero" api:"readonly" doc:"When the account was created. Active users only."`
	FirstName           *string  `json:"firstName,omitempty" api:"readonly" doc:"The user's given name. Active users only."`
	ID                  string   `json:"id" api:"required,readonly,is=objectId" doc:"Id of the user."`
	InvitationCreatedAt api.Time `json:"invitationCreatedAt,omitzero" api:"readonly" doc:"When the user was invited. Pending users only."`
	InvitationExpiresAt api.Time `json:"invitationExpiresAt,omitzero" api:"readonly" doc:"When the invitation expires. Pending users only."`
	InviterUsername     *string  `json:"inviterUsername,omitempty" api:"readonly,is=email" doc:"Who invited the user. Pending users only; for an invitation by a key or service account, its public key or client id."`
	LastAuth            api.Time `json:"lastAuth,omitzero" api:"readonly" doc:"When the user last logged in. Active users only; absent before the first time."`
	LastName            *string  `json:"lastName,omitempty" api:"readonly" doc:"The user's family name. Active users only."`
	MobileNumber        *string  `json:"mobileNumber,omitempty" api:"readonly,is=mobile" doc:"The user's mobile number. Active users only."`
	OrgMembershipStatus string   `json:"orgMembershipStatus" api:"required,readonly,enum=PENDING|ACTIVE|INVITATION_EXPIRED|INVITATION_REJECTED" doc:"Whether the user has accepted the invitation. Telamon removes what is declined or expired, so only PENDING and ACTIVE occur."`
	Roles               []string `json:"roles" api:"required,readonly,unique" doc:"The user's roles in the project. Empty for somebody whose access comes from a role in the organization."`
	Username            string   `json:"username" api:"required,readonly,is=email" doc:"The username."`
}

// fromWire is the account that w asks for.
func fromWire(w *CloudAppUser, passwordHash string) *model.CloudUser {
	return &model.CloudUser{
		ID: model.NewID(), Username: w.Username, PasswordHash: passwordHash, FirstName: w.FirstName, LastName: w.LastName,
		Country: w.Country, MobileNumber: w.MobileNumber,
	}
}

// created is the answer to the creation of u from w.
func created(u *model.CloudUser, w CloudAppUser) CloudAppUser {
	w.ID, w.EmailAddress, w.CreatedAt, w.Links = u.ID, u.Username, api.Time{Time: u.Created}, self(u)
	w.Roles, w.TeamIDs = append([]UserRoleAssignment{}, w.Roles...), []string{}
	return w
}

// view shows u with the roles of the given memberships that hold.
func view(u *model.CloudUser, memberships []*model.Membership) CloudAppUserView {
	w := CloudAppUserView{
		Country: optional(u.Country), CreatedAt: api.Time{Time: u.Created}, EmailAddress: u.Username, FirstName: u.FirstName, ID: u.ID,
		LastAuth: api.Time{Time: u.LastAuth}, LastName: u.LastName, Links: self(u), MobileNumber: optional(u.MobileNumber),
		TeamIDs: []string{}, Username: u.Username,
	}
	var grants []authz.Grant
	for _, m := range memberships {
		if !m.Pending {
			grants = append(grants, m.Grants()...)
		}
	}
	w.Roles = shape.RoleAssignments(grants)
	return w
}

func self(u *model.CloudUser) []api.Link { return api.Self("/users/" + u.ID) }

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

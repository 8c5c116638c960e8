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
	TeamIDs      []string             `json:"teamIds" api:"readonly,unique,is=objectId" doc:"Ids of the user's teams: a new user is in none."`
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
func (UserRole) Values() []string { return shape.RoleNames(authz.UserRoles) }

// OrgUserRequest invites a person into an organization.
type OrgUserRequest struct {
	Roles    OrgUserRolesRequest `json:"roles" api:"required,writeonly" doc:"Roles to invite the user to."`
	TeamIDs  []string            `json:"teamIds,omitempty" api:"writeonly,unique" doc:"Ids of teams of the organization that the user will be in."`
	Username string              `json:"username" api:"required,writeonly,is=email" doc:"E-mail address of the person, compared without regard to case."`
}

// OrgUserRolesRequest are roles in an organization and in its projects.
type OrgUserRolesRequest struct {
	GroupRoleAssignments []shape.GroupRoleAssignment `json:"groupRoleAssignments,omitempty" doc:"Roles in projects of the organization."`
	OrgRoles             shape.OrgRoles              `json:"orgRoles" api:"required,unique,minItems=1" doc:"Roles in the organization itself."`
}

// OrgUserUpdateRequest changes what a user has in an organization. What is left out stays.
type OrgUserUpdateRequest struct {
	Roles   *OrgUserRolesRequest `json:"roles,omitempty" api:"writeonly" doc:"Roles in place of those that the user has. Roles in projects stay unless groupRoleAssignments is given: then it has all of them."`
	TeamIDs []string             `json:"teamIds,omitempty" api:"writeonly,unique,is=objectId" doc:"Ids of the teams that the user is in from now on, and of no others."`
}

// AddOrRemoveOrgRole is a role in an organization to be given or taken.
type AddOrRemoveOrgRole struct {
	OrgRole shape.OrgRole `json:"orgRole" api:"required" doc:"The role."`
}

// UpdateOrgRolesForUser are the roles that a user has in an organization.
type UpdateOrgRolesForUser struct {
	Links    []api.Link     `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	OrgRoles shape.OrgRoles `json:"orgRoles" api:"unique" doc:"Roles in the organization itself."`
}

// GroupUserRequest adds a person to a project.
type GroupUserRequest struct {
	Roles    []authz.Role `json:"roles" api:"required,writeonly,unique,minItems=1" doc:"Roles in the project."`
	Username string       `json:"username" api:"required,writeonly,is=email" doc:"E-mail address of the person, compared without regard to case."`
}

// AddOrRemoveGroupRole is a role in a project to be given or taken.
type AddOrRemoveGroupRole struct {
	GroupRole authz.Role `json:"groupRole" api:"required" doc:"The role."`
}

// UpdateGroupRolesForUser are the roles that a user has in a project.
type UpdateGroupRolesForUser struct {
	GroupRoles []authz.Role `json:"groupRoles" api:"unique" doc:"Roles in the project."`
	Links      []api.Link   `json:"links,omitempty" api:"readonly" doc:"Related resources."`
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
	w.ID, w.EmailAddress, w.CreatedAt, w.Links = u.ID, u.Username, api.Time{Time: u.Created}, api.Self("/users/"+u.ID)
	w.Roles, w.TeamIDs = append([]UserRoleAssignment{}, w.Roles...), []string{}
	return w
}

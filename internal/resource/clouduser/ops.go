// Package clouduser is the family MongoDB Cloud Users: the people who use the control plane. They have an account, come
// into organizations and projects by invitation, and have roles there.
package clouduser

import (
	"net/http"

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
	tag     = "MongoDB Cloud Users"
	newer   = "2025-02-19" // since when there are operations in place of the older ones
	sunset  = "2027-07-01"
	members = "/groups/{groupId}/users"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	manage := authz.Any(authz.GroupOwner, authz.GroupAccessManager)
	return api.Operations{
		{
			ID: "createUser", Method: http.MethodPost, Path: "/users", Tag: tag,
			Summary: "Create one cloud user",
			Description: "Creates an account with its password, and invites the person by mail into the organizations and projects that the " +
				"roles name. The roles hold once the invitation is accepted; it expires after 30 days. A role in a project brings ORG_MEMBER in " +
				"its organization with it. Any role may call this, but a role can be given only by an owner of its organization or project.",
			Roles: authz.Authenticated, Status: http.StatusOK, Deprecated: newer, Sunset: sunset,
			Errors:   fault.Kinds{fault.UserAlreadyExists, fault.UsersPerOrg, fault.UsersPerGroup},
			Versions: []api.Version{api.At("2023-01-01", s.create)},
		},
		{
			ID: "getUser", Method: http.MethodGet, Path: "/users/{userId}", Tag: tag,
			Summary:     "Return one cloud user by id",
			Description: "Returns a user of the caller's organization, or one who is invited there, with the roles that hold in that organization.",
			Roles:       authz.Authenticated, Status: http.StatusOK, Deprecated: newer, Sunset: sunset,
			Errors:   fault.Kinds{fault.UserNotFound},
			Versions: []api.Version{api.At("2023-01-01", s.get)},
		},
		{
			ID: "getUserByUsername", Aliases: []string{"getUserByName"}, Method: http.MethodGet, Path: "/users/byName/{userName}", Tag: tag,
			Summary:     "Return one cloud user by username",
			Description: "Returns a user of the caller's organization, or one who is invited there, with the roles that hold in that organization.",
			Roles:       authz.Authenticated, Status: http.StatusOK, Deprecated: newer, Sunset: sunset,
			Errors:   fault.Kinds{fault.UsernameNotFound},
			Versions: []api.Version{api.At("2023-01-01", s.byName)},
		},
		{
			ID: "listProjectUsers", Aliases: []string{"listGroupUsers"}, Method: http.MethodGet, Path: members, Tag: tag,
			Summary:     "Return all cloud users of one project",
			Description: "Returns the users with a role in the project, by username. Version 2023-01-01 leaves out those who have not accepted their invitation.",
			Roles:       authz.Any(authz.GroupReadOnly), Status: http.StatusOK,
			Versions: []api.Version{api.At("2023-01-01", s.listActive).Until(sunset), api.At(newer, s.list)},
		},
		{
			ID: "getProjectUser", Aliases: []string{"getGroupUser"}, Method: http.MethodGet, Path: members + "/{userId}", Tag: tag,
			Summary: "Return one cloud user of one project",
			Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK,
			Errors:   fault.Kinds{fault.UserNotFound},
			Versions: []api.Version{api.At(newer, s.getMember)},
		},
		{
			ID: "removeProjectUser", Aliases: []string{"removeGroupUser"}, Method: http.MethodDelete, Path: members + "/{userId}", Tag: tag,
			Summary: "Remove one cloud user from one project",
			Description: "Takes the user's roles in the project away, or the invitation into it; what the user has in the organization stays. " +
				"Version 2023-01-01 removes only users who have accepted their invitation.",
			Roles: manage, Status: http.StatusNoContent,
			Errors:   fault.Kinds{fault.UserNotFound},
			Versions: []api.Version{api.At("2023-01-01", s.removeActive).Until(sunset), api.At(newer, s.removeAny)},
		},
	}
}

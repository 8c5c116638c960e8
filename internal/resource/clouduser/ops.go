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
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	Store       store.Store
	Invitations *invite.Sender
}

const (
	tag       = "MongoDB Cloud Users"
	newer     = "2025-02-19" // since when there are operations in place of the older ones
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
	return api.Operations{
		{
			ID: "createUser", Method: http.MethodPost, Path: "/users", Tag: tag,
			Summary: "Create one cloud user",
			Description: "Creates an account with its password, and invites the person by mail into the organizations and projects that the " +
				"roles name. The roles hold once the invitation is accepted; it expires after 30 days. A role in a project brings ORG_MEMBER in " +
				"its organization with it. Any role may call this, but a role can be given only by an owner of its organization or project.",
			Roles: authz.Authenticated, Status: http.StatusOK, Level: api.Real, Deprecated: newer, Sunset: sunset,
			Errors:   fault.Kinds{fault.UserAlreadyExists, fault.UsersPerOrg, fault.UsersPerGroup},
			Versions: []api.Version{api.At("2023-01-01", s.create)},
		},
		{
			ID: "getUser", Method: http.MethodGet, Path: "/users/{userId}", Tag: tag,
			Summary: "Return one cloud user by id",
			Description: "Returns a user of the caller's organization, or one who is invited there, with the roles that hold there. " +
				"A caller who is a person in several organizations sees the roles in all that they share.",
			Roles: authz.Authenticated, Status: http.StatusOK, Level: api.Real, Deprecated: newer, Sunset: sunset,
			Errors:   fault.Kinds{fault.UserNotFound},
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.get))},
		},
		{
			ID: "getUserByUsername", Aliases: []string{"getUserByName"}, Method: http.MethodGet, Path: "/users/byName/{userName}", Tag: tag,
			Summary: "Return one cloud user by username",
			Description: "Returns a user of the caller's organization, or one who is invited there, with the roles that hold there. " +
				"A caller who is a person in several organizations sees the roles in all that they share.",
			Roles: authz.Authenticated, Status: http.StatusOK, Level: api.Real, Deprecated: newer, Sunset: sunset,
			Errors:   fault.Kinds{fault.UsernameNotFound},
			Versions: []api.Version{api.At("2023-01-01", store.Read(s.Store, s.byName))},
		},
	}
}

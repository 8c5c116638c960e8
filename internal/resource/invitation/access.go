package invitation

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// access is the operation that adds people to projects, however they get there.
func (s *Service) access() api.Op {
	return api.Op{
		ID: "addUserToProject", Aliases: []string{"addGroupAccessUser", "addGroupUser"}, Method: http.MethodPost, Path: "/groups/{groupId}/access", Tag: "Projects",
		Summary: "Add one person to one project",
		Description: "Gives a member of the project's organization roles in the project at once, and answers with 204. Who is invited to the organization gets them " +
			"with it; anybody else is invited by mail into the organization, as ORG_MEMBER, and into the project: the answer is the invitation.",
		Roles: authz.Any(authz.GroupOwner, authz.GroupUserAdmin), MayBeEmpty: true,
		Errors:   fault.Kinds{fault.UserAlreadyExists, fault.UsersPerOrg, fault.UsersPerGroup},
		Versions: []api.Version{api.At("2023-02-01", store.Write(s.Store, s.addToProject))},
	}
}

type addToProjectIn struct {
	api.InGroup
	Body GroupInvitationRequest
}

func (s *Service) addToProject(tx store.Tx, in addToProjectIn) (out *OrganizationInvitation, err error) {
	var bad fault.Problems
	named(&bad, in.Body.Username)
	inProjects(&bad, in.Body.Roles)
	if err := bad.Err(); err != nil {
		return nil, err
	}
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return out, err
	}
	if err := shape.RequireAssign(tx.Context(), p, nil, in.Body.Roles); err != nil {
		return out, err
	}
	m, err := s.Invitations.Add(tx, p, in.Body.Username, in.Body.Roles)
	if err != nil || !m.Pending {
		return out, err
	}
	inv, err := showOne(tx, m)
	out = &inv
	return out, err
}

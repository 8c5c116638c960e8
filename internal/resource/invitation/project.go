package invitation

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type listInProjectIn struct {
	api.InGroup
	byName
}

func (s *Service) listInProject(tx store.Tx, in listInProjectIn) (list []GroupInvitation, err error) {
	list = []GroupInvitation{}
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return list, err
	}
	all, err := invite.In(tx, p.ID)
	if err != nil {
		return list, err
	}
	members, err := state.Memberships.List(tx, state.MembershipsIn(p.ID))
	places := make(map[model.ID]*model.Membership, len(members))
	for _, m := range members {
		places[m.UserID] = m
	}
	for _, inv := range all {
		if m := places[inv.UserID]; m != nil && in.wants(inv.Username) {
			list = append(list, groupInvitation(p, inv, m))
		}
	}
	return list, err
}

type createInProjectIn struct {
	api.InGroup
	Body GroupInvitationRequest
}

func (s *Service) createInProject(tx store.Tx, in createInProjectIn) (out GroupInvitation, err error) {
	var bad fault.Problems
	requireUsername(&bad, in.Body.Username)
	checkProjectRoles(&bad, in.Body.Roles)
	if err := bad.Err(); err != nil {
		return out, err
	}
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return out, err
	}
	u, err := state.EnsureAccount(tx, in.Body.Username, p.OrgID)
	if err != nil {
		return out, err
	}
	inv, err := s.Invitations.InviteToProject(tx, u, p, people.Unique(in.Body.Roles))
	if err != nil {
		return out, err
	}
	return groupInvitation(p, inv, &model.Membership{Roles: people.Unique(in.Body.Roles)}), nil
}

// oneInProject names an invitation to a project.
type oneInProject struct {
	api.InGroup
	invited
}

func (in oneInProject) find(tx store.Tx) (*invite.Invitation, *model.Membership, error) {
	return in.open(tx, in.GroupID)
}

func (s *Service) getInProject(tx store.Tx, in oneInProject) (out GroupInvitation, err error) {
	p, err := state.Project(tx, in.GroupID)
	if err != nil {
		return out, err
	}
	inv, m, err := in.find(tx)
	if err != nil {
		return out, err
	}
	return groupInvitation(p, inv, m), nil
}

type updateInProjectIn struct {
	oneInProject
	Body GroupInvitationUpdateRequest
}

func (s *Service) updateInProject(tx store.Tx, in updateInProjectIn) (GroupInvitation, error) {
	return changeInProject(tx, in.GroupID, in.Body.Roles, new(fault.Problems), in)
}

type updateInProjectByNameIn struct {
	api.InGroup
	Body GroupInvitationRequest
}

// find is the invitation of the person whom the body names.
func (in updateInProjectByNameIn) find(tx store.Tx) (*invite.Invitation, *model.Membership, error) {
	m, err := membershipOf(tx, in.Body.Username, in.GroupID, func(m *model.Membership) bool { return m.Hidden })
	if err != nil {
		return nil, nil, err
	}
	inv, err := invite.Invitations.Find(tx, "open", m.UserID, m.OrgID, m.GroupID)
	return inv, m, store.IfMissing(err, invitationNotFound.With(in.Body.Username))
}

func (s *Service) updateInProjectByName(tx store.Tx, in updateInProjectByNameIn) (GroupInvitation, error) {
	var bad fault.Problems
	requireUsername(&bad, in.Body.Username)
	return changeInProject(tx, in.GroupID, in.Body.Roles, &bad, in)
}

// changeInProject replaces the roles of the invitation that in names, and shows it. bad has what else is wrong with the
// request.
func changeInProject(tx store.Tx, groupID model.ID, roles []authz.Role, bad *fault.Problems, in finder) (out GroupInvitation, err error) {
	checkProjectRoles(bad, roles)
	if err := bad.Err(); err != nil {
		return out, err
	}
	p, err := state.Project(tx, groupID)
	if err != nil {
		return out, err
	}
	inv, m, err := in.find(tx)
	if err != nil {
		return out, err
	}
	if err := people.SetRoles(tx, m, people.Unique(roles)); err != nil {
		return out, err
	}
	return groupInvitation(p, inv, m), nil
}

type addToProjectIn struct {
	api.InGroup
	Body GroupInvitationRequest
}

func (s *Service) addToProject(tx store.Tx, in addToProjectIn) (out *OrganizationInvitation, err error) {
	var bad fault.Problems
	requireUsername(&bad, in.Body.Username)
	checkProjectRoles(&bad, in.Body.Roles)
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

package invitation

import (
	"context"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type listInProjectIn struct {
	api.InGroup
	byName
}

func project(tx store.Tx, groupID model.ID) (*model.Project, error) {
	p, err := state.Projects.Get(tx, groupID)
	return p, store.IfMissing(err, fault.GroupNotFound.With(groupID))
}

func (s *Service) listInProject(tx store.Tx, in listInProjectIn) (list []GroupInvitation, err error) {
	list = []GroupInvitation{}
	p, err := project(tx, in.GroupID)
	if err != nil {
		return list, err
	}
	all, err := invite.In(tx, p.ID)
	if err != nil {
		return list, err
	}
	members, err := state.Memberships.List(tx, state.MembersOf(p.ID))
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

func (s *Service) createInProject(ctx context.Context, in createInProjectIn) (out GroupInvitation, err error) {
	var bad fault.Problems
	named(&bad, in.Body.Username)
	inProjects(&bad, in.Body.Roles)
	if err := bad.Err(); err != nil {
		return out, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		p, err := project(tx, in.GroupID)
		if err != nil {
			return err
		}
		u, err := state.Account(tx, in.Body.Username, p.OrgID)
		if err != nil {
			return err
		}
		inv, err := s.Invitations.InviteToProject(tx, u, p, people.Once(in.Body.Roles))
		if err != nil {
			return err
		}
		out = groupInvitation(p, inv, &model.Membership{Roles: people.Once(in.Body.Roles)})
		return nil
	})
	return out, err
}

// oneInProject names an invitation to a project.
type oneInProject struct {
	api.InGroup
	InvitationID string `path:"invitationId" api:"is=objectId" doc:"Id of the invitation."`
}

// find is the invitation, if it is open, and the place that waits for it.
func (in oneInProject) find(tx store.Tx) (*invite.Invitation, *model.Membership, error) {
	inv, err := invite.Invitations.Get(tx, in.InvitationID)
	if err == nil && (inv.End != "" || inv.GroupID != in.GroupID) {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, nil, store.IfMissing(err, fault.InvitationNotFound.With(in.InvitationID))
	}
	m, err := state.Memberships.Get(tx, state.MembershipID(inv.UserID, inv.GroupID))
	return inv, m, store.IfMissing(err, fault.InvitationNotFound.With(in.InvitationID))
}

func (s *Service) getInProject(tx store.Tx, in oneInProject) (out GroupInvitation, err error) {
	p, err := project(tx, in.GroupID)
	if err != nil {
		return out, err
	}
	inv, m, err := in.find(tx)
	if err != nil {
		return out, err
	}
	out = groupInvitation(p, inv, m)
	return out, nil
}

type updateInProjectIn struct {
	oneInProject
	Body GroupInvitationUpdateRequest
}

func (s *Service) updateInProject(ctx context.Context, in updateInProjectIn) (GroupInvitation, error) {
	return s.changeInProject(ctx, in.GroupID, in.Body.Roles, new(fault.Problems), func(store.Tx) (model.ID, error) { return in.InvitationID, nil })
}

type updateInProjectByNameIn struct {
	api.InGroup
	Body GroupInvitationRequest
}

func (s *Service) updateInProjectByName(ctx context.Context, in updateInProjectByNameIn) (GroupInvitation, error) {
	var bad fault.Problems
	name := in.Body.Username
	named(&bad, name)
	return s.changeInProject(ctx, in.GroupID, in.Body.Roles, &bad, func(tx store.Tx) (model.ID, error) {
		m, err := placeOf(tx, name, in.GroupID, func(m *model.Membership) bool { return m.Aside })
		if err != nil {
			return "", err
		}
		inv, err := invite.Invitations.Find(tx, "open", m.UserID, m.OrgID, m.GroupID)
		if err != nil {
			return "", store.IfMissing(err, fault.InvitationNotFound.With(name))
		}
		return inv.ID, nil
	})
}

// changeInProject gives an invitation other roles, and shows it.
func (s *Service) changeInProject(
	ctx context.Context, groupID model.ID, w []authz.Role, bad *fault.Problems, id func(store.Tx) (model.ID, error),
) (out GroupInvitation, err error) {
	inProjects(bad, w)
	if err := bad.Err(); err != nil {
		return out, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		p, err := project(tx, groupID)
		if err != nil {
			return err
		}
		one := oneInProject{InGroup: api.InGroup{GroupID: groupID}}
		if one.InvitationID, err = id(tx); err != nil {
			return err
		}
		inv, m, err := one.find(tx)
		if err != nil {
			return err
		}
		if err := people.SetRoles(tx, m, people.Once(w)); err != nil {
			return err
		}
		out = groupInvitation(p, inv, m)
		return nil
	})
	return out, err
}

func (s *Service) deleteInProject(tx store.Tx, in oneInProject) (api.None, error) {
	inv, _, err := in.find(tx)
	if err != nil {
		return api.None{}, err
	}
	return api.None{}, inv.Withdraw(tx)
}

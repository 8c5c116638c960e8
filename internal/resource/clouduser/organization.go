package clouduser

import (
	"context"
	"errors"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/roster"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type listInOrgIn struct {
	api.InOrg
	api.Paging
}

type listPeopleInOrgIn struct {
	listInOrgIn
	shape.InPeople
}

func (s *Service) listActiveInOrg(tx store.Tx, in listInOrgIn) (page api.Page[shape.CloudAppUserView], err error) {
	members, err := in.members(tx, shape.Active)
	if err != nil {
		return page, err
	}
	page, err = shape.PeoplePage(tx, in.Paging, in.OrgID, members, shape.CloudAppUser)
	return page, err
}

func (s *Service) listInOrg(ctx context.Context, in listPeopleInOrgIn) (page api.Page[shape.OrgUserResponse], err error) {
	if err := in.Check(); err != nil {
		return page, err
	}
	err = s.Store.View(ctx, func(tx store.Tx) error {
		members, err := in.members(tx, in.Wants)
		if err != nil {
			return err
		}
		page, err = shape.PeoplePage(tx, in.Paging, in.OrgID, members, shape.OrgUser)
		return err
	})
	return page, err
}

// members are the places in the organization itself that are wanted, by username.
func (in listInOrgIn) members(tx store.Tx, want func(*model.Membership) bool) (members []*model.Membership, err error) {
	all, err := roster.Members(tx, in.OrgID)
	for _, m := range all {
		if want(m) {
			members = append(members, m)
		}
	}
	return members, err
}

// wanted are the places that q selects and want admits.
func wanted(tx store.Tx, q store.Query, want func(*model.Membership) bool) ([]*model.Membership, error) {
	all, err := state.Memberships.List(tx, q)
	return slices.DeleteFunc(all, func(m *model.Membership) bool { return !want(m) }), err
}

// oneInOrg names a user of an organization.
type oneInOrg struct {
	api.InOrg
	getIn
}

// find is the user's place in the organization, if seen admits it.
func (in oneInOrg) find(tx store.Tx, seen func(*model.Membership) bool) (*model.Membership, error) {
	return find(tx, in.UserID, in.OrgID, seen)
}

// find is a user's place in an organization or project, if seen admits it.
func find(tx store.Tx, userID, scope model.ID, seen func(*model.Membership) bool) (*model.Membership, error) {
	m, err := state.Memberships.Get(tx, state.MembershipID(userID, scope))
	if err == nil && !seen(m) {
		err = store.ErrNotFound
	}
	return m, store.IfMissing(err, fault.UserNotFound.With(userID))
}

// shown says whether newer operations show a place.
func shown(m *model.Membership) bool { return !m.Aside }

type getInOrgIn struct {
	oneInOrg
	shape.InStatus
}

func (s *Service) getInOrg(tx store.Tx, in getInOrgIn) (out shape.OrgUserResponse, err error) {
	m, err := in.find(tx, in.Wants)
	if err != nil {
		return out, err
	}
	out, err = shape.One(tx, in.OrgID, m, shape.OrgUser)
	return out, err
}

type inviteIn struct {
	api.InOrg
	Body OrgUserRequest
}

func (s *Service) inviteToOrg(ctx context.Context, in inviteIn) (out shape.OrgUserResponse, err error) {
	w := &in.Body
	var bad fault.Problems
	w.Roles.check(&bad)
	bad.AtMost("teamIds", len(w.TeamIDs), maxTeams)
	if err := bad.Err(); err != nil {
		return out, err
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		if _, err := state.Organization(tx, in.OrgID); err != nil {
			return err
		}
		u, err := state.Account(tx, w.Username, in.OrgID)
		if err != nil {
			return err
		}
		places, err := w.Roles.places(tx, in.OrgID)
		if err != nil {
			return err
		}
		if err := s.Invitations.Invite(tx, u, in.OrgID, places); err != nil {
			return err
		}
		m, err := find(tx, u.ID, in.OrgID, shown)
		if err != nil {
			return err
		}
		if err := people.SetTeams(tx, m, w.TeamIDs); err != nil {
			return err
		}
		out, err = shape.One(tx, in.OrgID, m, shape.OrgUser)
		return err
	})
	return out, err
}

type updateIn struct {
	oneInOrg
	Body OrgUserUpdateRequest
}

func (s *Service) updateInOrg(ctx context.Context, in updateIn) (shape.OrgUserResponse, error) {
	w := &in.Body
	var bad fault.Problems
	if w.Roles != nil {
		w.Roles.check(&bad)
	}
	bad.AtMost("teamIds", len(w.TeamIDs), maxTeams)
	if err := bad.Err(); err != nil {
		return shape.OrgUserResponse{}, err
	}
	return s.changeInOrg(ctx, in.oneInOrg, func(tx store.Tx, m *model.Membership) error {
		if w.Roles != nil {
			if err := w.Roles.give(tx, m); err != nil {
				return err
			}
		}
		if w.TeamIDs == nil {
			return nil
		}
		return people.SetTeams(tx, m, w.TeamIDs)
	})
}

// changeInOrg changes what a user has in an organization, and shows it.
func (s *Service) changeInOrg(ctx context.Context, in oneInOrg, change func(store.Tx, *model.Membership) error) (out shape.OrgUserResponse, err error) {
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		m, err := in.find(tx, shown)
		if err != nil {
			return err
		}
		if err := change(tx, m); err != nil {
			return err
		}
		out, err = shape.One(tx, in.OrgID, m, shape.OrgUser)
		return err
	})
	return out, err
}

func (s *Service) removeActiveFromOrg(ctx context.Context, in oneInOrg) (api.None, error) {
	return s.removeFromOrg(ctx, in, shape.Active)
}

func (s *Service) removeAnyFromOrg(ctx context.Context, in oneInOrg) (api.None, error) {
	return s.removeFromOrg(ctx, in, shown)
}

// removeFromOrg takes a user out of an organization, its projects and its teams, and ends what the user was asked to.
func (s *Service) removeFromOrg(ctx context.Context, in oneInOrg, seen func(*model.Membership) bool) (api.None, error) {
	return api.None{}, s.Store.Update(ctx, func(tx store.Tx) error {
		if _, err := in.find(tx, seen); err != nil {
			return err
		}
		if err := invite.Withdraw(tx, in.UserID, in.OrgID); err != nil {
			return err
		}
		return people.LeaveAll(tx, in.UserID, in.OrgID)
	})
}

// VacateOrg lets everybody go from an organization that goes, those who are invited too.
func (s *Service) VacateOrg(tx store.Tx, orgID model.ID) error {
	return errors.Join(invite.Forget(tx, orgID), state.Memberships.DeleteAll(tx, state.MembersOf(orgID)))
}

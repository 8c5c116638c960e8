package team

import (
	"context"
	"slices"
	"strconv"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/resource/shape"
	"github.com/telamon-db/telamon/internal/roster"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// pages is api.Paging of a list that always tells its total.
type pages struct {
	PageNum      int `query:"pageNum" api:"min=1,default=1,format=" doc:"Number of the page, from 1."`
	ItemsPerPage int `query:"itemsPerPage" api:"min=1,max=500,default=100,format=" doc:"How many items a page has."`
}

func (p pages) paging() api.Paging {
	return api.Paging{PageNum: p.PageNum, ItemsPerPage: p.ItemsPerPage, IncludeCount: true}
}

type listActiveIn struct {
	getIn
	pages
}

type listPeopleIn struct {
	listActiveIn
	shape.InPeople
	UserID string `query:"userId" api:"is=objectId" doc:"Return only the user with this id."`
}

func (s *Service) listActivePeople(tx store.Tx, in listActiveIn) (page api.Page[shape.CloudAppUserView], err error) {
	page, err = activePage(tx, in.getIn, in.paging())
	return page, err
}

func activePage(tx store.Tx, in getIn, p api.Paging) (page api.Page[shape.CloudAppUserView], err error) {
	members, err := in.members(tx, shape.Active)
	if err != nil {
		return page, err
	}
	return shape.PeoplePage(tx, p, in.OrgID, members, shape.CloudAppUser)
}

func (s *Service) listPeople(ctx context.Context, in listPeopleIn) (page api.Page[shape.OrgUserResponse], err error) {
	if err := in.Check(); err != nil {
		return page, err
	}
	err = s.Store.View(ctx, func(tx store.Tx) error {
		members, err := in.members(tx, func(m *model.Membership) bool {
			return in.Wants(m) && (in.UserID == "" || in.UserID == m.UserID)
		})
		if err != nil {
			return err
		}
		page, err = shape.PeoplePage(tx, in.paging(), in.OrgID, members, shape.OrgUser)
		return err
	})
	return page, err
}

// members are the places that the team's people have in the organization, by username, if want admits them.
func (in getIn) members(tx store.Tx, want func(*model.Membership) bool) ([]*model.Membership, error) {
	t, err := in.find(tx)
	if err != nil {
		return nil, err
	}
	list, err := state.TeamMembers.List(tx, state.PeopleOf(t.ID))
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(list))
	for i, m := range list {
		ids[i] = state.MembershipID(m.UserID, t.OrgID)
	}
	all, err := state.Memberships.List(tx, store.Query{IDs: ids})
	all = slices.DeleteFunc(all, func(m *model.Membership) bool { return !want(m) })
	slices.SortFunc(all, roster.ByUsername)
	return all, err
}

// member is a user's place in the organization, active or not: fault.UserNotFound.
func member(tx store.Tx, orgID, userID model.ID) (*model.Membership, error) {
	m, err := state.Memberships.Get(tx, state.MembershipID(userID, orgID))
	if err == nil && m.Aside {
		err = store.ErrNotFound
	}
	return m, store.IfMissing(err, fault.UserNotFound.With(userID))
}

type addActiveIn struct {
	getIn
	Body []AddUserToTeam
}

func (s *Service) addActive(ctx context.Context, in addActiveIn) (page api.Page[shape.CloudAppUserView], err error) {
	switch n := len(in.Body); {
	case n == 0:
		return page, fault.Field("body", "must have at least one item")
	case n > maxUsers:
		return page, fault.UsersPerTeam.With(strconv.Itoa(maxUsers))
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		t, err := in.find(tx)
		if err != nil {
			return err
		}
		for _, w := range in.Body {
			m, err := member(tx, in.OrgID, w.ID)
			if err != nil {
				return err
			}
			if m.Pending {
				return fault.UserPending.With(m.Username)
			}
			if err := people.JoinTeam(tx, t, m); err != nil {
				return err
			}
		}
		page, err = activePage(tx, in.getIn, api.Paging{PageNum: 1, ItemsPerPage: maxUsers, IncludeCount: true})
		return err
	})
	return page, err
}

type personIn struct {
	getIn
	UserID string `path:"userId" api:"is=objectId" doc:"Id of the cloud user."`
}

func (s *Service) remove(tx store.Tx, in personIn) (api.None, error) {
	return api.None{}, in.leave(tx, in.UserID)
}

// leave takes a user out of the team: fault.UserNotFound.
func (in getIn) leave(tx store.Tx, userID model.ID) error {
	t, err := in.find(tx)
	if err != nil {
		return err
	}
	place, err := state.TeamMembers.Get(tx, state.MembershipID(userID, t.ID))
	if err != nil {
		return store.IfMissing(err, fault.UserNotFound.With(userID))
	}
	return people.LeaveTeam(tx, place)
}

type oneIn struct {
	getIn
	Body AddOrRemoveUserFromTeam
}

func (s *Service) addOne(ctx context.Context, in oneIn) (shape.OrgUserResponse, error) {
	return s.changeOne(ctx, in, func(tx store.Tx, m *model.Membership) error {
		t, err := in.find(tx)
		if err != nil {
			return err
		}
		_, err = state.TeamMembers.Get(tx, state.MembershipID(m.UserID, t.ID))
		if store.IsNotFound(err) {
			return people.JoinTeam(tx, t, m)
		}
		return err
	})
}

func (s *Service) removeOne(ctx context.Context, in oneIn) (shape.OrgUserResponse, error) {
	return s.changeOne(ctx, in, func(tx store.Tx, m *model.Membership) error { return in.leave(tx, m.UserID) })
}

// changeOne changes the teams of one user, and shows what the user has in the organization.
func (s *Service) changeOne(ctx context.Context, in oneIn, change func(store.Tx, *model.Membership) error) (out shape.OrgUserResponse, err error) {
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		if _, err := in.find(tx); err != nil {
			return err
		}
		m, err := member(tx, in.OrgID, in.Body.ID)
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

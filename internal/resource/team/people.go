package team

import (
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

type listActiveIn struct {
	getIn
	shape.Pages
}

type listPeopleIn struct {
	listActiveIn
	shape.PeopleFilter
	UserID string `query:"userId" api:"is=objectId" doc:"Return only the user with this id."`
}

func (s *Service) listActivePeople(tx store.Tx, in listActiveIn) (page api.Page[shape.CloudAppUserView], err error) {
	return activePage(tx, in.getIn, in.Paging())
}

func activePage(tx store.Tx, in getIn, p api.Paging) (page api.Page[shape.CloudAppUserView], err error) {
	members, err := in.members(tx, shape.Active)
	if err != nil {
		return page, err
	}
	return shape.PeoplePage(tx, p, in.OrgID, members, shape.CloudAppUser)
}

func (s *Service) listPeople(tx store.Tx, in listPeopleIn) (page api.Page[shape.OrgUserResponse], err error) {
	if err := in.Validate(); err != nil {
		return page, err
	}
	members, err := in.members(tx, func(m *model.Membership) bool {
		return in.Matches(m) && (in.UserID == "" || in.UserID == m.UserID)
	})
	if err != nil {
		return page, err
	}
	return shape.PeoplePage(tx, in.Paging(), in.OrgID, members, shape.OrgUser)
}

// members returns the memberships in the organization of the team's people that want admits, by username.
func (in getIn) members(tx store.Tx, want func(*model.Membership) bool) ([]*model.Membership, error) {
	t, err := in.find(tx)
	if err != nil {
		return nil, err
	}
	list, err := state.TeamMembers.List(tx, state.MembersOfTeam(t.ID))
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

// member returns a user's membership in the organization, active or pending. Error: fault.UserNotFound.
func member(tx store.Tx, orgID, userID model.ID) (*model.Membership, error) {
	m, err := state.Memberships.Get(tx, state.MembershipID(userID, orgID))
	if err == nil && m.Hidden {
		err = store.ErrNotFound
	}
	return m, store.IfMissing(err, fault.UserNotFound.With(userID))
}

type addActiveIn struct {
	getIn
	Body []AddUserToTeam
}

func (s *Service) addActive(tx store.Tx, in addActiveIn) (page api.Page[shape.CloudAppUserView], err error) {
	switch n := len(in.Body); {
	case n == 0:
		return page, fault.Field("body", "must have at least one item")
	case n > maxUsers:
		return page, fault.UsersPerTeam.With(strconv.Itoa(maxUsers))
	}
	t, err := in.find(tx)
	if err != nil {
		return page, err
	}
	for _, w := range in.Body {
		m, err := member(tx, in.OrgID, w.ID)
		if err != nil {
			return page, err
		}
		if m.Pending {
			return page, userPending.With(m.Username)
		}
		if err := people.AddToTeam(tx, t, m); err != nil {
			return page, err
		}
	}
	return activePage(tx, in.getIn, api.Paging{PageNum: 1, ItemsPerPage: maxUsers, IncludeCount: true})
}

type personIn struct {
	getIn
	UserID string `path:"userId" api:"is=objectId" doc:"Id of the cloud user."`
}

func (s *Service) remove(tx store.Tx, in personIn) (none api.None, err error) {
	t, err := in.find(tx)
	if err != nil {
		return none, err
	}
	return none, leave(tx, t, in.UserID)
}

// leave removes a user from a team. Error: fault.UserNotFound.
func leave(tx store.Tx, t *model.Team, userID model.ID) error {
	m, err := state.TeamMembers.Get(tx, state.MembershipID(userID, t.ID))
	if err != nil {
		return store.IfMissing(err, fault.UserNotFound.With(userID))
	}
	return people.RemoveFromTeam(tx, m)
}

type oneIn struct {
	getIn
	Body AddOrRemoveUserFromTeam
}

// join adds a user to a team, unless the user is in it.
func join(tx store.Tx, t *model.Team, m *model.Membership) error {
	_, err := state.TeamMembers.Get(tx, state.MembershipID(m.UserID, t.ID))
	if store.IsNotFound(err) {
		return people.AddToTeam(tx, t, m)
	}
	return err
}

func quit(tx store.Tx, t *model.Team, m *model.Membership) error { return leave(tx, t, m.UserID) }

// changeOne changes whether one user is in a team, and answers with what the user has in the organization.
func changeOne(change func(store.Tx, *model.Team, *model.Membership) error) func(store.Tx, oneIn) (shape.OrgUserResponse, error) {
	return func(tx store.Tx, in oneIn) (out shape.OrgUserResponse, err error) {
		t, err := in.find(tx)
		if err != nil {
			return out, err
		}
		m, err := member(tx, in.OrgID, in.Body.ID)
		if err != nil {
			return out, err
		}
		if err := change(tx, t, m); err != nil {
			return out, err
		}
		return shape.ShowPerson(tx, in.OrgID, m, shape.OrgUser)
	}
}

package clouduser

import (
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
	shape.PeopleFilter
}

func (s *Service) listActiveInOrg(tx store.Tx, in listInOrgIn) (api.Page[shape.CloudAppUserView], error) {
	return pageOfOrg(tx, in, shape.Active, shape.CloudAppUser)
}

func (s *Service) listInOrg(tx store.Tx, in listPeopleInOrgIn) (page api.Page[shape.OrgUserResponse], err error) {
	if err := in.Validate(); err != nil {
		return page, err
	}
	return pageOfOrg(tx, in.listInOrgIn, in.Matches, shape.OrgUser)
}

// pageOfOrg returns a page of the organization's people whom want admits.
func pageOfOrg[W any](tx store.Tx, in listInOrgIn, want func(*model.Membership) bool, as shape.View[W]) (page api.Page[W], err error) {
	members, err := in.members(tx, want)
	if err != nil {
		return page, err
	}
	return shape.PeoplePage(tx, in.Paging, in.OrgID, members, as)
}

// members returns the memberships in the organization itself that want admits, by username.
func (in listInOrgIn) members(tx store.Tx, want func(*model.Membership) bool) (members []*model.Membership, err error) {
	all, err := roster.Members(tx, in.OrgID)
	for _, m := range all {
		if want(m) {
			members = append(members, m)
		}
	}
	return members, err
}

// wanted returns the memberships that q selects and want admits.
func wanted(tx store.Tx, q store.Query, want func(*model.Membership) bool) ([]*model.Membership, error) {
	all, err := state.Memberships.List(tx, q)
	return slices.DeleteFunc(all, func(m *model.Membership) bool { return !want(m) }), err
}

// oneInOrg names a user of an organization.
type oneInOrg struct {
	api.InOrg
	getIn
}

// find returns the user's membership in the organization, if seen admits it.
func (in oneInOrg) find(tx store.Tx, seen func(*model.Membership) bool) (*model.Membership, error) {
	return find(tx, in.UserID, in.OrgID, seen)
}

// find returns a user's membership in an organization or project, if seen admits it.
func find(tx store.Tx, userID, scope model.ID, seen func(*model.Membership) bool) (*model.Membership, error) {
	m, err := state.Memberships.Get(tx, state.MembershipID(userID, scope))
	if err == nil && !seen(m) {
		err = store.ErrNotFound
	}
	return m, store.IfMissing(err, fault.UserNotFound.With(userID))
}

// shown reports whether the operations that replace deprecated ones show a membership.
func shown(m *model.Membership) bool { return !m.Hidden }

type getInOrgIn struct {
	oneInOrg
	shape.StatusFilter
}

func (s *Service) getInOrg(tx store.Tx, in getInOrgIn) (shape.OrgUserResponse, error) {
	return show(tx, in, in.Matches, shape.OrgUser)
}

type inviteIn struct {
	api.InOrg
	Body OrgUserRequest
}

func (s *Service) inviteToOrg(tx store.Tx, in inviteIn) (out shape.OrgUserResponse, err error) {
	w := &in.Body
	if err := fault.Check(w.Roles.check, teamsAtMost(w.TeamIDs)); err != nil {
		return out, err
	}
	if _, err := state.Organization(tx, in.OrgID); err != nil {
		return out, err
	}
	u, err := state.EnsureAccount(tx, w.Username, in.OrgID)
	if err != nil {
		return out, err
	}
	places, err := w.Roles.assignments(tx, in.OrgID)
	if err != nil {
		return out, err
	}
	if err := s.Invitations.Invite(tx, u, in.OrgID, places); err != nil {
		return out, err
	}
	invited := oneInOrg{in.InOrg, getIn{u.ID}}
	return change(tx, invited, shape.OrgUser, func(m *model.Membership) error { return people.SetTeams(tx, m, w.TeamIDs) })
}

// teamsAtMost bounds how many teams a request names.
func teamsAtMost(ids []string) func(bad *fault.Problems) {
	return func(bad *fault.Problems) { bad.AtMost("teamIds", len(ids), maxTeams) }
}

type updateIn struct {
	oneInOrg
	Body OrgUserUpdateRequest
}

func (s *Service) updateInOrg(tx store.Tx, in updateIn) (out shape.OrgUserResponse, err error) {
	w := &in.Body
	if err := fault.Check(w.Roles.check, teamsAtMost(w.TeamIDs)); err != nil {
		return out, err
	}
	return change(tx, in, shape.OrgUser, func(m *model.Membership) error {
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

// removeFromOrg removes a user whom seen admits from an organization, its projects and its teams, and withdraws the user's
// open invitations there.
func (s *Service) removeFromOrg(seen func(*model.Membership) bool) func(store.Tx, oneInOrg) (api.None, error) {
	return func(tx store.Tx, in oneInOrg) (none api.None, err error) {
		if _, err := in.find(tx, seen); err != nil {
			return none, err
		}
		if err := invite.Withdraw(tx, in.UserID, in.OrgID); err != nil {
			return none, err
		}
		return none, people.RemoveFromOrg(tx, in.UserID, in.OrgID)
	}
}

// OnOrgDelete deletes the memberships and invitations of an organization that is being deleted.
func (s *Service) OnOrgDelete(tx store.Tx, orgID model.ID) error {
	return errors.Join(invite.DeleteInOrg(tx, orgID), state.Memberships.DeleteAll(tx, state.MembershipsIn(orgID)), forgetMade(tx, orgID))
}

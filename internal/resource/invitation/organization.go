package invitation

import (
	"cmp"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/roster"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type byName struct {
	Username string `query:"username" api:"is=email" doc:"Return only the invitation of this person."`
}

func (b byName) wants(username string) bool {
	return b.Username == "" || state.FoldUsername(b.Username) == state.FoldUsername(username)
}

type listInOrgIn struct {
	api.InOrg
	byName
}

func (s *Service) listInOrg(tx store.Tx, in listInOrgIn) (list []OrganizationInvitation, err error) {
	members, err := state.Memberships.List(tx, state.MembershipsIn(in.OrgID))
	if err != nil {
		return list, err
	}
	list, err = show(tx, in.OrgID, slices.DeleteFunc(members, func(m *model.Membership) bool {
		return !waits(m) || !in.wants(m.Username)
	}))
	return list, err
}

// waits reports whether a membership in an organization is pending until an invitation to the organization is accepted.
func waits(m *model.Membership) bool { return m.Pending && !m.Hidden }

// show shows the pending memberships of an organization as invitations, the oldest first.
func show(tx store.Tx, orgID model.ID, members []*model.Membership) ([]OrganizationInvitation, error) {
	org, err := state.Organizations.Get(tx, orgID)
	if err != nil {
		return nil, store.IfMissing(err, fault.OrgNotFound.With(orgID))
	}
	all, err := roster.Read(tx, orgID, members)
	all = slices.DeleteFunc(all, func(p roster.Person) bool { return p.Invitation == nil })
	slices.SortFunc(all, func(a, b roster.Person) int {
		return cmp.Or(a.Invitation.Created.Compare(b.Invitation.Created), cmp.Compare(a.Invitation.ID, b.Invitation.ID))
	})
	list := []OrganizationInvitation{}
	for _, p := range all {
		list = append(list, orgInvitation(org, p))
	}
	return list, err
}

type createInOrgIn struct {
	api.InOrg
	Body OrganizationInvitationRequest
}

func (w *OrganizationInvitationRequest) change() *OrganizationInvitationUpdateRequest {
	return &OrganizationInvitationUpdateRequest{w.GroupRoleAssignments, w.Roles, w.TeamIDs}
}

func (s *Service) createInOrg(tx store.Tx, in createInOrgIn) (out OrganizationInvitation, err error) {
	w := in.Body.change()
	var bad fault.Problems
	requireUsername(&bad, in.Body.Username)
	w.check(&bad)
	if w.Roles == nil {
		requireRoles(&bad, w.Roles)
	}
	if err := bad.Err(); err != nil {
		return out, err
	}
	u, err := state.EnsureAccount(tx, in.Body.Username, in.OrgID)
	if err != nil {
		return out, err
	}
	places, err := w.assignments(tx, in.OrgID)
	if err != nil {
		return out, err
	}
	places = append([]people.Assignment{{Roles: people.Unique(w.Roles)}}, places...)
	if err := s.Invitations.Invite(tx, u, in.OrgID, places); err != nil {
		return out, err
	}
	m, err := state.Memberships.Get(tx, state.MembershipID(u.ID, in.OrgID))
	if err != nil {
		return out, err
	}
	if err := people.SetTeams(tx, m, w.TeamIDs); err != nil {
		return out, err
	}
	return showOne(tx, m)
}

// assignments returns the roles in projects. Error: fault.GroupNotFound unless every project is one of the organization.
func (w *OrganizationInvitationUpdateRequest) assignments(tx store.Tx, orgID model.ID) (places []people.Assignment, err error) {
	for _, a := range w.GroupRoleAssignments {
		if err := people.CheckProjectInOrg(tx, a.GroupID, orgID); err != nil {
			return nil, err
		}
		places = append(places, people.Assignment{GroupID: a.GroupID, Roles: people.Unique(a.Roles)})
	}
	return places, nil
}

func showOne(tx store.Tx, m *model.Membership) (out OrganizationInvitation, err error) {
	list, err := show(tx, m.OrgID, []*model.Membership{m})
	if err == nil && len(list) == 0 {
		err = invitationNotFound.With(m.Username)
	}
	if err != nil {
		return out, err
	}
	return list[0], nil
}

// invited names an invitation.
type invited struct {
	InvitationID string `path:"invitationId" api:"is=objectId" doc:"Id of the invitation."`
}

// open returns the open invitation into an organization or project and the membership that is pending for it. Error:
// invitationNotFound.
func (in invited) open(tx store.Tx, scope model.ID) (*invite.Invitation, *model.Membership, error) {
	missing := invitationNotFound.With(in.InvitationID)
	inv, err := invite.Invitations.Get(tx, in.InvitationID)
	if err == nil && (inv.End != "" || cmp.Or(inv.GroupID, inv.OrgID) != scope) {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, nil, store.IfMissing(err, missing)
	}
	m, err := state.Memberships.Get(tx, state.MembershipID(inv.UserID, scope))
	return inv, m, store.IfMissing(err, missing)
}

// oneInOrg names an invitation to an organization.
type oneInOrg struct {
	api.InOrg
	invited
}

func (in oneInOrg) find(tx store.Tx) (*invite.Invitation, *model.Membership, error) {
	return in.open(tx, in.OrgID)
}

// finder names an invitation, and finds it and the membership that is pending for it.
type finder interface {
	find(tx store.Tx) (*invite.Invitation, *model.Membership, error)
}

// withdraw withdraws the invitation that in names.
func withdraw[In finder](tx store.Tx, in In) (none api.None, err error) {
	inv, _, err := in.find(tx)
	if err != nil {
		return none, err
	}
	return none, inv.Withdraw(tx)
}

func (s *Service) getInOrg(tx store.Tx, in oneInOrg) (out OrganizationInvitation, err error) {
	_, m, err := in.find(tx)
	if err != nil {
		return out, err
	}
	return showOne(tx, m)
}

type updateInOrgIn struct {
	oneInOrg
	Body OrganizationInvitationUpdateRequest
}

func (s *Service) updateInOrg(tx store.Tx, in updateInOrgIn) (OrganizationInvitation, error) {
	return changeInOrg(tx, &in.Body, new(fault.Problems), func() (*model.Membership, error) {
		_, m, err := in.find(tx)
		return m, err
	})
}

type updateInOrgByNameIn struct {
	api.InOrg
	Body OrganizationInvitationRequest
}

func (s *Service) updateInOrgByName(tx store.Tx, in updateInOrgByNameIn) (OrganizationInvitation, error) {
	var bad fault.Problems
	requireUsername(&bad, in.Body.Username)
	return changeInOrg(tx, in.Body.change(), &bad, func() (*model.Membership, error) {
		return membershipOf(tx, in.Body.Username, in.OrgID, waits)
	})
}

// membershipOf returns a person's membership in an organization or project by username, if wanted admits it. Error:
// invitationNotFound.
func membershipOf(tx store.Tx, username string, scope model.ID, wanted func(*model.Membership) bool) (m *model.Membership, err error) {
	u, err := state.UserNamed(tx, username)
	if err == nil {
		m, err = state.Memberships.Get(tx, state.MembershipID(u.ID, scope))
	}
	if err == nil && !wanted(m) {
		err = store.ErrNotFound
	}
	return m, store.IfMissing(err, invitationNotFound.With(username))
}

// changeInOrg changes the pending memberships of an invitation, which find returns the one in the organization of, and shows
// it. bad has what else is wrong with the request.
func changeInOrg(
	tx store.Tx, w *OrganizationInvitationUpdateRequest, bad *fault.Problems, find func() (*model.Membership, error),
) (out OrganizationInvitation, err error) {
	w.check(bad)
	if err := bad.Err(); err != nil {
		return out, err
	}
	m, err := find()
	if err != nil {
		return out, err
	}
	if err := w.apply(tx, m); err != nil {
		return out, err
	}
	return showOne(tx, m)
}

// apply replaces those of a person's pending roles and teams that w has.
func (w *OrganizationInvitationUpdateRequest) apply(tx store.Tx, m *model.Membership) error {
	if w.Roles != nil {
		if err := people.SetRoles(tx, m, people.Unique(w.Roles)); err != nil {
			return err
		}
	}
	if w.GroupRoleAssignments != nil {
		places, err := w.assignments(tx, m.OrgID)
		if err != nil {
			return err
		}
		if err := people.SetProjects(tx, m, places); err != nil {
			return err
		}
	}
	if w.TeamIDs == nil {
		return nil
	}
	return people.SetTeams(tx, m, w.TeamIDs)
}

package clouduser

import (
	"cmp"
	"context"
	"slices"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/invite"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

type listActiveIn struct {
	api.InGroup
	api.Paging
	FlattenTeams    bool `query:"flattenTeams" api:"default=false" doc:"Whether to return users who are in the project through a team too. Telamon has no teams yet, so there are none."`
	IncludeOrgUsers bool `query:"includeOrgUsers" api:"default=false" doc:"Whether to return users too who have no role in the project but reach it as ORG_OWNER or ORG_READ_ONLY."`
}

type listIn struct {
	listActiveIn
	OrgMembershipStatus string `query:"orgMembershipStatus" api:"deprecated" doc:"PENDING or ACTIVE to return such users only. Superseded by orgMembershipStatuses."`
	statusIn
	Username string `query:"username" api:"is=email" doc:"Return only the user with this username."`
}

type statusIn struct {
	OrgMembershipStatuses []string `query:"orgMembershipStatuses" api:"maxItems=4,enum=PENDING|ACTIVE|INVITATION_EXPIRED|INVITATION_REJECTED" doc:"Return users in these states only. Nobody is in the last two: Telamon removes invitations that are expired or declined."`
}

func (in statusIn) wants(m *model.Membership) bool {
	return len(in.OrgMembershipStatuses) == 0 || slices.Contains(in.OrgMembershipStatuses, status(m))
}

const (
	pending = "PENDING"
	active  = "ACTIVE"
)

func status(m *model.Membership) string {
	if m.Pending {
		return pending
	}
	return active
}

func (s *Service) listActive(ctx context.Context, in listActiveIn) (page api.Page[CloudAppUserView], err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		all, err := in.members(tx, func(m *model.Membership) bool { return !m.Pending })
		if err != nil {
			return err
		}
		page, err = pageOf(tx, in.Paging, all, showUser)
		return err
	})
	return page, err
}

func (s *Service) list(ctx context.Context, in listIn) (page api.Page[GroupUserResponse], err error) {
	if one := in.OrgMembershipStatus; one != "" && one != pending && one != active {
		return page, fault.Field("orgMembershipStatus", "must be one of PENDING, ACTIVE")
	}
	err = s.Store.View(ctx, func(tx store.Tx) error {
		all, err := in.members(tx, in.wants)
		if err != nil {
			return err
		}
		page, err = pageOf(tx, in.Paging, all, showMember)
		return err
	})
	return page, err
}

func (in listIn) wants(m *model.Membership) bool {
	return in.statusIn.wants(m) &&
		(in.OrgMembershipStatus == "" || in.OrgMembershipStatus == status(m)) &&
		(in.Username == "" || state.Fold(in.Username) == state.Fold(m.Username))
}

// members are the project's memberships that are wanted, by username. Somebody who reaches the project through the
// organization only has one without roles.
func (in listActiveIn) members(tx store.Tx, wanted func(*model.Membership) bool) ([]*model.Membership, error) {
	all, err := state.Memberships.List(tx, store.Query{Index: "scope", Prefix: []string{in.GroupID}})
	if err != nil {
		return nil, err
	}
	if in.IncludeOrgUsers {
		if all, err = withOrgUsers(tx, in.GroupID, all); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(all, func(m *model.Membership) bool { return !wanted(m) }), nil
}

func withOrgUsers(tx store.Tx, groupID model.ID, all []*model.Membership) ([]*model.Membership, error) {
	p, err := state.Projects.Get(tx, groupID)
	if err != nil {
		return nil, store.IfMissing(err, fault.GroupNotFound.With(groupID))
	}
	org, err := state.Memberships.List(tx, store.Query{Index: "scope", Prefix: []string{p.OrgID}})
	if err != nil {
		return nil, err
	}
	there := map[model.ID]bool{}
	for _, m := range all {
		there[m.UserID] = true
	}
	for _, m := range org {
		if !there[m.UserID] && (slices.Contains(m.Roles, authz.OrgOwner) || slices.Contains(m.Roles, authz.OrgReadOnly)) {
			m.Roles = nil
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b *model.Membership) int {
		return cmp.Or(cmp.Compare(state.Fold(a.Username), state.Fold(b.Username)), cmp.Compare(a.UserID, b.UserID))
	})
	return all, nil
}

// pageOf cuts a page out of memberships and shows what is on it.
func pageOf[T any](tx store.Tx, p api.Paging, all []*model.Membership, show func(store.Tx, *model.Membership) (T, error)) (page api.Page[T], err error) {
	found := api.PageOf(p, all)
	page.TotalCount = found.TotalCount
	for _, m := range found.Results {
		w, err := show(tx, m)
		if err != nil {
			return page, err
		}
		page.Results = append(page.Results, w)
	}
	return page, nil
}

func showUser(tx store.Tx, m *model.Membership) (w CloudAppUserView, err error) {
	u, err := state.Users.Get(tx, m.UserID)
	if err != nil {
		return w, err
	}
	all, err := within(tx, m.UserID, m.OrgID)
	return view(u, all), err
}

func showMember(tx store.Tx, m *model.Membership) (w GroupUserResponse, err error) {
	w = GroupUserResponse{ID: m.UserID, OrgMembershipStatus: status(m), Roles: []string{}, Username: m.Username}
	for _, r := range m.Roles {
		w.Roles = append(w.Roles, string(r))
	}
	if m.Pending {
		inv, err := invite.Open(tx, m.UserID, m.OrgID)
		if err != nil {
			return w, err
		}
		w.InvitationCreatedAt, w.InvitationExpiresAt = api.Time{Time: inv.Created}, api.Time{Time: inv.Expires}
		w.InviterUsername = &inv.Inviter
		return w, nil
	}
	u, err := state.Users.Get(tx, m.UserID)
	if err != nil {
		return w, err
	}
	w.Country, w.MobileNumber, w.FirstName, w.LastName = optional(u.Country), optional(u.MobileNumber), &u.FirstName, &u.LastName
	w.CreatedAt, w.LastAuth = api.Time{Time: u.Created}, api.Time{Time: u.LastAuth}
	return w, nil
}

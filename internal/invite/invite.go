// Package invite asks cloud users into organizations and projects, and takes their answers.
//
// Whoever is invited gets memberships at once, but pending ones, which give nothing, and a letter with a link. The
// link's page accepts the invitation, which activates what is pending in the organization, or declines it, which
// removes it; so does time, 30 days after the invitation. The link is a secret: the store has its hash only, and the
// letter until it is sent.
package invite

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/mail"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	life     = 30 * 24 * time.Hour // of an invitation (MongoDB documentation, "Invite Users")
	maxUsers = 500                 // of an organization and of a project, invited ones included
)

// Sender sends invitations.
type Sender struct {
	BaseURL func() string // under which people reach this server
}

// Place is where somebody is invited to within an organization: a project or, without one, the organization itself.
type Place struct {
	GroupID model.ID
	Roles   []authz.Role
}

// Invite asks u, who has no membership there yet, into an organization and places in it, in the name of ctx's caller.
// A project alone implies the organization role ORG_MEMBER. Errors: fault.UsersPerOrg, fault.UsersPerGroup.
func (s *Sender) Invite(ctx context.Context, tx store.Tx, u *model.CloudUser, orgID model.ID, places []Place) error {
	if !slices.ContainsFunc(places, func(p Place) bool { return p.GroupID == "" }) {
		places = append([]Place{{Roles: []authz.Role{authz.OrgMember}}}, places...)
	}
	for _, p := range places {
		if err := reserve(ctx, tx, u, orgID, p); err != nil {
			return err
		}
	}
	token := newToken()
	inv := &Invitation{
		ID: model.NewID(), UserID: u.ID, Username: u.Username, OrgID: orgID, Inviter: authz.From(ctx).Name,
		TokenHash: hash(token), Created: tx.Now(), Expires: tx.Now().Add(life),
	}
	if err := Invitations.Put(tx, inv); err != nil {
		return err
	}
	if err := reconcile.Schedule(tx, ExpireKind, inv.ID, "", inv.Expires); err != nil {
		return err
	}
	d, err := describe(tx, inv)
	if err != nil {
		return err
	}
	return mail.Queue(tx, u.Username, "Invitation to "+d.Organization, d.letter(s.BaseURL()+Path+token))
}

// reserve keeps a place for u until the invitation is answered.
func reserve(ctx context.Context, tx store.Tx, u *model.CloudUser, orgID model.ID, p Place) error {
	m := &model.Membership{
		UserID: u.ID, Username: u.Username, OrgID: orgID, GroupID: p.GroupID, Roles: p.Roles, Pending: true, Created: tx.Now(),
	}
	full, invited := fault.UsersPerOrg, event.Type("INVITED_TO_ORG")
	if p.GroupID != "" {
		full, invited = fault.UsersPerGroup, "INVITED_TO_GROUP"
	}
	n, err := state.Memberships.Count(tx, store.Query{Index: "scope", Prefix: []string{m.Scope()}})
	if err != nil {
		return err
	}
	if n >= maxUsers {
		return full.With(strconv.Itoa(maxUsers))
	}
	if err := state.Memberships.Put(tx, m); err != nil {
		return err
	}
	return event.Write(ctx, tx, happened(invited, m))
}

// happened is an event of a membership, in its project or organization.
func happened(t event.Type, m *model.Membership) event.Event {
	return event.Event{Type: t, OrgID: m.OrgID, GroupID: m.GroupID}.Of(m.Username)
}

// details are what a person needs to know of an invitation.
type details struct {
	Organization string
	Projects     []string // names
	Inviter      string
	Expires      time.Time
}

func describe(tx store.Tx, inv *Invitation) (d details, err error) {
	org, err := state.Organizations.Get(tx, inv.OrgID)
	if err != nil {
		return d, fmt.Errorf("invite: the organization of invitation %s: %w", inv.ID, err)
	}
	d = details{Organization: org.Name, Inviter: inv.Inviter, Expires: inv.Expires}
	waiting, err := pending(tx, inv)
	for _, m := range waiting {
		if m.GroupID == "" {
			continue
		}
		p, err := state.Projects.Get(tx, m.GroupID)
		if err != nil {
			return d, fmt.Errorf("invite: a project of invitation %s: %w", inv.ID, err)
		}
		d.Projects = append(d.Projects, p.Name)
	}
	return d, err
}

// pending are the memberships that wait for the invitation's answer.
func pending(tx store.Tx, inv *Invitation) ([]*model.Membership, error) {
	all, err := state.Memberships.List(tx, store.Query{Index: "user", Prefix: []string{inv.UserID, inv.OrgID}})
	return slices.DeleteFunc(all, func(m *model.Membership) bool { return !m.Pending }), err
}

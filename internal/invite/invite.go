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
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/mail"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// life is how long an invitation can be accepted (MongoDB documentation, "Invite Users").
const life = 30 * 24 * time.Hour

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
// A project alone implies the organization role ORG_MEMBER. Errors: those of people.Enter.
func (s *Sender) Invite(ctx context.Context, tx store.Tx, u *model.CloudUser, orgID model.ID, places []Place) error {
	if !slices.ContainsFunc(places, func(p Place) bool { return p.GroupID == "" }) {
		places = append([]Place{{Roles: []authz.Role{authz.OrgMember}}}, places...)
	}
	for _, p := range places {
		m := &model.Membership{UserID: u.ID, Username: u.Username, OrgID: orgID, GroupID: p.GroupID, Roles: p.Roles, Pending: true}
		if err := people.Enter(ctx, tx, m); err != nil {
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
	inv.LetterID, err = mail.Queue(tx, u.Username, "Invitation to "+d.Organization, d.letter(s.BaseURL()+Path+token), inv.Expires)
	if err != nil {
		return err
	}
	return Invitations.Put(tx, inv)
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

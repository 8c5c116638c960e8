// Package invite invites cloud users into organizations and projects, and handles their answers.
//
// An invited person gets a letter with a link, and memberships at once. These are pending: they give no rights. On the link's
// page the person accepts the invitation, which activates the pending memberships in the organization, or declines it, which
// deletes them. After 30 days they are deleted too. The link is a secret: the store has its hash, and the text of the letter
// until it is sent.
package invite

import (
	"fmt"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/bearer"
	"github.com/telamon-db/telamon/internal/letters"
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
	BaseURL func() string // where people reach this server; links begin with it
}

// Invite invites u, who has no membership there yet, into an organization and its projects, in the name of the caller.
// Without roles in the organization, u gets ORG_MEMBER. Errors: fault.OrgNotFound, and those of people.Add.
func (s *Sender) Invite(tx store.Tx, u *model.CloudUser, orgID model.ID, places []people.Assignment) error {
	if !slices.ContainsFunc(places, func(p people.Assignment) bool { return p.GroupID == "" }) {
		places = append([]people.Assignment{{Roles: []authz.Role{authz.OrgMember}}}, places...)
	}
	for _, p := range places {
		m := &model.Membership{UserID: u.ID, Username: u.Username, OrgID: orgID, GroupID: p.GroupID, Roles: p.Roles, Pending: true}
		if err := people.Add(tx, m); err != nil {
			return err
		}
	}
	_, err := s.send(tx, u, orgID, "")
	return err
}

// InviteToProject invites u into a project in the deprecated way: the membership there, and one in the organization if u has
// none, are pending and marked Hidden: only operations on this invitation show and end them. Errors: those of
// people.Add.
func (s *Sender) InviteToProject(tx store.Tx, u *model.CloudUser, p *model.Project, roles []authz.Role) (*Invitation, error) {
	hidden := model.Membership{UserID: u.ID, Username: u.Username, OrgID: p.OrgID, Pending: true, Hidden: true}
	_, err := state.Memberships.Get(tx, state.MembershipID(u.ID, p.OrgID))
	if store.IsNotFound(err) {
		org := hidden
		org.Roles = []authz.Role{authz.OrgMember}
		err = people.Add(tx, &org)
	}
	if err != nil {
		return nil, err
	}
	hidden.GroupID, hidden.Roles = p.ID, roles
	if err := people.Add(tx, &hidden); err != nil {
		return nil, err
	}
	return s.send(tx, u, p.OrgID, p.ID)
}

// send opens an invitation and sends its letter.
func (s *Sender) send(tx store.Tx, u *model.CloudUser, orgID, groupID model.ID) (*Invitation, error) {
	token := bearer.Text()
	inv := &Invitation{
		ID: model.NewID(), UserID: u.ID, Username: u.Username, OrgID: orgID, GroupID: groupID, Inviter: authz.From(tx.Context()).Name,
		TokenHash: bearer.Hash(token), Created: tx.Now(), Expires: tx.Now().Add(life),
	}
	d, err := describe(tx, inv)
	if err != nil {
		return nil, err
	}
	inv.LetterID, err = letters.Queue(tx, u.Username, "Invitation to "+d.Organization, d.letter(s.BaseURL()+Path+token), inv.Expires)
	if err != nil {
		return nil, err
	}
	if err := Invitations.Put(tx, inv); err != nil {
		return nil, err
	}
	return inv, reconcile.Schedule(tx, ExpireKind, inv.ID, "", inv.Expires)
}

// details are what a person needs to know about an invitation.
type details struct {
	Organization string
	Projects     []string // names
	Username     string
	Inviter      string
	Expires      time.Time
	Stranger     bool // the person has no account, and sets a password and a name on accepting
}

func describe(tx store.Tx, inv *Invitation) (d details, err error) {
	org, err := state.Organization(tx, inv.OrgID) // it may have been deleted since the inviter's roles were checked
	if err != nil {
		return d, err
	}
	u, err := state.Users.Get(tx, inv.UserID)
	if err != nil {
		return d, fmt.Errorf("invite: the user of invitation %s: %w", inv.ID, err)
	}
	d = details{Organization: org.Name, Username: u.Username, Inviter: inv.Inviter, Expires: inv.Expires, Stranger: u.PasswordHash == ""}
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

// pending returns the memberships that are pending for the invitation: first that in the organization.
func pending(tx store.Tx, inv *Invitation) ([]*model.Membership, error) {
	all, err := state.Memberships.List(tx, state.UserMemberships(inv.UserID, inv.OrgID))
	return slices.DeleteFunc(all, func(m *model.Membership) bool {
		if inv.GroupID != "" {
			return !m.Hidden || m.GroupID != inv.GroupID
		}
		return !m.Pending || m.Hidden
	}), err
}

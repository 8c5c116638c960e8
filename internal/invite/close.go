package invite

import (
	"context"
	"slices"

	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/letters"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/people"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// close ends an invitation. The places that wait for it become active if it was accepted, and are removed otherwise.
func (inv *Invitation) close(tx store.Tx, how End) error {
	waiting, err := pending(tx, inv)
	if err != nil {
		return err
	}
	end := inv.leave
	if how == Accepted {
		end = inv.enter
	}
	if err := end(tx, waiting); err != nil {
		return err
	}
	inv.End, inv.GroupID = how, ""
	if err := Invitations.Put(tx, inv); err != nil {
		return err
	}
	if err := letters.Withdraw(tx, inv.LetterID); err != nil { // its link leads nowhere any more
		return err
	}
	if how == Accepted {
		return welcome(tx, inv.UserID)
	}
	return forgetStranger(tx, inv.UserID)
}

// welcome makes the account of somebody who has accepted an invitation the person's own: it counts no longer for its maker.
func welcome(tx store.Tx, userID model.ID) error {
	u, err := state.Users.Get(tx, userID)
	if err != nil || u.Maker == "" {
		return err
	}
	u.Maker = ""
	return state.Users.Put(tx, u)
}

// enter makes the places active that waited for the invitation. A person who enters a project enters its organization
// too, which accepts the invitation there, if there is one.
func (inv *Invitation) enter(tx store.Tx, waiting []*model.Membership) error {
	if inv.GroupID != "" {
		other, err := Open(tx, inv.UserID, inv.OrgID)
		if err == nil {
			err = other.close(tx, Accepted)
		}
		if err != nil && !store.IsNotFound(err) {
			return err
		}
		org, err := state.Memberships.Get(tx, state.MembershipID(inv.UserID, inv.OrgID))
		if err != nil {
			return err
		}
		if org.Pending {
			waiting = append([]*model.Membership{org}, waiting...)
		}
	}
	for _, m := range waiting {
		if err := people.Accept(tx, m); err != nil {
			return err
		}
		if m.GroupID == "" {
			if err := people.AcceptTeams(tx, m.UserID, m.OrgID); err != nil {
				return err
			}
		}
	}
	return nil
}

// leave takes away the places that waited for the invitation.
func (inv *Invitation) leave(tx store.Tx, waiting []*model.Membership) error {
	others, err := inv.others(tx)
	if err != nil {
		return err
	}
	for _, m := range slices.Backward(waiting) {
		switch {
		case m.GroupID != "":
			err = people.Remove(tx, m)
		case len(others) > 0:
			err = hide(tx, m)
		default: // with a project that has moved here the person may have come into it
			err = people.RemoveFromOrg(tx, m.UserID, m.OrgID)
		}
		if err != nil {
			return err
		}
	}
	if inv.GroupID == "" || len(others) > 0 {
		return nil
	}
	return leaveOrg(tx, inv)
}

// hide hands a pending place in an organization over to the open invitations into its projects.
func hide(tx store.Tx, m *model.Membership) error {
	if err := people.RemoveFromTeams(tx, m.UserID, m.OrgID); err != nil {
		return err
	}
	m.Hidden, m.Roles = true, []authz.Role{authz.OrgMember}
	if err := state.Memberships.Put(tx, m); err != nil {
		return err
	}
	return event.Write(tx, event.InOrg("ORG_INVITATION_DELETED", m.OrgID).About(event.CloudUser(m.Username)))
}

// leaveOrg removes the place in the organization if it waited only for the invitation into a project.
func leaveOrg(tx store.Tx, inv *Invitation) error {
	m, err := state.Memberships.Get(tx, state.MembershipID(inv.UserID, inv.OrgID))
	if err != nil || !m.Hidden {
		return store.IfMissing(err, nil)
	}
	return people.RemoveFromOrg(tx, m.UserID, m.OrgID)
}

// forgetStranger removes an account that was made for an invitation, has no password, and has no place left.
func forgetStranger(tx store.Tx, userID model.ID) error {
	u, err := state.Users.Get(tx, userID)
	if err != nil || u.PasswordHash != "" {
		return store.IfMissing(err, nil)
	}
	n, err := state.Memberships.Count(tx, store.Query{Index: "user", Prefix: []string{userID}})
	if err != nil || n > 0 {
		return err
	}
	return state.Users.Delete(tx, u)
}

// Withdraw ends the open invitations of a user into an organization and its projects, and removes the places that wait
// for them.
func Withdraw(tx store.Tx, userID, orgID model.ID) error {
	all, err := ofUser(tx, userID, orgID)
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b *Invitation) int { return -cmpPlace(a, b) }) // into projects first
	for _, inv := range all {
		if err := inv.close(tx, Withdrawn); err != nil {
			return err
		}
	}
	return nil
}

// cmpPlace puts organizations before projects.
func cmpPlace(a, b *Invitation) int { return len(a.GroupID) - len(b.GroupID) }

// Withdraw ends an open invitation, and removes the places that wait for it.
func (inv *Invitation) Withdraw(tx store.Tx) error {
	return inv.close(tx, Withdrawn)
}

// WithdrawFromProject ends the invitations into a project that leaves its organization. The caller removes the places in it.
func WithdrawFromProject(tx store.Tx, groupID model.ID) error {
	all, err := In(tx, groupID)
	if err != nil {
		return err
	}
	for _, inv := range all {
		if err := inv.close(tx, Withdrawn); err != nil {
			return err
		}
	}
	return nil
}

// DeleteInOrg removes the invitations into an organization that is being deleted, with the places that wait for them.
func DeleteInOrg(tx store.Tx, orgID model.ID) error {
	all, err := In(tx, orgID)
	if err != nil {
		return err
	}
	for _, inv := range all {
		if err := inv.close(store.Within(context.Background(), tx), Withdrawn); err != nil {
			return err
		}
	}
	return Invitations.DeleteAll(tx, store.Query{Index: "org", Prefix: []string{orgID}})
}

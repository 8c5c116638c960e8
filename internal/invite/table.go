package invite

import (
	"cmp"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Invitation invites a cloud user into an organization, with all of the user's pending memberships there. An invitation with
// a GroupID is of the deprecated kind: it invites into that project, and only the membership there is pending for it.
type Invitation struct {
	ID        model.ID  `json:"id"`
	UserID    model.ID  `json:"userId"`
	Username  string    `json:"username"`
	OrgID     model.ID  `json:"orgId"`
	GroupID   model.ID  `json:"groupId,omitempty"` // until it ends
	Inviter   string    `json:"inviter"`           // username, public key or client id of who asked
	TokenHash string    `json:"tokenHash"`         // SHA-256 of the link's token, in hexadecimal
	LetterID  model.ID  `json:"letterId,omitempty"`
	Created   time.Time `json:"created"`
	Expires   time.Time `json:"expires"`
	End       End       `json:"end,omitempty"`
	Rev       int64     `json:"-"`
}

// End is how an invitation ended; empty while it is open.
type End string

// The ends of an invitation.
const (
	Accepted  End = "accepted"
	Declined  End = "declined"
	Expired   End = "expired"
	Withdrawn End = "withdrawn" // its inviter does not mean it any more
)

// Invitations: a user has at most one open invitation to an organization, and one of the deprecated kind to each of its
// projects.
var Invitations = &store.Table[Invitation]{
	Name: "invitations",
	ID:   func(i *Invitation) string { return i.ID },
	Rev:  func(i *Invitation) *int64 { return &i.Rev },
	Indexes: []store.Index[Invitation]{
		{Name: "token", Unique: true, Key: func(i *Invitation) []string { return []string{i.TokenHash} }},
		{Name: "open", Unique: true, Key: func(i *Invitation) []string {
			switch {
			case i.End != "":
				return nil
			case i.GroupID != "":
				return []string{i.UserID, i.OrgID, i.GroupID}
			}
			return []string{i.UserID, i.OrgID}
		}},
		{Name: "place", Key: func(i *Invitation) []string {
			if i.End != "" {
				return nil
			}
			return []string{cmp.Or(i.GroupID, i.OrgID), state.TimeKey(i.Created), i.ID}
		}},
		{Name: "org", Key: func(i *Invitation) []string { return []string{i.OrgID, state.TimeKey(i.Created)} }},
	},
}

// In returns the open invitations to an organization, or those of the deprecated kind to a project, oldest first.
func In(tx store.Tx, scope model.ID) ([]*Invitation, error) {
	return Invitations.List(tx, store.Query{Index: "place", Prefix: []string{scope}})
}

// Open returns the open invitation of a user to an organization, or store.ErrNotFound.
func Open(tx store.Tx, userID, orgID model.ID) (*Invitation, error) {
	return Invitations.Find(tx, "open", userID, orgID)
}

// OpenIn returns the open invitations into an organization, by user.
func OpenIn(tx store.Tx, orgID model.ID) (map[model.ID]*Invitation, error) {
	all, err := In(tx, orgID)
	open := map[model.ID]*Invitation{}
	for _, inv := range all {
		open[inv.UserID] = inv
	}
	return open, err
}

// ofUser returns a user's open invitations into an organization and its projects.
func ofUser(tx store.Tx, userID, orgID model.ID) ([]*Invitation, error) {
	return Invitations.List(tx, store.Query{Index: "open", Prefix: []string{userID, orgID}})
}

// others returns the user's other open invitations into the organization and its projects.
func (inv *Invitation) others(tx store.Tx) ([]*Invitation, error) {
	all, err := ofUser(tx, inv.UserID, inv.OrgID)
	return slices.DeleteFunc(all, func(o *Invitation) bool { return o.ID == inv.ID }), err
}

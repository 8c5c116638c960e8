package invite

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Invitation asks a cloud user into an organization, and with it into every place that waits for the answer: the
// user's pending memberships there.
type Invitation struct {
	ID        model.ID  `json:"id"`
	UserID    model.ID  `json:"userId"`
	Username  string    `json:"username"`
	OrgID     model.ID  `json:"orgId"`
	Inviter   string    `json:"inviter"`   // username, public key or client id of who asked
	TokenHash string    `json:"tokenHash"` // SHA-256 of the link's token, in hexadecimal
	LetterID  model.ID  `json:"letterId,omitempty"`
	Created   time.Time `json:"created"`
	Expires   time.Time `json:"expires"`
	End       End       `json:"end,omitempty"`
	Rev       int64     `json:"-"`
}

// End is how an invitation came to its end; empty while it is open.
type End string

// The ends of an invitation.
const (
	Accepted End = "accepted"
	Declined End = "declined"
	Expired  End = "expired"
)

// Invitations: a user has at most one open invitation to an organization.
var Invitations = &store.Table[Invitation]{
	Name: "invitations",
	ID:   func(i *Invitation) string { return i.ID },
	Rev:  func(i *Invitation) *int64 { return &i.Rev },
	Indexes: []store.Index[Invitation]{
		{Name: "token", Unique: true, Key: func(i *Invitation) []string { return []string{i.TokenHash} }},
		{Name: "open", Unique: true, Key: func(i *Invitation) []string {
			if i.End != "" {
				return nil
			}
			return []string{i.UserID, i.OrgID}
		}},
		{Name: "org", Key: func(i *Invitation) []string { return []string{i.OrgID, state.Instant(i.Created)} }},
	},
}

// Open is the open invitation of a user to an organization, or store.ErrNotFound.
func Open(tx store.Tx, userID, orgID model.ID) (*Invitation, error) {
	return Invitations.Find(tx, "open", userID, orgID)
}

// newToken makes the secret of a link: 256 random bits in letters that a URL's path can hold.
func newToken() string {
	var b [32]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Forget removes the invitations into an organization that goes. What waits for them is the caller's to remove.
func Forget(tx store.Tx, orgID model.ID) error {
	return Invitations.DeleteAll(tx, store.Query{Index: "org", Prefix: []string{orgID}})
}

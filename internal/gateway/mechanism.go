package gateway

import (
	"context"
	"errors"

	"github.com/xdg-go/scram"

	"github.com/telamon-db/telamon/internal/verifier"
)

// mechanism is a way to log in.
type mechanism interface {
	// begin begins a login of a user in db.
	begin(ctx context.Context, c *conn, db string) (conversation, error)
}

// conversation is a login under way: the client's messages and the answers to them.
type conversation interface {
	// step answers a message. errProof fails the login; any other error means that the login cannot be checked at the
	// moment.
	step(message []byte) (answer []byte, err error)
	// user returns the user who has logged in, or nil before that.
	user() *User
	// claimed returns the name that the client has given.
	claimed() string
}

// errProof says that a client has not proved its identity.
var errProof = errors.New("the login has failed")

var mechanisms = map[string]mechanism{
	"SCRAM-SHA-256": scramMechanism{scram.SHA256, func(u *User) verifier.Verifier { return u.SHA256 }, verifier.SaltLength256, verifier.Iterations256},
	"SCRAM-SHA-1":   scramMechanism{scram.SHA1, func(u *User) verifier.Verifier { return u.SHA1 }, verifier.SaltLength1, verifier.Iterations1},
}

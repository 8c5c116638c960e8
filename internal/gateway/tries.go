package gateway

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/ratelimit"
)

// How many TLS handshakes and logins an address may begin, and how many wrong proofs for one user from one address are
// answered: so many at once, and so many a minute from then on. Right proofs are not counted. Proofs for a user are not
// counted across addresses, or strangers could lock out a user whose name they know.
var (
	handshakesOfAddress = &ratelimit.Set{Limit: ratelimit.Limit{Capacity: 500, Refill: 100 * 60}}
	startsOfAddress     = &ratelimit.Set{Limit: ratelimit.Limit{Capacity: 500, Refill: 250 * 60}}
	wrongOfOneAt        = &ratelimit.Set{Limit: ratelimit.Limit{Capacity: 20, Refill: 20 * 60}}
)

// maxSlow is how long a proof may wait for its turn. A proof that would have to wait longer is refused unchecked.
const maxSlow = 10 * time.Second

// try is a proof that is about to be checked.
type try struct {
	limits        *ratelimit.Limits
	address, name string
	paid          bool // has waited for its turn, and taken the token
}

// begin waits for the proof's turn, which comes at once as long as few proofs were wrong.
func (t *try) begin(ctx context.Context) error {
	var err error
	t.paid, err = turn(ctx, t.limits, wrongOfOneAt, t.address, t.name)
	return err
}

// turn waits until the bucket of an address and a name has a token. If it had to wait, it also takes the token.
func turn(ctx context.Context, limits *ratelimit.Limits, set *ratelimit.Set, address, name string) (spent bool, err error) {
	wait, undo := limits.Reserve(set, address, name)
	if wait == 0 {
		return false, nil
	}
	if wait > maxSlow || !pause(ctx, wait) {
		undo()
		return false, errAuthentication
	}
	return true, nil
}

// inTurn waits for the turn of the connection's address to begin a handshake or a login, whoever logs in.
func (c *conn) inTurn(ctx context.Context, set *ratelimit.Set) error {
	limits := c.g.shared.tries
	spent, err := turn(ctx, limits, set, c.subnet, "")
	if err == nil && !spent {
		limits.Take(set, c.subnet)
	}
	return err
}

// wrong counts a wrong proof.
func (t *try) wrong() {
	if !t.paid {
		t.limits.TakeAt(wrongOfOneAt, t.address, t.name)
	}
}

package gateway

import (
	"context"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/ratelimit"
)

// How many wrong proofs are answered: at once, and a minute from then on. Right ones are not counted. Nothing counts those
// at a name from everywhere, or strangers could shut out whose name they know.
var (
	wrongOfAddress = &ratelimit.Set{Limit: ratelimit.Limit{Capacity: 250, Refill: 250 * 60}}
	wrongOfOneAt   = &ratelimit.Set{Limit: ratelimit.Limit{Capacity: 20, Refill: 20 * 60}} // from one address at one user
)

// maxSlow is how long a proof waits for its turn at most. One that would have to wait longer is refused unseen.
const maxSlow = 10 * time.Second

// try is a proof that is about to be checked.
type try struct {
	limits        *ratelimit.Limits
	address, name string
	paid          bool // has waited for its turn, which it has spent
}

// begin waits for the proof's turn, which there is at once as long as there were few wrong ones.
func (t *try) begin(ctx context.Context) error {
	slow, undo := t.limits.Reserve(wrongOfOneAt, t.address, t.name)
	crowded, undoCrowded := t.limits.Reserve(wrongOfAddress, t.address, "")
	wait := max(slow, crowded)
	if wait == 0 {
		return nil
	}
	t.paid = true
	if wait > maxSlow || !pause(ctx, wait) {
		undo()
		undoCrowded()
		return errAuthentication
	}
	return nil
}

// wrong counts a wrong proof.
func (t *try) wrong() {
	if !t.paid {
		t.limits.TakeAt(wrongOfOneAt, t.address, t.name)
		t.limits.Take(wrongOfAddress, t.address)
	}
}

// shown is a name that a stranger gives as it may be remembered and logged.
func shown(name string) string {
	const enough = 128
	if len(name) <= enough {
		return name
	}
	return strings.ToValidUTF8(name[:enough], "") + "..."
}

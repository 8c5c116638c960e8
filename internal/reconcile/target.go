package reconcile

import (
	"context"
	"time"
)

type targetKey struct{}

// Target is where the clock is being moved to while a handler works in ctx; zero if it runs by itself. What a handler
// would make now and remove again before that instant, it need not make: so a year of snapshots that are kept for a week
// is a week of them.
func Target(ctx context.Context) time.Time {
	t, _ := ctx.Value(targetKey{}).(time.Time)
	return t
}

// aimAt notes where the clock is being moved to, until it is there.
func (r *Runner) aimAt(target time.Time) (there func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.target
	if target.After(before) {
		r.target = target
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.target = before
	}
}

func (r *Runner) aim() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.target
}

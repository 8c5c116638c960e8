package failure

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/reconcile"
)

// again is how long after an attempt that a rule has kept from work the next one is.
const again = time.Second

// Handlers are handlers of work that ask the rules before they do anything.
func (s *Rules) Handlers(all map[reconcile.Kind]reconcile.Handler) map[reconcile.Kind]reconcile.Handler {
	out := make(map[reconcile.Kind]reconcile.Handler, len(all))
	for kind, h := range all {
		out[kind] = handler{h, s, kind}
	}
	return out
}

type handler struct {
	reconcile.Handler
	rules *Rules
	kind  reconcile.Kind
}

// Reconcile puts the work off while a rule holds it: until after the instant that the clock is being moved to, if it is.
func (h handler) Reconcile(ctx context.Context, key string) (time.Time, error) {
	if !h.rules.Holds(string(h.kind), key) {
		return h.Handler.Reconcile(ctx, key)
	}
	next := h.rules.Now()
	if target := reconcile.Target(ctx); target.After(next) {
		next = target
	}
	return next.Add(again), nil
}

// Unwrap is the handler that the rules keep from its work.
func (h handler) Unwrap() reconcile.Handler { return h.Handler }

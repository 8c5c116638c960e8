package docdb

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/docdb/expiry"
)

// sweepAlong calls Sweep periodically until the engine is closed.
func (e *Engine) sweepAlong(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-e.store.Context().Done():
			return
		case <-ticker.C:
		}
		if _, err := e.Sweep(e.store.Context()); err != nil && e.store.Context().Err() == nil {
			e.log.Error("removing expired documents", "error", err)
		}
	}
}

// Sweep removes the documents that have expired by Options.Now and returns how many, and closes cursors that nobody has used
// for long. An engine does so by itself every Options.SweepEvery.
func (e *Engine) Sweep(ctx context.Context) (removed int64, err error) {
	if err := e.store.Enter(); err != nil {
		return 0, err
	}
	defer e.store.Leave()
	e.cursors.sweep(e.mono())
	return expiry.Remove(ctx, e.store)
}

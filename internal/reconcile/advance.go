package reconcile

import (
	"context"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// Advance moves the clock to target and does what falls due on the way, in order: each moment's work is done, with
// what follows from it, before the clock moves on. It needs Run to be running.
func (r *Runner) Advance(ctx context.Context, target time.Time) error {
	for {
		next, ok, err := r.earliest(ctx)
		if err != nil {
			return err
		}
		if !ok || next.After(target) {
			break
		}
		r.clock.MoveTo(next)
		signal(r.kick)
		if err := r.settle(ctx, next); err != nil {
			return err
		}
	}
	r.clock.MoveTo(target)
	return nil
}

// earliest is the first due time of the work that this node may do.
func (r *Runner) earliest(ctx context.Context) (first time.Time, ok bool, err error) {
	err = r.store.View(ctx, func(tx store.Tx) error {
		ok = false
		for _, node := range []string{"", r.node} {
			list, err := Works.List(tx, store.Query{Index: "due", Prefix: []string{node}, Limit: 4 * workers})
			if err != nil {
				return err
			}
			i := slices.IndexFunc(list, func(w *Work) bool { return r.handlers[w.Kind] != nil && !w.leasedBeside(r.node) })
			if i >= 0 && (!ok || list[i].Due.Before(first)) {
				first, ok = list[i].Due, true
			}
		}
		return nil
	})
	return first, ok, err
}

// settle waits until nothing runs and nothing is due at or before t.
func (r *Runner) settle(ctx context.Context, t time.Time) error {
	stop := context.AfterFunc(ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.idle.Broadcast()
	})
	defer stop()
	for ctx.Err() == nil {
		next, ok, err := r.earliest(ctx)
		if err != nil {
			return err
		}
		if !ok || next.After(t) {
			return nil
		}
		signal(r.kick)
		r.mu.Lock()
		if len(r.running) == 0 {
			// The pass has not begun yet; it ends with a broadcast when its work does.
			r.mu.Unlock()
			if err := pause(ctx); err != nil {
				return err
			}
			continue
		}
		r.idle.Wait()
		r.mu.Unlock()
	}
	return ctx.Err()
}

// pause gives the runner's loop a moment to begin.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Millisecond):
		return nil
	}
}

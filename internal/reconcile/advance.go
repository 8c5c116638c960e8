package reconcile

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// Advance moves the clock to target and does the work that falls due on the way, in order: the work of a moment, and
// the work that it schedules, is done before the clock moves on. Periodic work is done as often as its handler asks.
// Run must be running.
func (r *Runner) Advance(ctx context.Context, target time.Time) error {
	defer r.aimAt(target)()
	for {
		next, ok, err := r.earliest(ctx, target)
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

// earliest returns when the first work that this node may do is to be done, if the clock moves to target.
func (r *Runner) earliest(ctx context.Context, target time.Time) (first time.Time, ok bool, err error) {
	err = r.store.View(ctx, func(tx store.Tx) error {
		ok = false
		for _, node := range []string{"", r.node} {
			if err := r.each(tx, node, func(w *Work) (more bool) {
				if w.Due.After(target) || ok && w.Due.After(first) {
					return false
				}
				if r.handlers[w.Kind] == nil || w.leasedBeside(r.node) {
					return true
				}
				if at := r.onTheWay(w, target); !ok || at.Before(first) {
					first, ok = at, true
				}
				return true
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return first, ok, err
}

// each calls fn with the work that is bound to a node, or to none, by its due time, until fn returns false.
func (r *Runner) each(tx store.Tx, node string, fn func(w *Work) (more bool)) error {
	for q := (store.Query{Index: "due", Prefix: []string{node}, Limit: 4 * workers}); ; q.Offset += q.Limit {
		list, err := Works.List(tx, q)
		if err != nil {
			return err
		}
		for _, w := range list {
			if !fn(w) {
				return nil
			}
		}
		if len(list) < q.Limit {
			return nil
		}
	}
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
		next, ok, err := r.earliest(ctx, t)
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

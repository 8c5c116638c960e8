package reconcile

import (
	"context"
	"errors"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// leaseLife is how long a lease lasts unless it is renewed: after that, other nodes consider the work abandoned.
const leaseLife = 30 * time.Second

var errLost = errors.New("reconcile: another node has the work")

// hold renews w's lease while its handler runs. The context that it returns ends when the lease is lost or, if it
// cannot be renewed, a sixth of its life before its end, so that no two nodes do the work at the same time. release
// ends the renewals.
func (r *Runner) hold(ctx context.Context, w *Work) (held context.Context, release func()) {
	held, cancel := context.WithCancel(ctx)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		wait := r.lease / 3
		for {
			select {
			case <-stop:
				return
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
			last := w.Until.Add(-r.lease / 6)
			switch err := r.renew(ctx, w, last); {
			case err == nil:
				wait = r.lease / 3
			case errors.Is(err, errLost) || !time.Now().Before(last):
				cancel()
				return
			default:
				r.log.Warn("reconcile: a lease could not be renewed", "kind", w.Kind, "key", w.Key, "error", err)
				wait = r.lease / 12
			}
		}
	}()
	return held, func() {
		close(stop)
		<-stopped
		cancel()
	}
}

// renew gives w's lease a full life again, if that succeeds before last.
func (r *Runner) renew(ctx context.Context, w *Work, last time.Time) error {
	ctx, cancel := context.WithDeadline(ctx, last)
	defer cancel()
	var current *Work
	err := r.store.Update(ctx, func(tx store.Tx) (err error) {
		current, err = Works.Get(tx, id(w.Kind, w.Key))
		switch {
		case store.IsNotFound(err) || err == nil && current.Holder != r.node:
			return errLost
		case err != nil:
			return err
		}
		current.touched = w.touched || current.Rev != w.Rev
		current.Until = time.Now().Add(r.lease).UTC()
		return Works.Put(tx, current)
	})
	if err == nil {
		w.Rev, w.Until, w.touched = current.Rev, current.Until, current.touched
	}
	return err
}

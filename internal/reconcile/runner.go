package reconcile

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/telamon-db/telamon/internal/clock"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	maxAttempts = 8
	firstPause  = 100 * time.Millisecond
	longestWait = time.Second // how long work that another node has scheduled, or dropped, can stay unseen
	workers     = 8
)

// Handler does one kind of work. Reconcile makes the object of that key as it is declared. The zero Time means done;
// any other time asks for another call then. After an error Reconcile is called again, with growing pauses; after the
// last attempt GiveUp is called instead.
type Handler interface {
	Reconcile(ctx context.Context, key string) (again time.Time, err error)
	GiveUp(ctx context.Context, key string, cause error) error
}

// Runner does the work of one node.
type Runner struct {
	store    store.Store
	clock    *clock.Clock
	node     string
	log      *slog.Logger
	handlers map[Kind]Handler
	lease    time.Duration
	kick     chan struct{}

	mu      sync.Mutex
	target  time.Time // where Advance is moving the clock to; zero: nowhere
	idle    *sync.Cond
	running map[string]bool
	wg      sync.WaitGroup
}

// NewRunner returns a Runner for node. The node's name must be unique in the store, and the same after a restart.
func NewRunner(st store.Store, c *clock.Clock, node string, log *slog.Logger, handlers map[Kind]Handler) *Runner {
	r := &Runner{
		store: st, clock: c, node: node, log: log, handlers: handlers, lease: leaseLife,
		kick: make(chan struct{}, 1), running: map[string]bool{},
	}
	r.idle = sync.NewCond(&r.mu)
	return r
}

// Run does work until ctx ends, and waits for the work that it has begun.
func (r *Runner) Run(ctx context.Context) error {
	stop := listen(r.kick)
	defer stop()
	defer r.wg.Wait()
	for released := false; ctx.Err() == nil; {
		var wait time.Duration
		var err error
		if !released {
			err = r.release(ctx)
			released = err == nil
		}
		if released {
			wait, err = r.pass(ctx)
		}
		if err != nil && ctx.Err() == nil {
			r.log.Error("reconcile: cannot look for work", "error", err)
			wait = time.Second
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-r.kick:
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// release ends the leases that this node had when it died.
func (r *Runner) release(ctx context.Context) error {
	return r.store.Update(ctx, func(tx store.Tx) error {
		all, err := Works.List(tx, store.Query{})
		if err != nil {
			return err
		}
		for _, w := range all {
			if w.Holder != r.node {
				continue
			}
			w.Holder, w.Until = "", time.Time{}
			if err := Works.Put(tx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// pass starts all work that is due and not leased, and returns how long to wait for the next.
func (r *Runner) pass(ctx context.Context) (time.Duration, error) {
	var due []*Work
	wait := longestWait
	now := r.clock.Now()
	err := r.store.View(ctx, func(tx store.Tx) error {
		due, wait = nil, longestWait
		for _, node := range []string{"", r.node} {
			first, err := Works.List(tx, store.Query{Index: "due", Prefix: []string{node}, Limit: 4 * workers})
			if err != nil {
				return err
			}
			for _, w := range first {
				if w.Due.After(now) {
					wait = min(wait, w.Due.Sub(now))
					break
				}
				if !w.leased() {
					due = append(due, w)
				}
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, w := range due {
		r.start(ctx, w)
	}
	return wait, nil
}

// start does w in a goroutine of its own, unless all workers are busy or w is being done.
func (r *Runner) start(ctx context.Context, w *Work) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := id(w.Kind, w.Key)
	if r.running[key] || len(r.running) >= workers || r.handlers[w.Kind] == nil {
		return
	}
	r.running[key] = true
	r.wg.Add(1)
	go func() {
		defer r.wg.Done()
		defer r.finish(key)
		if err := r.do(ctx, w); err != nil && ctx.Err() == nil {
			r.log.Error("reconcile: cannot record an attempt", "work", key, "error", err)
		}
	}()
}

func (r *Runner) finish(key string) {
	r.mu.Lock()
	delete(r.running, key)
	r.idle.Broadcast()
	r.mu.Unlock()
	signal(r.kick)
}

// do leases w, calls its handler, and records how it ended.
func (r *Runner) do(ctx context.Context, w *Work) error {
	w, err := r.take(ctx, w)
	if w == nil || err != nil {
		return err
	}
	h := r.handlers[w.Kind]
	again, err := r.call(ctx, h, w)
	if ctx.Err() != nil {
		return nil // the server stops; the work stays leased to this node until it starts again
	}
	if err != nil {
		w.Attempts++
		w.Problem = err.Error()
		r.log.Warn("reconcile: attempt failed", "kind", w.Kind, "key", w.Key, "attempt", w.Attempts, "error", err)
		again = r.clock.Now().Add(firstPause << (w.Attempts - 1))
		if w.Attempts >= maxAttempts {
			again = time.Time{}
			if err := r.giveUp(ctx, h, w.Key, err); err != nil {
				again = r.clock.Now().Add(firstPause << maxAttempts)
				w.Attempts--
			}
		}
	}
	return r.record(ctx, w, again)
}

// call runs the handler while it renews the lease; a panic is an error of this attempt.
func (r *Runner) call(ctx context.Context, h Handler, w *Work) (again time.Time, err error) {
	defer r.caught(w.Key, &err)
	ctx, release := r.hold(ctx, w)
	defer release()
	return h.Reconcile(context.WithValue(ctx, targetKey{}, r.aim()), w.Key)
}

// giveUp tells the handler to give up; a panic keeps the work.
func (r *Runner) giveUp(ctx context.Context, h Handler, key string, cause error) (err error) {
	defer r.caught(key, &err)
	return h.GiveUp(ctx, key, cause)
}

// caught is deferred; it turns a panic into an error whose stack is in the log.
func (r *Runner) caught(key string, err *error) {
	if p := recover(); p != nil {
		r.log.Error("reconcile: panic", "key", key, "panic", p, "stack", string(debug.Stack()))
		*err = fmt.Errorf("panic: %v", p)
	}
}

// take leases w for this node, or returns nil if that is not possible.
func (r *Runner) take(ctx context.Context, w *Work) (*Work, error) {
	var taken *Work
	err := r.store.Update(ctx, func(tx store.Tx) error {
		taken = nil
		current, err := Works.Get(tx, id(w.Kind, w.Key))
		if store.IsNotFound(err) || err == nil && (current.Due.After(tx.Now()) || current.leased()) {
			return nil
		}
		if err != nil {
			return err
		}
		current.Holder, current.Until = r.node, time.Now().Add(r.lease).UTC()
		taken = current
		return Works.Put(tx, current)
	})
	return taken, err
}

// record ends an attempt: the work is done, or due again. If somebody scheduled it meanwhile, it stays due. If the
// lease ended first and another node took the work, it is left to that node.
func (r *Runner) record(ctx context.Context, w *Work, again time.Time) error {
	return r.store.Update(ctx, func(tx store.Tx) error {
		current, err := Works.Get(tx, id(w.Kind, w.Key))
		if store.IsNotFound(err) || err == nil && current.Holder != r.node {
			return nil
		}
		if err != nil {
			return err
		}
		touched := w.touched || current.Rev != w.Rev
		if !touched && again.IsZero() {
			return Works.Delete(tx, current)
		}
		if !touched {
			current.Due, current.Attempts, current.Problem = again, w.Attempts, w.Problem
		}
		current.Holder, current.Until = "", time.Time{}
		return Works.Put(tx, current)
	})
}

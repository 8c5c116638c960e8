package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// holding is a handler that runs until the test lets it end, or its context ends.
type holding struct {
	begun chan context.Context
	end   chan struct{}
}

func newHolding() *holding {
	return &holding{make(chan context.Context, 1), make(chan struct{})}
}

func (h *holding) Reconcile(ctx context.Context, _ string) (time.Time, error) {
	h.begun <- ctx
	select {
	case <-h.end:
	case <-ctx.Done():
	}
	return time.Time{}, ctx.Err()
}

func (h *holding) GiveUp(context.Context, string, error) error { return nil }

// leased does the work a with a lease of that life; wait waits for its end.
func (f *fixture) leased(h Handler, lease time.Duration) (wait func()) {
	r := NewRunner(f.store, f.clock, "node", slog.New(slog.DiscardHandler), map[Kind]Handler{kind: h})
	r.lease = lease
	done := make(chan error, 1)
	go func() { done <- r.do(context.Background(), &Work{Kind: kind, Key: "a"}) }()
	return func() {
		if err := <-done; err != nil {
			f.t.Error(err)
		}
	}
}

// until is the end of the lease of the work a.
func (f *fixture) until() (end time.Time) {
	f.t.Helper()
	err := f.store.View(f.t.Context(), func(tx store.Tx) error {
		w, err := Works.Get(tx, id(kind, "a"))
		if err == nil {
			end = w.Until
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return end
}

// However long a handler runs, its lease does not end. That it was renewed is nobody's wish to have the work done again.
func TestLeasesAreRenewed(t *testing.T) {
	f, h := newFixture(t), newHolding()
	f.schedule("a", 0)
	wait := f.leased(h, 300*time.Millisecond)
	ctx := <-h.begun
	for first := f.until(); !f.until().After(first.Add(400 * time.Millisecond)); {
		if ctx.Err() != nil {
			t.Fatal("the lease was lost")
		}
	}
	close(h.end)
	wait()
	if left := f.left(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// unwilling is a store that commits no more once it is told so.
type unwilling struct {
	store.Store
	over atomic.Bool
}

func (u *unwilling) Update(ctx context.Context, fn func(store.Tx) error) error {
	if u.over.Load() {
		return errors.New("no more")
	}
	return u.Store.Update(ctx, fn)
}

// What any node may do ends before another node takes it for abandoned.
func TestWorkEndsBeforeALeaseThatCannotBeRenewed(t *testing.T) {
	f, h := newFixture(t), newHolding()
	f.schedule("a", 0)
	u := &unwilling{Store: f.store}
	r := NewRunner(u, f.clock, "node", slog.New(slog.DiscardHandler), map[Kind]Handler{kind: h})
	r.lease = 300 * time.Millisecond
	w, err := r.take(t.Context(), &Work{Kind: kind, Key: "a"})
	if err != nil {
		t.Fatal(err)
	}
	u.over.Store(true)
	ctx, release := r.hold(t.Context(), w)
	defer release()
	<-ctx.Done()
}

func TestALeaseThatAnotherNodeHasTakenEndsTheWork(t *testing.T) {
	f, h := newFixture(t), newHolding()
	f.schedule("a", 0)
	wait := f.leased(h, 300*time.Millisecond)
	ctx := <-h.begun
	err := f.store.Update(t.Context(), func(tx store.Tx) error {
		w, err := Works.Get(tx, id(kind, "a"))
		if err != nil {
			return err
		}
		w.Holder = "other"
		return Works.Put(tx, w)
	})
	if err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	wait()
}

// everyMinute is work that comes back a minute after it was done. Its passes are counted.
type everyMinute struct {
	f      *fixture
	passes atomic.Int64
}

func (e *everyMinute) Reconcile(context.Context, string) (time.Time, error) {
	e.passes.Add(1)
	return e.f.clock.Now().Add(time.Minute), nil
}

func (e *everyMinute) GiveUp(context.Context, string, error) error { return nil }

// daily asks for a pass a day.
type daily struct{ everyMinute }

func (d *daily) Jump(due, target time.Time) time.Time {
	if next := due.Add(24 * time.Hour); next.Before(target) {
		return next
	}
	return target
}

// atTheEnd asks for one pass, and is wrapped as handlers that are counted are.
type atTheEnd struct{ everyMinute }

func (a *atTheEnd) Jump(_, target time.Time) time.Time { return target }

type wrapped struct{ Handler }

func (w wrapped) Unwrap() Handler { return w.Handler }

func TestPeriodicWorkAndJumpsOfTheClock(t *testing.T) {
	const month = 30 * 24 * time.Hour
	t.Run("once", func(t *testing.T) {
		f := newFixture(t)
		h := &atTheEnd{everyMinute{f: f}}
		r := f.run(wrapped{h})
		for i := range 5 * workers { // more than are read at a time
			f.schedule(string(rune('A'+i)), time.Minute)
		}
		if err := r.Advance(t.Context(), f.clock.Now().Add(month)); err != nil {
			t.Fatal(err)
		}
		if n := h.passes.Load(); n != 5*workers {
			t.Errorf("%d passes of %d pieces of work", n, 5*workers)
		}
	})
	t.Run("as often as it says", func(t *testing.T) {
		f := newFixture(t)
		h := &daily{everyMinute{f: f}}
		r := f.run(h)
		f.schedule("a", time.Minute)
		if err := r.Advance(t.Context(), f.clock.Now().Add(month)); err != nil {
			t.Fatal(err)
		}
		if n := h.passes.Load(); n < 29 || n > 31 {
			t.Errorf("%d passes in 30 days", n)
		}
	})
}

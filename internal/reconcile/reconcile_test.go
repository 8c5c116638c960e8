package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/clock"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
)

// recorder is a handler that notes its calls and does what the test says.
type recorder struct {
	mu    sync.Mutex
	calls []string
	gave  []string
	done  chan string
	act   func(key string, call int) (time.Time, error)
}

func newRecorder(act func(key string, call int) (time.Time, error)) *recorder {
	return &recorder{done: make(chan string, 100), act: act}
}

func (r *recorder) Reconcile(_ context.Context, key string) (time.Time, error) {
	r.mu.Lock()
	r.calls = append(r.calls, key)
	n := len(r.calls)
	r.mu.Unlock()
	defer func() { r.done <- key }()
	return r.act(key, n)
}

func (r *recorder) GiveUp(_ context.Context, key string, _ error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gave = append(r.gave, key)
	return nil
}

func (r *recorder) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

const kind Kind = "test"

type fixture struct {
	t     *testing.T
	clock *clock.Clock
	store store.Store
}

func newFixture(t *testing.T) *fixture {
	c := new(clock.Clock)
	return &fixture{t, c, sqlitetest.Open(t, c.Now, Works.Schema())}
}

// run runs a runner until the test ends.
func (f *fixture) run(h Handler) *Runner { return f.runAs("node", h) }

func (f *fixture) runAs(node string, h Handler) *Runner {
	f.t.Helper()
	r := NewRunner(f.store, f.clock, node, slog.New(slog.DiscardHandler), map[Kind]Handler{kind: h})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	f.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			f.t.Error(err)
		}
	})
	return r
}

func (f *fixture) schedule(key string, in time.Duration) {
	f.t.Helper()
	err := f.store.Update(f.t.Context(), func(tx store.Tx) error {
		return Schedule(tx, kind, key, "", tx.Now().Add(in))
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) left() (keys []string) {
	f.t.Helper()
	err := f.store.View(f.t.Context(), func(tx store.Tx) error {
		all, err := Works.List(tx, store.Query{})
		keys = nil
		for _, w := range all {
			keys = append(keys, w.Key)
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return keys
}

func once(string, int) (time.Time, error) { return time.Time{}, nil }

func TestWorkIsDoneOnceAndGone(t *testing.T) {
	f, h := newFixture(t), newRecorder(once)
	r := f.run(h)
	f.schedule("a", 0)
	if key := <-h.done; key != "a" {
		t.Errorf("did %s", key)
	}
	if err := r.Advance(t.Context(), f.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if left := f.left(); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestMovingTheClockDoesWhatFallsDueInOrder(t *testing.T) {
	f := newFixture(t)
	var at []time.Duration
	start := f.clock.Now()
	h := newRecorder(func(key string, _ int) (time.Time, error) {
		at = append(at, f.clock.Now().Sub(start).Round(time.Hour))
		return time.Time{}, nil
	})
	r := f.run(h)
	f.schedule("third", 72*time.Hour)
	f.schedule("first", 24*time.Hour)
	f.schedule("second", 48*time.Hour)
	f.schedule("never", 1000*time.Hour)
	if err := r.Advance(t.Context(), start.Add(100*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := h.seen(); !slices.Equal(got, []string{"first", "second", "third"}) {
		t.Errorf("did %v", got)
	}
	if !slices.Equal(at, []time.Duration{24 * time.Hour, 48 * time.Hour, 72 * time.Hour}) {
		t.Errorf("at %v", at)
	}
	if now := f.clock.Now(); now.Before(start.Add(100 * time.Hour)) {
		t.Errorf("the clock shows %v", now.Sub(start))
	}
	if left := f.left(); !slices.Equal(left, []string{"never"}) {
		t.Errorf("left over: %v", left)
	}
}

func TestAFailureIsTriedAgainUntilItIsGivenUp(t *testing.T) {
	f := newFixture(t)
	h := newRecorder(func(string, int) (time.Time, error) { return time.Time{}, errors.New("no") })
	r := f.run(h)
	f.schedule("a", 0)
	if err := r.Advance(t.Context(), f.clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n := len(h.seen()); n != maxAttempts {
		t.Errorf("%d attempts", n)
	}
	if len(h.gave) != 1 || len(f.left()) != 0 {
		t.Errorf("given up %v, left %v", h.gave, f.left())
	}
}

func TestAPanicIsAFailedAttempt(t *testing.T) {
	f := newFixture(t)
	h := newRecorder(func(_ string, n int) (time.Time, error) {
		if n == 1 {
			panic("oh")
		}
		return time.Time{}, nil
	})
	r := f.run(h)
	f.schedule("a", 0)
	if err := r.Advance(t.Context(), f.clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n := len(h.seen()); n != 2 || len(f.left()) != 0 {
		t.Errorf("%d attempts, left %v", n, f.left())
	}
}

// hopeless fails, and panics when it shall give up.
type hopeless struct{ gaveUp chan struct{} }

func (hopeless) Reconcile(context.Context, string) (time.Time, error) {
	return time.Time{}, errors.New("no")
}

func (h hopeless) GiveUp(context.Context, string, error) error {
	h.gaveUp <- struct{}{}
	panic("a bug")
}

func TestAPanicInGivingUpKeepsTheWorkAndTheServer(t *testing.T) {
	f, h := newFixture(t), hopeless{make(chan struct{}, 100)}
	r := f.run(h)
	f.schedule("a", 0)
	if err := r.Advance(t.Context(), f.clock.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	<-h.gaveUp
	if left := f.left(); !slices.Equal(left, []string{"a"}) {
		t.Errorf("left: %v", left)
	}
}

// TestWorkOfAnUnknownKindDoesNotHoldTheClock: a store may have work that a newer server has scheduled.
func TestWorkOfAnUnknownKindDoesNotHoldTheClock(t *testing.T) {
	f, h := newFixture(t), newRecorder(once)
	r := f.run(h)
	err := f.store.Update(t.Context(), func(tx store.Tx) error { return Now(tx, "unknown", "x") })
	if err != nil {
		t.Fatal(err)
	}
	f.schedule("a", time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := r.Advance(ctx, f.clock.Now().Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if left := f.left(); !slices.Equal(h.seen(), []string{"a"}) || !slices.Equal(left, []string{"x"}) {
		t.Errorf("done %v, left %v", h.seen(), left)
	}
}

func TestWorkScheduledDuringAnAttemptIsLookedAtAgain(t *testing.T) {
	f := newFixture(t)
	h := newRecorder(nil)
	h.act = func(key string, n int) (time.Time, error) {
		if n == 1 {
			f.schedule(key, 0)
		}
		return time.Time{}, nil
	}
	r := f.run(h)
	f.schedule("a", 0)
	if err := r.Advance(t.Context(), f.clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n := len(h.seen()); n != 2 || len(f.left()) != 0 {
		t.Errorf("%d attempts, left %v", n, f.left())
	}
}

func TestWorkLeasedByADeadLifeOfTheNodeIsTakenUpAgain(t *testing.T) {
	f, h := newFixture(t), newRecorder(once)
	err := f.store.Update(t.Context(), func(tx store.Tx) error {
		return Works.Put(tx, &Work{Kind: kind, Key: "a", Due: tx.Now(), Holder: "node", Until: time.Now().Add(time.Hour)})
	})
	if err != nil {
		t.Fatal(err)
	}
	f.run(h)
	<-h.done
}

func TestAnotherNodesWorkAndLeaseAreLeftAlone(t *testing.T) {
	f, h := newFixture(t), newRecorder(once)
	err := f.store.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(
			Works.Put(tx, &Work{Kind: kind, Key: "leased", Due: tx.Now(), Holder: "other", Until: time.Now().Add(time.Hour)}),
			Works.Put(tx, &Work{Kind: kind, Key: "bound", Node: "other", Due: tx.Now()}),
			Works.Put(tx, &Work{Kind: kind, Key: "mine", Due: tx.Now()}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	r := f.run(h)
	if key := <-h.done; key != "mine" {
		t.Errorf("did %s", key)
	}
	f.schedule("more", 0)
	if key := <-h.done; key != "more" {
		t.Errorf("did %s", key)
	}
	if err := r.Advance(t.Context(), f.clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := h.seen(); len(got) != 2 {
		t.Errorf("did %v", got)
	}
}

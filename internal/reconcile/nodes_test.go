package reconcile

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

func TestNodesDoWorkOnce(t *testing.T) {
	f := newFixture(t)
	first, second := newRecorder(once), newRecorder(once)
	f.runAs("first", first)
	f.runAs("second", second)
	var want []string
	for i := range 40 {
		want = append(want, fmt.Sprintf("%02d", i))
		f.schedule(want[i], 0)
	}
	for range want {
		select {
		case <-first.done:
		case <-second.done:
		}
	}
	got := slices.Sorted(slices.Values(append(first.seen(), second.seen()...)))
	if !slices.Equal(got, want) {
		t.Errorf("done: %v", got)
	}
}

// counting counts updates.
type counting struct {
	store.Store
	updates atomic.Int64
}

func (c *counting) Update(ctx context.Context, fn func(store.Tx) error) error {
	c.updates.Add(1)
	return c.Store.Update(ctx, fn)
}

// What another node is doing costs this one no updates, however often it looks for work of its own.
func TestWorkThatIsBeingDoneIsNotTriedFor(t *testing.T) {
	f, h := newFixture(t), newRecorder(once)
	err := f.store.Update(t.Context(), func(tx store.Tx) error {
		return Works.Put(tx, &Work{Kind: kind, Key: "leased", Due: tx.Now(), Holder: "other", Until: time.Now().Add(time.Hour)})
	})
	if err != nil {
		t.Fatal(err)
	}
	c := &counting{Store: f.store}
	f.store = c
	r := f.run(h)
	const own = 20
	for i := range own {
		f.schedule(fmt.Sprint(i), 0)
		<-h.done
	}
	if err := r.Advance(t.Context(), f.clock.Now()); err != nil {
		t.Fatal(err)
	}
	// Each work is scheduled, leased and ended; some may be tried for once more. A runner that tries for what is leased
	// does so without end.
	if n := c.updates.Load(); n > 6*own {
		t.Errorf("%d updates", n)
	}
}

// What any node may do ends before another node takes it for abandoned.
func TestSharedWorkEndsBeforeItsLease(t *testing.T) {
	f := newFixture(t)
	deadlines := make(chan time.Duration, 1)
	f.run(limited(deadlines))
	f.schedule("a", 0)
	if left := <-deadlines; left <= 0 || left >= leaseLife {
		t.Errorf("it has %v of a lease of %v", left, leaseLife)
	}
}

// limited tells how long its context lasts.
type limited chan time.Duration

func (l limited) Reconcile(ctx context.Context, _ string) (time.Time, error) {
	deadline, _ := ctx.Deadline()
	l <- time.Until(deadline)
	return time.Time{}, nil
}

func (l limited) GiveUp(context.Context, string, error) error { return nil }

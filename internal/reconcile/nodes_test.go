package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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

// A node that comes too late with its end of an attempt leaves the work to the node that has taken it over.
func TestWorkThatAnotherNodeHasTakenOverIsLeftToIt(t *testing.T) {
	f := newFixture(t)
	taken := Work{Kind: kind, Key: "a", Due: f.clock.Now(), Holder: "other", Until: time.Now().Add(time.Hour).UTC().Round(0)}
	for name, over := range map[string]func(store.Tx, *Work) error{
		"it is doing the work": func(tx store.Tx, w *Work) error {
			w.Holder, w.Until = taken.Holder, taken.Until
			return Works.Put(tx, w)
		},
		"it has done the work": func(tx store.Tx, w *Work) error { return Works.Delete(tx, w) },
	} {
		slow := newRecorder(func(string, int) (time.Time, error) {
			return time.Time{}, f.store.Update(t.Context(), func(tx store.Tx) error {
				w, err := Works.Get(tx, id(kind, "a"))
				if err != nil {
					return err
				}
				return over(tx, w)
			})
		})
		f.schedule("a", 0)
		r := NewRunner(f.store, f.clock, "late", slog.New(slog.DiscardHandler), map[Kind]Handler{kind: slow})
		if err := r.do(t.Context(), &Work{Kind: kind, Key: "a"}); err != nil || len(slow.seen()) != 1 {
			t.Fatalf("%s: %d attempts, %v", name, len(slow.seen()), err)
		}
		err := f.store.Update(t.Context(), func(tx store.Tx) error {
			w, err := Works.Get(tx, id(kind, "a"))
			switch {
			case store.IsNotFound(err):
				return nil
			case err == nil && (w.Holder != taken.Holder || !w.Until.Equal(taken.Until)):
				t.Errorf("%s: the work is %+v", name, w)
			}
			return errors.Join(err, Works.Delete(tx, w))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

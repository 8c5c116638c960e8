package storetest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

var errOwn = errors.New("the closure's own error")

var transactionRules = []rule{
	{"an error undoes everything and comes through", func(b *bench) {
		after := false
		err := b.s.Update(b.Context(), func(tx store.Tx) error {
			b.must(b.things.Put(tx, &thing{ID: "a"}))
			b.must(tx.AppendEvent(store.Event{Series: "s", ID: "e", Created: tx.Now()}))
			tx.AfterCommit(func() { after = true })
			return errOwn
		})
		b.fails(err, errOwn)
		b.nothingLeft(after)
	}},
	{"a panic undoes everything and goes on", func(b *bench) {
		after := false
		func() {
			defer func() {
				if r := recover(); r != "own" {
					b.Errorf("recovered %v", r)
				}
			}()
			err := b.s.Update(b.Context(), func(tx store.Tx) error {
				b.must(b.things.Put(tx, &thing{ID: "a"}))
				b.must(tx.AppendEvent(store.Event{Series: "s", ID: "e", Created: tx.Now()}))
				tx.AfterCommit(func() { after = true })
				panic("own")
			})
			b.Errorf("Update returned %v instead of panicking", err)
		}()
		b.nothingLeft(after)
		b.must(b.put(&thing{ID: "a"})) // the store serves on
	}},
	{"a transaction reads its own writes", func(b *bench) {
		b.update(func(tx store.Tx) error {
			b.must(b.things.Put(tx, &thing{ID: "a", Name: "n"}))
			v, err := b.things.Find(tx, "name", "", "n")
			if err == nil && (v.ID != "a" || v.rev != 1) {
				b.Errorf("read %+v", v)
			}
			return err
		})
	}},
	{"a view does not write", func(b *bench) {
		v := &thing{ID: "a"}
		b.must(b.put(v))
		b.view(func(tx store.Tx) error {
			b.fails(b.things.Put(tx, &thing{ID: "b"}), store.ErrReadOnly)
			b.fails(b.things.Put(tx, v), store.ErrReadOnly)
			b.fails(b.things.Delete(tx, v), store.ErrReadOnly)
			b.fails(tx.AppendEvent(store.Event{Series: "s", ID: "e"}), store.ErrReadOnly)
			return nil
		})
	}},
	{"a view's error comes through", func(b *bench) {
		b.fails(b.s.View(b.Context(), func(store.Tx) error { return errOwn }), errOwn)
	}},
	{"what follows a commit runs in order, when it can be seen", func(b *bench) {
		var order []int
		b.update(func(tx store.Tx) error {
			for i := range 3 {
				tx.AfterCommit(func() {
					if _, err := b.get("a"); err != nil {
						b.Errorf("after the commit: %v", err)
					}
					order = append(order, i)
				})
			}
			return b.things.Put(tx, &thing{ID: "a"})
		})
		if !slices.Equal(order, []int{0, 1, 2}) {
			b.Errorf("order %v", order)
		}
	}},
	{"what follows a commit may update", func(b *bench) {
		b.update(func(tx store.Tx) error {
			tx.AfterCommit(func() { b.must(b.put(&thing{ID: "b"})) })
			return b.things.Put(tx, &thing{ID: "a"})
		})
		_, err := b.get("b")
		b.must(err)
	}},
	{"a transaction has one instant, in whole microseconds of UTC", func(b *bench) {
		zone := time.FixedZone("east", 3600)
		b.clock.set(time.Date(2025, 3, 1, 13, 0, 0, 123456789, zone))
		want := time.Date(2025, 3, 1, 12, 0, 0, 123456000, time.UTC)
		check := func(tx store.Tx) error {
			got := tx.Now()
			if !got.Equal(want) || got.Location() != time.UTC {
				b.Errorf("now is %v, want %v", got, want)
			}
			b.clock.set(b.clock.Now().Add(time.Hour))
			if !tx.Now().Equal(got) {
				b.Error("the instant changed inside the transaction")
			}
			return nil
		}
		b.update(check)
		want = want.Add(time.Hour)
		b.view(check)
	}},
	{"a transaction has the caller's context", func(b *bench) {
		type key struct{}
		ctx := context.WithValue(b.Context(), key{}, "mine")
		check := func(tx store.Tx) error {
			if tx.Context().Value(key{}) != "mine" {
				b.Error("another context")
			}
			return nil
		}
		b.must(b.s.Update(ctx, check))
		b.must(b.s.View(ctx, check))
	}},
	{"a context that is done runs nothing", func(b *bench) {
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		never := func(store.Tx) error { b.Error("it ran"); return nil }
		b.fails(b.s.Update(ctx, never), context.Canceled)
		b.fails(b.s.View(ctx, never), context.Canceled)
	}},
	{"a context that ends inside fails the next step and undoes", func(b *bench) {
		ctx, cancel := context.WithCancel(b.Context())
		b.fails(b.s.Update(ctx, func(tx store.Tx) error {
			b.must(b.things.Put(tx, &thing{ID: "a"}))
			cancel()
			return b.things.Put(tx, &thing{ID: "b"})
		}), context.Canceled)
		b.fails(b.s.View(ctx, func(tx store.Tx) error {
			_, err := b.things.Get(tx, "a")
			return err
		}), context.Canceled)
		b.nothingLeft(false)
	}},
	{"a transaction that is over refuses", func(b *bench) {
		var kept []store.Tx
		keep := func(tx store.Tx) error { kept = append(kept, tx); return nil }
		b.update(keep)
		b.view(keep)
		for _, tx := range kept {
			if _, err := b.things.Get(tx, "a"); err == nil || store.IsNotFound(err) {
				b.Errorf("a read gave %v", err)
			}
			if b.things.Put(tx, &thing{ID: "a"}) == nil {
				b.Error("a write went through")
			}
		}
	}},
	{"a closed store refuses", func(b *bench) {
		b.must(b.s.Close())
		nothing := func(store.Tx) error { return nil }
		b.fails(b.s.Update(b.Context(), nothing), store.ErrClosed)
		b.fails(b.s.View(b.Context(), nothing), store.ErrClosed)
		b.must(b.s.Close())
	}},
}

// nothingLeft checks that the thing a and the event e of series s do not exist, and that nothing ran after the commit.
func (b *bench) nothingLeft(after bool) {
	b.Helper()
	if after {
		b.Error("AfterCommit's function ran")
	}
	_, err := b.get("a")
	b.fails(err, store.ErrNotFound)
	b.view(func(tx store.Tx) error {
		_, err := tx.Event("s", "e")
		b.fails(err, store.ErrNotFound)
		n, err := tx.CountEvents(store.EventQuery{Series: "s"})
		if n != 0 {
			b.Errorf("%d events", n)
		}
		return err
	})
}

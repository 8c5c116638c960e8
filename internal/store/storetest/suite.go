// Package storetest is the suite of tests that every back end of the store must pass.
//
// Each subtest is a rule of the contract in package store, named as a sentence. A back end's own test calls Run and
// adds what only it promises.
package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// Open opens one place: the first call finds it empty, later ones (after the store was closed) as it was left.
type Open func(ctx context.Context, now func() time.Time, tables []*store.Schema) (store.Store, error)

// Run tests the back end whose empty places newPlace makes, a fresh one with every call.
func Run(t *testing.T, newPlace func(t *testing.T) Open) {
	for _, group := range []struct {
		name  string
		rules []rule
	}{
		{"rows", rowRules}, {"keys", keyRules}, {"transactions", transactionRules},
		{"concurrency", concurrencyRules}, {"events", eventRules}, {"reopening", reopenRules},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, r := range group.rules {
				t.Run(r.name, func(t *testing.T) {
					t.Parallel()
					r.check(newBench(t, newPlace(t)))
				})
			}
		})
	}
}

type rule struct {
	name  string
	check func(*bench)
}

// thing is what the tests store.
type thing struct {
	ID    string `json:"id"`
	Scope string `json:"scope"`
	Name  string `json:"name"` // unique in its scope; without a name it is in no index
	N     int64  `json:"n"`

	rev int64
}

// newThings declares a table of things: "name" is unique, "scope" is not.
func newThings(more ...store.Index[thing]) *store.Table[thing] {
	return &store.Table[thing]{
		Name: "things",
		ID:   func(v *thing) string { return v.ID },
		Rev:  func(v *thing) *int64 { return &v.rev },
		Indexes: append([]store.Index[thing]{
			{Name: "name", Unique: true, Key: func(v *thing) []string {
				if v.Name == "" {
					return nil
				}
				return []string{v.Scope, v.Name}
			}},
			{Name: "scope", Key: func(v *thing) []string { return []string{v.Scope} }},
		}, more...),
	}
}

// keyed is a table of bare rows, so that tests say their keys directly.
var keyed = &store.Schema{Name: "keyed", Indexes: []store.IndexSchema{{Name: "key"}, {Name: "one", Unique: true}}}

// bench is an open store with what the tests need around it.
type bench struct {
	*testing.T
	open   Open
	s      store.Store
	things *store.Table[thing]
	clock  *clock
}

func newBench(t *testing.T, open Open) *bench {
	b := &bench{T: t, open: open, things: newThings(), clock: &clock{now: time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)}}
	b.s = b.opened(b.things.Schema(), keyed)
	t.Cleanup(func() {
		if err := b.s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return b
}

func (b *bench) opened(tables ...*store.Schema) store.Store {
	b.Helper()
	s, err := b.open(b.Context(), b.clock.Now, tables)
	if err != nil {
		b.Fatalf("open: %v", err)
	}
	return s
}

// reopen closes the store and opens it again with the given tables.
func (b *bench) reopen(tables ...*store.Schema) {
	b.Helper()
	b.must(b.s.Close())
	b.s = b.opened(tables...)
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// fails checks that err is want.
func (b *bench) fails(err, want error) {
	b.Helper()
	if !errors.Is(err, want) {
		b.Errorf("got %v, want %v", err, want)
	}
}

// duplicate checks that err complains of the index.
func (b *bench) duplicate(err error, index string) {
	b.Helper()
	if got, ok := store.Duplicate(err); !ok || got != index {
		b.Errorf("got %v, want a duplicate in index %q", err, index)
	}
}

func (b *bench) update(fn func(store.Tx) error) {
	b.Helper()
	b.must(b.s.Update(b.Context(), fn))
}

func (b *bench) view(fn func(store.Tx) error) {
	b.Helper()
	b.must(b.s.View(b.Context(), fn))
}

// put stores things, each in a transaction of its own, and returns the first failure.
func (b *bench) put(all ...*thing) error {
	for _, v := range all {
		if err := b.s.Update(b.Context(), func(tx store.Tx) error { return b.things.Put(tx, v) }); err != nil {
			return err
		}
	}
	return nil
}

// get reads a thing in a transaction of its own.
func (b *bench) get(id string) (v *thing, err error) {
	err = b.s.View(b.Context(), func(tx store.Tx) (err error) {
		v, err = b.things.Get(tx, id)
		return err
	})
	return v, err
}

// ids lists a query's things by id.
func (b *bench) ids(t *store.Table[thing], q store.Query) (ids []string) {
	b.Helper()
	b.view(func(tx store.Tx) error {
		list, err := t.List(tx, q)
		for _, v := range list {
			ids = append(ids, v.ID)
		}
		return err
	})
	return ids
}

// clock is the time that the tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

const (
	workers = 16
	rounds  = 20
)

var concurrencyRules = []rule{
	{"a view keeps its snapshot while others write", func(b *bench) {
		v := &thing{ID: "a", N: 1}
		b.must(b.put(v))
		b.view(func(tx store.Tx) error {
			before, err := b.things.Get(tx, "a")
			b.must(err)
			v.N = 2
			b.must(b.put(v, &thing{ID: "b"})) // by another transaction, while this one is open
			after, err := b.things.Get(tx, "a")
			b.must(err)
			all, err := b.things.List(tx, store.Query{})
			if before.N != 1 || after.N != 1 || len(all) != 1 {
				b.Errorf("saw %d, then %d among %d", before.N, after.N, len(all))
			}
			return err
		})
		if now, err := b.get("a"); err != nil || now.N != 2 {
			b.Errorf("afterwards: %+v %v", now, err)
		}
	}},
	{"concurrent counters lose nothing", func(b *bench) {
		b.must(b.put(&thing{ID: "a"}))
		var after atomic.Int64
		b.together(func(int) error {
			return b.s.Update(b.Context(), func(tx store.Tx) error {
				v, err := b.things.Get(tx, "a")
				if err != nil {
					return err
				}
				v.N++
				tx.AfterCommit(func() { after.Add(1) })
				return b.things.Put(tx, v)
			})
		})
		v, err := b.get("a")
		b.must(err)
		if v.N != workers*rounds || v.rev != workers*rounds+1 || after.Load() != workers*rounds {
			b.Errorf("counted %d in revision %d with %d notices, want %d", v.N, v.rev, after.Load(), workers*rounds)
		}
	}},
	{"of concurrent writers one gets the unique key", func(b *bench) {
		var won atomic.Int64
		b.together(func(i int) error {
			v := &thing{ID: fmt.Sprint(i), Name: fmt.Sprint(i % rounds)}
			err := b.put(v)
			if _, ok := store.Duplicate(err); ok {
				return nil
			}
			won.Add(1)
			return err
		})
		if won.Load() != rounds {
			b.Errorf("%d writers got a key, want %d", won.Load(), rounds)
		}
	}},
	{"of those that take what is free one gets it", func(b *bench) {
		b.must(b.put(&thing{ID: "lease"}))
		var got atomic.Int64
		b.together(func(i int) error {
			var taken bool
			err := b.s.Update(b.Context(), func(tx store.Tx) error {
				taken = false
				v, err := b.things.Get(tx, "lease")
				if err != nil || v.Name != "" {
					return err
				}
				v.Name, taken = fmt.Sprint(i), true
				return b.things.Put(tx, v)
			})
			if taken && err == nil {
				got.Add(1)
			}
			return err
		})
		if got.Load() != 1 {
			b.Errorf("%d took it", got.Load())
		}
	}},
	{"what was counted is still so at the commit", func(b *bench) {
		const limit = 7
		b.together(func(i int) error {
			return b.s.Update(b.Context(), func(tx store.Tx) error {
				n, err := b.things.Count(tx, store.Query{Index: "scope", Prefix: []string{"s"}})
				if err != nil || n >= limit {
					return err
				}
				return b.things.Put(tx, &thing{ID: fmt.Sprint(i), Scope: "s"})
			})
		})
		if n := len(b.ids(b.things, store.Query{})); n != limit {
			b.Errorf("%d rows, want %d", n, limit)
		}
	}},
	{"what was read is still so at the commit", func(b *bench) {
		b.must(b.put(&thing{ID: "0", N: 1}, &thing{ID: "1", N: 1}))
		b.together(func(i int) error { // takes one off its own row if the two together have it
			return b.s.Update(b.Context(), func(tx store.Tx) error {
				all, err := b.things.List(tx, store.Query{})
				if err != nil || all[0].N+all[1].N == 0 {
					return err
				}
				mine := all[i%2]
				mine.N--
				return b.things.Put(tx, mine)
			})
		})
		b.view(func(tx store.Tx) error {
			all, err := b.things.List(tx, store.Query{})
			if err == nil && all[0].N+all[1].N != 0 {
				b.Errorf("%d and %d are left", all[0].N, all[1].N)
			}
			return err
		})
	}},
	{"events of several writers have dense positions", func(b *bench) {
		b.together(func(i int) error {
			return b.s.Update(b.Context(), func(tx store.Tx) error {
				b.clock.set(b.clock.Now().Add(time.Microsecond))
				return tx.AppendEvent(store.Event{Series: fmt.Sprint(i % 2), ID: fmt.Sprint(i), Created: tx.Now(), Type: "T"})
			})
		})
		for _, series := range []string{"0", "1"} {
			whole := b.eventIDs(store.EventQuery{Series: series, Types: []string{"T"}})
			if len(whole) != workers*rounds/2 {
				b.Errorf("%d events", len(whole))
			}
			b.events(store.EventQuery{Series: series}, whole...)
			for i := 0; i < len(whole); i += rounds {
				b.events(store.EventQuery{Series: series, Offset: i, Limit: 2}, whole[i:i+2]...)
			}
		}
	}},
	{"two stores in one place lose nothing of each other", func(b *bench) {
		b.must(b.put(&thing{ID: "a"}))
		other := b.opened(b.things.Schema(), keyed)
		defer other.Close()
		var both sync.WaitGroup
		for _, s := range []store.Store{b.s, other} {
			both.Go(func() {
				for range rounds {
					err := s.Update(b.Context(), func(tx store.Tx) error {
						v, err := b.things.Get(tx, "a")
						if err != nil {
							return err
						}
						v.N++
						return b.things.Put(tx, v)
					})
					if err != nil {
						b.Error(err)
					}
				}
			})
		}
		both.Wait()
		if v, err := b.get("a"); err != nil || v.N != 2*rounds {
			b.Errorf("counted %+v, %v", v, err)
		}
	}},
	{"those that fail do not disturb the others", func(b *bench) {
		b.together(func(i int) (err error) {
			defer func() {
				if r := recover(); r != nil && r != i {
					err = fmt.Errorf("recovered %v in %d", r, i)
				}
			}()
			err = b.s.Update(b.Context(), func(tx store.Tx) error {
				if err := b.things.Put(tx, &thing{ID: fmt.Sprint(i)}); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					return errOwn
				case 2:
					panic(i)
				}
				return tx.AppendEvent(store.Event{Series: "s", ID: fmt.Sprint(i), Created: tx.Now()})
			})
			if i%3 == 1 && err == errOwn {
				return nil
			}
			return err
		})
		want := (workers*rounds + 2) / 3
		b.view(func(tx store.Tx) error {
			rows, err := b.things.Count(tx, store.Query{})
			b.must(err)
			events, err := tx.CountEvents(store.EventQuery{Series: "s"})
			if rows != int64(want) || events != int64(want) {
				b.Errorf("%d rows and %d events, want %d", rows, events, want)
			}
			return err
		})
	}},
	{"closing waits for what is queued", func(b *bench) {
		var done sync.WaitGroup
		var acknowledged, refused atomic.Int64
		for i := range workers {
			done.Go(func() {
				for n := 0; ; n++ {
					err := b.put(&thing{ID: fmt.Sprint(i, "-", n)})
					if err != nil {
						b.fails(err, store.ErrClosed)
						refused.Add(1)
						return
					}
					acknowledged.Add(1)
				}
			})
		}
		for acknowledged.Load() < workers {
			_, err := b.get("0-0")
			if err != nil {
				b.fails(err, store.ErrNotFound)
			}
		}
		b.must(b.s.Close())
		done.Wait()
		b.reopen(b.things.Schema())
		b.view(func(tx store.Tx) error {
			n, err := b.things.Count(tx, store.Query{})
			if n != acknowledged.Load() || refused.Load() != workers {
				b.Errorf("%d rows, %d acknowledged, %d refused", n, acknowledged.Load(), refused.Load())
			}
			return err
		})
	}},
}

// together calls fn with 0 to workers*rounds-1 from as many goroutines as there are workers.
func (b *bench) together(fn func(i int) error) {
	b.Helper()
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for r := range rounds {
				if err := fn(w*rounds + r); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

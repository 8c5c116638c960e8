package storetest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/store"
)

var byN = store.Index[thing]{Name: "n", Key: func(v *thing) []string { return []string{fmt.Sprintf("%020d", v.N)} }}

var reopenRules = []rule{
	{"everything is kept", func(b *bench) {
		b.must(b.put(b.letters("abc")...))
		b.append(store.Event{Series: "s", ID: "e", Created: start})
		b.reopen(b.things.Schema(), keyed)
		b.list(store.Query{Index: "name", Reverse: true}, "c", "b", "a")
		b.events(store.EventQuery{Series: "s"}, "e")
		v, err := b.get("a")
		b.must(err)
		b.must(b.put(v))
		if v.rev != 2 {
			b.Errorf("revision %d, want 2", v.rev)
		}
	}},
	{"a table that is declared later is created", func(b *bench) {
		later := &store.Schema{Name: "later"}
		b.reopen(b.things.Schema(), later)
		b.update(func(tx store.Tx) error {
			_, err := tx.Put(later, store.Row{ID: "a"})
			return err
		})
	}},
	{"a table that is not declared keeps its rows", func(b *bench) {
		b.must(b.put(b.letters("a")...))
		b.reopen(keyed)
		b.reopen(b.things.Schema())
		b.list(store.Query{Index: "name"}, "a")
	}},
	{"a body of an older form is read and found as one of today's", func(b *bench) {
		old := &store.Schema{Name: "things"}
		b.reopen(old)
		b.update(func(tx store.Tx) error {
			_, err := tx.Put(old, store.Row{ID: "a", Body: []byte(`{"id":"a","scope":"s","label":"first"}`)})
			return err
		})
		things := newThings()
		things.Older = func(body []byte) ([]byte, error) {
			return bytes.Replace(body, []byte(`"label":`), []byte(`"name":`), 1), nil
		}
		b.reopen(things.Schema())
		b.update(func(tx store.Tx) error {
			v, err := things.Find(tx, "name", "s", "first")
			if err != nil || v.Name != "first" {
				return fmt.Errorf("%v, %w", v, err)
			}
			return things.Put(tx, v)
		})
		b.list(store.Query{Index: "name"}, "a")
	}},
	{"an index that is declared later holds the rows there are", func(b *bench) {
		b.fill(b.things, 1200) // more than are computed at once
		wider := newThings(byN, store.Index[thing]{Name: "odd", Unique: true, Key: func(v *thing) []string {
			if v.N%2 == 0 {
				return nil
			}
			return []string{fmt.Sprint(v.N)}
		}})
		b.reopen(wider.Schema())
		ids := b.ids(wider, store.Query{Index: "n", Limit: 3})
		if want := []string{"1199", "1198", "1197"}; !slices.Equal(ids, want) {
			b.Errorf("got %v, want %v", ids, want)
		}
		b.view(func(tx store.Tx) error {
			n, err := wider.Count(tx, store.Query{Index: "n"})
			odd, _ := wider.Count(tx, store.Query{Index: "odd"})
			if n != 1200 || odd != 600 {
				b.Errorf("%d and %d rows in the new indexes", n, odd)
			}
			return err
		})
		b.duplicate(b.s.Update(b.Context(), func(tx store.Tx) error {
			return wider.Put(tx, &thing{ID: "new", N: 7})
		}), "odd")
	}},
	{"an index that was not declared for a while misses nothing", func(b *bench) {
		wider := newThings(byN)
		b.reopen(wider.Schema())
		b.fill(wider, 3)
		b.reopen(b.things.Schema())
		b.must(b.put(&thing{ID: "meanwhile", N: -1}))
		b.reopen(wider.Schema())
		if ids, want := b.ids(wider, store.Query{Index: "n"}), []string{"meanwhile", "2", "1", "0"}; !slices.Equal(ids, want) {
			b.Errorf("got %v, want %v", ids, want)
		}
	}},
	{"an index may become unique if its keys are", func(b *bench) {
		b.fill(b.things, 3)
		unique := newThings(byN)
		unique.Indexes[2].Unique = true
		b.reopen(newThings(byN).Schema())
		b.reopen(unique.Schema())
		b.duplicate(b.s.Update(b.Context(), func(tx store.Tx) error {
			return unique.Put(tx, &thing{ID: "new", N: 2})
		}), "n")
	}},
	{"an index that cannot be unique is refused and changes nothing", func(b *bench) {
		b.must(b.put(&thing{ID: "a", N: 1}, &thing{ID: "b", N: 1}))
		b.must(b.s.Close())
		unique := newThings(byN)
		unique.Indexes[2].Unique = true
		if s, err := b.open(b.Context(), b.clock.Now, []*store.Schema{unique.Schema()}); err == nil {
			s.Close()
			b.Error("it opened")
		}
		b.s = b.opened(b.things.Schema())
		b.list(store.Query{Index: "scope"}, "a", "b")
	}},
	{"declarations that are no good are refused", func(b *bench) {
		long := strings.Repeat("x", 100)
		for _, bad := range [][]*store.Schema{
			{{Name: ""}}, {{Name: "Upper"}}, {{Name: "a b"}}, {{Name: "a__b"}}, {{Name: "1a"}}, {{Name: long}}, {{Name: `a";`}},
			{{Name: "a"}, {Name: "a"}},
			{{Name: "a", Indexes: []store.IndexSchema{{Name: ""}}}},
			{{Name: "a", Indexes: []store.IndexSchema{{Name: "b"}, {Name: "b"}}}},
		} {
			if s, err := b.open(b.Context(), b.clock.Now, bad); err == nil {
				s.Close()
				b.Errorf("%+v was accepted", bad[0])
			}
		}
	}},
}

// fill puts n things with the ids 0 to n-1 and N counting down to 0.
func (b *bench) fill(t *store.Table[thing], n int) {
	b.Helper()
	b.update(func(tx store.Tx) error {
		for i := range n {
			if err := t.Put(tx, &thing{ID: fmt.Sprint(i), N: int64(n - 1 - i)}); err != nil {
				return err
			}
		}
		return nil
	})
}

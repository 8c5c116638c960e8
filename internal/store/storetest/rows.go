package storetest

import (
	"strings"

	"github.com/telamon-db/telamon/internal/store"
)

var rowRules = []rule{
	{"a missing row is not found", func(b *bench) {
		_, err := b.get("none")
		b.fails(err, store.ErrNotFound)
		b.fails(b.s.View(b.Context(), func(tx store.Tx) error {
			_, err := b.things.Find(tx, "name", "s", "none")
			return err
		}), store.ErrNotFound)
	}},
	{"revisions count from one", func(b *bench) {
		v := &thing{ID: "a"}
		for want := int64(1); want <= 3; want++ {
			b.must(b.put(v))
			read, err := b.get("a")
			b.must(err)
			if v.rev != want || read.rev != want {
				b.Errorf("revision %d written and %d read, want %d", v.rev, read.rev, want)
			}
		}
	}},
	{"bodies come back byte for byte", func(b *bench) {
		bodies := []string{
			`{"n":9223372036854775807,"u":18446744073709551615,"f":1e400,"d":0.1000000000000000055511151231257827}`,
			`{ "b" : 1, "a":"é\u00e9\u0000𝄞", "b":2 }`, "\"\xff\xfe\"", strings.Repeat("x", 1<<20), "",
		}
		for _, body := range bodies {
			b.update(func(tx store.Tx) error {
				row, err := tx.Get(keyed, "a")
				if err != nil && !store.IsNotFound(err) {
					return err
				}
				_, err = tx.Put(keyed, store.Row{ID: "a", Rev: row.Rev, Keys: [][]string{nil, nil}, Body: []byte(body)})
				return err
			})
			b.view(func(tx store.Tx) error {
				row, err := tx.Get(keyed, "a")
				if string(row.Body) != body {
					b.Errorf("got %.80q, want %.80q", row.Body, body)
				}
				return err
			})
		}
	}},
	{"large integers keep their digits", func(b *bench) {
		b.must(b.put(&thing{ID: "a", N: 1<<63 - 1}))
		v, err := b.get("a")
		b.must(err)
		if v.N != 1<<63-1 {
			b.Errorf("got %d", v.N)
		}
	}},
	{"an id is given once", func(b *bench) {
		b.must(b.put(&thing{ID: "a"}))
		v := &thing{ID: "a"}
		b.duplicate(b.put(v), "")
		if v.rev != 0 {
			b.Errorf("the refused object got revision %d", v.rev)
		}
	}},
	{"ids differ by case", func(b *bench) { b.must(b.put(&thing{ID: "a"}, &thing{ID: "A"}, &thing{ID: "á"})) }},
	{"an id is text without a zero byte", func(b *bench) {
		for _, id := range []string{"", "a\x00b", "\xff"} {
			if b.put(&thing{ID: id}) == nil {
				b.Errorf("%q was accepted", id)
			}
		}
	}},
	{"any text may be asked for", func(b *bench) {
		b.must(b.put(&thing{ID: "a", Name: "n"}))
		b.append(store.Event{Series: "s", ID: "e", Cluster: "c"})
		for _, odd := range []string{"a\x00", "\x00", "\xff", `\x61`, `a\`, "'"} {
			_, err := b.get(odd)
			b.fails(err, store.ErrNotFound)
			b.list(store.Query{Prefix: []string{odd}})
			b.list(store.Query{From: []string{"a" + odd}, Until: []string{"b" + odd}})
			b.events(store.EventQuery{Series: odd})
			b.events(store.EventQuery{Series: "s", Clusters: []string{odd}, Types: []string{odd}})
			b.view(func(tx store.Tx) error {
				_, err := tx.Event("s", odd)
				b.fails(err, store.ErrNotFound)
				_, err = b.things.Find(tx, "name", odd, odd)
				b.fails(err, store.ErrNotFound)
				return nil
			})
		}
	}},
	{"a unique key is given once", func(b *bench) {
		b.must(b.put(&thing{ID: "a", Scope: "s", Name: "n"}))
		b.duplicate(b.put(&thing{ID: "b", Scope: "s", Name: "n"}), "name")
	}},
	{"a unique key is unique in its scope only", func(b *bench) {
		b.must(b.put(&thing{ID: "a", Scope: "s", Name: "n"}, &thing{ID: "b", Scope: "t", Name: "n"}))
	}},
	{"a unique key differs by case", func(b *bench) {
		b.must(b.put(&thing{ID: "a", Name: "n"}, &thing{ID: "b", Name: "N"}))
	}},
	{"a unique key may stay when its row changes", func(b *bench) {
		v := &thing{ID: "a", Name: "n"}
		b.must(b.put(v, v))
	}},
	{"a change may not take another row's key", func(b *bench) {
		v := &thing{ID: "b", Name: "m"}
		b.must(b.put(&thing{ID: "a", Name: "n"}, v))
		v.Name = "n"
		b.duplicate(b.put(v), "name")
	}},
	{"a key that is given up is free", func(b *bench) {
		a, c := &thing{ID: "a", Name: "n"}, &thing{ID: "c", Name: "m"}
		b.must(b.put(a, c))
		a.Name = "other"
		b.must(b.put(a, &thing{ID: "b", Name: "n"}))
		b.update(func(tx store.Tx) error { return b.things.Delete(tx, c) })
		b.must(b.put(&thing{ID: "d", Name: "m"}))
	}},
	{"rows outside of a unique index are many", func(b *bench) {
		b.must(b.put(&thing{ID: "a"}, &thing{ID: "b"}))
		b.view(func(tx store.Tx) error {
			n, err := b.things.Count(tx, store.Query{Index: "name"})
			if n != 0 {
				b.Errorf("%d rows in the index, want none", n)
			}
			return err
		})
	}},
	{"a transaction goes on after a duplicate", func(b *bench) {
		b.must(b.put(&thing{ID: "a", Name: "n"}))
		b.update(func(tx store.Tx) error {
			b.duplicate(b.things.Put(tx, &thing{ID: "b", Name: "n"}), "name")
			return b.things.Put(tx, &thing{ID: "b", Name: "m"})
		})
		_, err := b.get("b")
		b.must(err)
	}},
	{"a write over another revision is a conflict", func(b *bench) {
		v := &thing{ID: "a"}
		b.must(b.put(v))
		stale := *v
		b.must(b.put(v))
		b.fails(b.put(&stale), store.ErrConflict)
		if stale.rev != 1 {
			b.Errorf("the refused object got revision %d", stale.rev)
		}
		b.fails(b.put(&thing{ID: "gone", rev: 1}), store.ErrConflict)
	}},
	{"a deletion of another revision is a conflict", func(b *bench) {
		v := &thing{ID: "a"}
		b.must(b.put(v))
		for _, c := range []thing{{ID: "a", rev: 2}, {ID: "a"}, {ID: "gone", rev: 1}, {ID: "gone"}} {
			b.fails(b.s.Update(b.Context(), func(tx store.Tx) error { return b.things.Delete(tx, &c) }), store.ErrConflict)
		}
		b.update(func(tx store.Tx) error { return b.things.Delete(tx, v) })
		_, err := b.get("a")
		b.fails(err, store.ErrNotFound)
	}},
	{"a row is found by its whole unique key", func(b *bench) {
		b.must(b.put(&thing{ID: "a", Scope: "s", Name: "n"}))
		b.view(func(tx store.Tx) error {
			_, err := b.things.Find(tx, "name", "s")
			b.fails(err, store.ErrNotFound)
			_, err = b.things.Find(tx, "scope", "s")
			if err == nil || store.IsNotFound(err) {
				b.Errorf("a look-up in an index that is not unique gave %v", err)
			}
			v, err := b.things.Find(tx, "name", "s", "n")
			if err == nil && v.ID != "a" {
				b.Errorf("found %s", v.ID)
			}
			return err
		})
	}},
	{"rows are found by many ids at once", func(b *bench) {
		b.must(b.put(&thing{ID: "a"}, &thing{ID: "b"}, &thing{ID: "c"}))
		b.list(store.Query{IDs: []string{"c", "a", "a", "none"}}, "a", "c")
		b.list(store.Query{IDs: []string{"c", "a"}, Reverse: true, Limit: 1}, "c")
		b.list(store.Query{IDs: []string{"none"}})
		b.list(store.Query{IDs: []string{}})
		b.list(store.Query{IDs: nil}, "a", "b", "c")
		b.view(func(tx store.Tx) error {
			for _, q := range []store.Query{{IDs: []string{"a"}, Index: "scope"}, {IDs: []string{"a"}, From: []string{"a"}}} {
				if _, err := b.things.List(tx, q); err == nil {
					b.Errorf("%+v was answered", q)
				}
			}
			return nil
		})
	}},
	{"what is not declared is an error", func(b *bench) {
		b.view(func(tx store.Tx) error {
			_, err := tx.Get(&store.Schema{Name: "others"}, "a")
			if err == nil || store.IsNotFound(err) {
				b.Errorf("an undeclared table gave %v", err)
			}
			if _, err := b.things.List(tx, store.Query{Index: "none"}); err == nil {
				b.Error("an undeclared index was read")
			}
			return nil
		})
	}},
}

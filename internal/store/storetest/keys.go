package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/telamon-db/telamon/internal/store"
)

var keyRules = []rule{
	{"keys are in bytewise order, part by part", func(b *bench) {
		parts := []string{"", "\x00", "\x00\x00", "\x00\x01", "\x00\xff", "\x01", "A", "B", "a", "a\x00", "a\x00b", "a\x01", "aa",
			"ab", "b", "Ä", "ä", "é", "z", "日本", "𝄞", "\xff", "\xff\xff"}
		keys := [][]string{{}}
		for _, p := range parts {
			keys = append(keys, []string{p})
			for _, q := range parts {
				keys = append(keys, []string{p, q})
			}
		}
		want := slices.Clone(keys)
		slices.SortFunc(want, slices.Compare[[]string])
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		b.putKeys(keys)
		if got := b.keys(store.Query{Index: "key"}); !slices.EqualFunc(got, want, slices.Equal) {
			b.Errorf("got %q\nwant %q", got, want)
		}
		b.everyRange(want, parts)
	}},
	{"rows of equal keys are in order of their ids", func(b *bench) {
		b.must(b.put(&thing{ID: "c", Scope: "s"}, &thing{ID: "a", Scope: "s"}, &thing{ID: "B", Scope: "s"}))
		b.list(store.Query{Index: "scope"}, "B", "a", "c")
		b.list(store.Query{Index: "scope", Reverse: true}, "c", "a", "B")
	}},
	{"a prefix is of whole parts", func(b *bench) {
		b.must(b.put(&thing{ID: "1", Scope: "a", Name: "x"}, &thing{ID: "2", Scope: "ab", Name: "x"},
			&thing{ID: "3", Scope: "a\x00", Name: "x"}, &thing{ID: "4", Scope: "", Name: "x"}))
		b.list(store.Query{Index: "name", Prefix: []string{"a"}}, "1")
		b.list(store.Query{Index: "name", Prefix: []string{""}}, "4")
		b.list(store.Query{Index: "name", Prefix: []string{"a", "x"}}, "1")
		b.list(store.Query{Index: "name", Prefix: []string{"a", "x", ""}})
	}},
	{"from is inclusive and until exclusive", func(b *bench) {
		b.must(b.put(b.letters("abcde")...))
		b.list(store.Query{Index: "name", Prefix: []string{"s"}, From: []string{"b"}, Until: []string{"d"}}, "b", "c")
		b.list(store.Query{Index: "name", Prefix: []string{"s"}, From: []string{"bb"}}, "c", "d", "e")
		b.list(store.Query{Index: "name", From: []string{"s", "d"}}, "d", "e")
		b.list(store.Query{Index: "name", Prefix: []string{"s"}, From: []string{"b"}, Until: []string{"d"}, Reverse: true}, "c", "b")
		b.list(store.Query{Index: "name", Prefix: []string{"s"}, From: []string{"d"}, Until: []string{"b"}})
		b.list(store.Query{Index: "name", Prefix: []string{"s"}, Until: []string{}})
	}},
	{"the index without a name is by id", func(b *bench) {
		b.must(b.put(b.letters("abcdeAä")...))
		b.list(store.Query{}, "A", "a", "b", "c", "d", "e", "ä")
		b.list(store.Query{Reverse: true, Limit: 2}, "ä", "e")
		b.list(store.Query{Prefix: []string{"b"}}, "b")
		b.list(store.Query{From: []string{"b"}, Until: []string{"d"}}, "b", "c")
		err := b.s.View(b.Context(), func(tx store.Tx) error {
			_, err := b.things.List(tx, store.Query{Prefix: []string{"a"}, From: []string{"b"}})
			return err
		})
		if err == nil {
			b.Error("a query by id took two parts")
		}
	}},
	{"offset and limit cut a page", func(b *bench) {
		b.must(b.put(b.letters("abcde")...))
		q := store.Query{Index: "name", Prefix: []string{"s"}}
		b.list(store.Query{Index: "name", Offset: 1, Limit: 2}, "b", "c")
		b.list(store.Query{Index: "name", Offset: 1, Limit: 2, Reverse: true}, "d", "c")
		b.list(store.Query{Index: "name", Offset: 4, Limit: 2}, "e")
		b.list(store.Query{Index: "name", Offset: 5, Limit: 2})
		b.list(store.Query{Index: "name", Offset: 3}, "d", "e")
		q.Offset, q.Limit = 2, 1
		b.view(func(tx store.Tx) error {
			n, err := b.things.Count(tx, q)
			if n != 5 {
				b.Errorf("counted %d, want 5", n)
			}
			return err
		})
	}},
	{"paging neither repeats nor skips rows that stay while others write", func(b *bench) {
		b.must(b.put(b.letters("bdfhj")...))
		var seen []string
		from := []string{""}
		for i := 0; ; i++ {
			page := b.ids(b.things, store.Query{Index: "name", Prefix: []string{"s"}, From: from, Limit: 2})
			if len(page) == 0 {
				break
			}
			seen = append(seen, page...)
			from = []string{page[len(page)-1] + "\x00"} // the first key after the last one seen
			if i == 0 {
				b.must(b.put(b.letters("aceg")...))
			}
		}
		if want := []string{"b", "d", "e", "f", "g", "h", "j"}; !slices.Equal(seen, want) {
			b.Errorf("saw %q, want %q", seen, want)
		}
	}},
}

// letters makes a thing of scope s for every letter, which is its id and its name.
func (b *bench) letters(letters string) (all []*thing) {
	for _, r := range letters {
		all = append(all, &thing{ID: string(r), Scope: "s", Name: string(r)})
	}
	return all
}

// list checks which things q selects.
func (b *bench) list(q store.Query, want ...string) {
	b.Helper()
	if got := b.ids(b.things, q); !slices.Equal(got, want) {
		b.Errorf("%+v: got %q, want %q", q, got, want)
	}
}

// putKeys stores a row for every key, with the key as its id and body.
func (b *bench) putKeys(keys [][]string) {
	b.Helper()
	b.update(func(tx store.Tx) error {
		for _, k := range keys {
			_, err := tx.Put(keyed, store.Row{ID: fmt.Sprintf("%q", k), Keys: [][]string{k, k}, Body: joined(k)})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// keys lists the keys that q selects.
func (b *bench) keys(q store.Query) (keys [][]string) {
	b.Helper()
	b.view(func(tx store.Tx) error {
		rows, err := tx.Scan(keyed, q)
		for _, r := range rows {
			keys = append(keys, split(r.Body))
		}
		return err
	})
	return keys
}

// everyRange compares queries of all prefixes and bounds of one part with what the contract says of them.
func (b *bench) everyRange(sorted [][]string, parts []string) {
	b.Helper()
	prefixes := [][]string{nil}
	for _, p := range parts {
		prefixes = append(prefixes, []string{p})
	}
	for _, prefix := range prefixes {
		for i, from := range parts {
			until := parts[(i+5)%len(parts)]
			q := store.Query{Index: "key", Prefix: prefix, From: []string{from}, Until: []string{until}}
			var want [][]string
			for _, k := range sorted {
				if len(k) >= len(prefix) && slices.Equal(k[:len(prefix)], prefix) &&
					slices.Compare(k[len(prefix):], q.From) >= 0 && slices.Compare(k[len(prefix):], q.Until) < 0 {
					want = append(want, k)
				}
			}
			if got := b.keys(q); !slices.EqualFunc(got, want, slices.Equal) {
				b.Fatalf("prefix %q from %q until %q: got %q, want %q", prefix, from, until, got, want)
			}
		}
	}
}

// joined and split are a key as bytes and back: each part with its length before it.
func joined(key []string) (out []byte) {
	for _, p := range key {
		out = append(append(out, byte(len(p))), p...)
	}
	return out
}

func split(body []byte) (key []string) {
	for len(body) > 0 {
		n := int(body[0])
		key, body = append(key, string(body[1:1+n])), body[1+n:]
	}
	return key
}

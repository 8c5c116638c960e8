package docdb

import (
	"testing"

	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// TestPlanner has indexes run against one another, where the first guess would be wrong.
func TestPlanner(t *testing.T) {
	x := fresh(t)
	var docs []any
	for i := range 3000 {
		docs = append(docs, d{{"_id", i}, {"kind", i % 2}, {"n", i}, {"day", 3000 - i}, {"state", i / 1500}})
	}
	x.insert("c", docs...)
	x.indexOn("c", d{{"kind", 1}})
	x.indexOn("c", d{{"n", 1}})
	x.indexOn("c", d{{"day", 1}})
	from := func(n int) d { return d{{"kind", 1}, {"n", d{{"$gte", n}}}} }
	for _, tc := range []struct {
		cmd   d
		index string
		keys  int64
	}{
		{d{{"find", "c"}, {"filter", from(2990)}}, "n_1", 10},                                             // few of a range before half of all by a point
		{d{{"find", "c"}, {"filter", from(5)}, {"sort", d{{"n", 1}}}, {"limit", 1}}, "n_1", 1},            // an order, of which the first is wanted
		{d{{"find", "c"}, {"filter", d{{"kind", 1}}}, {"sort", d{{"day", 1}}}, {"limit", 2}}, "day_1", 3}, // nothing to sort, soon done
		{d{{"find", "c"}, {"filter", d{{"kind", 3}}}, {"sort", d{{"day", 1}}}, {"limit", 5}}, "kind_1", 0},
	} {
		plan.PlansOf(x.e.store.Collection(storage.Namespace{DB: "test", Coll: "c"})).Clear()
		_, index, keys, _, _ := x.explain(tc.cmd)
		if index != tc.index || keys != tc.keys {
			t.Errorf("%v: %s, %d keys", tc.cmd, index, keys)
		}
	}
	x.sound()
}

// TestPlanCache shows that a choice is remembered for a shape, and forgotten when it was wrong or the indexes change.
func TestPlanCache(t *testing.T) {
	x := fresh(t)
	var docs []any
	for i := range 3000 {
		docs = append(docs, d{{"_id", i}, {"kind", i % 3}, {"n", i}})
	}
	x.insert("c", docs...)
	x.indexOn("c", d{{"kind", 1}})
	x.indexOn("c", d{{"n", 1}})
	from := func(n int) d { return d{{"find", "c"}, {"filter", d{{"kind", 1}, {"n", d{{"$gte", n}}}}}} }
	plans := func() *plan.PlanCache {
		return plan.PlansOf(x.e.store.Collection(storage.Namespace{DB: "test", Coll: "c"}))
	}
	for i, step := range []struct {
		from     int
		index    string
		remember int
	}{
		{2999, "n_1", 1},
		{0, "n_1", 0}, // as before, and it was too much
		{0, "kind_1", 1},
		{2990, "kind_1", 1},
	} {
		if _, index, _, _, _ := x.explain(from(step.from)); index != step.index || plans().Size() != step.remember {
			t.Errorf("step %d: %s, %v", i, index, plans().Size())
		}
	}
	x.indexOn("c", d{{"m", 1}})
	if _, index, _, _, _ := x.explain(from(2990)); index != "n_1" {
		t.Errorf("after another index: %s", index)
	}
}

// TestPrefixes counts keys that expressions lead to.
func TestPrefixes(t *testing.T) {
	x := fresh(t)
	for _, word := range []string{"", "s", "st", "sta", "stb", "su", "T", "st\x00x"} {
		x.insert("c", d{{"w", word}})
	}
	x.indexOn("c", d{{"w", -1}})
	for pattern, want := range map[string][2]int64{"^st": {4, 4}, "^sta?$": {4, 2}, "^(?i)t": {8, 1}, "t": {8, 4}, "^sta|^su": {8, 2}} {
		_, index, keys, _, n := x.explain(d{{"find", "c"}, {"filter", d{{"w", d{{"$regex", pattern}}}}}})
		if index != "w_-1" || keys != want[0] || n != want[1] {
			t.Errorf("%s: %s, %d keys, %d documents", pattern, index, keys, n)
		}
	}
}

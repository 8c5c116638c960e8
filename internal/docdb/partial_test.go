package docdb

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

func partial(filter d) e { return e{"partialFilterExpression", filter} }

func TestPartialSpecs(t *testing.T) {
	x := fresh(t)
	x.indexOn("c", d{{"a", 1}}, e{"name", "open"}, partial(d{{"state", "open"}}))
	x.indexOn("c", d{{"a", 1}}, e{"name", "all"})
	x.indexOn("c", d{{"a", 1}}, e{"name", "open"}, partial(d{{"state", "open"}})) // again
	shows(t, x.drain(d{{"listIndexes", "c"}}), `{"v":2,"key":{"_id":1},"name":"_id_"}`,
		`{"v":2,"key":{"a":1},"name":"open","partialFilterExpression":{"state":"open"}}`, `{"v":2,"key":{"a":1},"name":"all"}`)
	for _, filter := range []d{
		{{"a", d{{"$ne", 1}}}}, {{"a", d{{"$exists", false}}}}, {{"a", bson.Regex{Pattern: "x"}}}, {{"$nor", a{d{{"a", 1}}}}},
		{{"a", d{{"$not", d{{"$gt", 1}}}}}}, {{"a", d{{"$in", a{bson.Regex{Pattern: "x"}}}}}}, {{"a", d{{"$elemMatch", d{{"$gt", 1}}}}}},
		{{"a", d{{"$nope", 1}}}}, {{"$or", a{d{{"a", 1}}, d{{"b", d{{"$size", 1}}}}}}}, {{"a", d{{"$all", a{1}}}}},
	} {
		x.fails(wire.CannotCreateIndex, d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"b", 1}}}, {"name", "b"}, partial(filter)}}}})
	}
	for code, spec := range map[wire.Code]d{
		wire.CannotCreateIndex:     {{"key", d{{"b", 1}}}, {"name", "b"}, {"sparse", true}, partial(d{{"a", 1}})},
		storage.BadIDOption:        {{"key", d{{"_id", 1}}}, {"name", "b"}, partial(d{{"a", 1}})},
		wire.TypeMismatch:          {{"key", d{{"b", 1}}}, {"name", "b"}, {"partialFilterExpression", 1}},
		wire.IndexOptionsConflict:  {{"key", d{{"a", 1}}}, {"name", "again"}, partial(d{{"state", "open"}})},
		wire.IndexKeySpecsConflict: {{"key", d{{"a", 1}}}, {"name", "open"}, partial(d{{"state", "shut"}})},
	} {
		x.fails(code, d{{"createIndexes", "c"}, {"indexes", a{spec}}})
	}
}

func TestPartialPlans(t *testing.T) {
	x := fresh(t)
	var docs []any
	for i := range 100 {
		docs = append(docs, d{{"_id", i}, {"a", i % 10}, {"n", i}, {"tags", a{i, 7}}})
	}
	x.insert("c", docs...)
	for _, tc := range []struct {
		expression, filter d
		used               bool
	}{
		{d{{"n", d{{"$gte", 50}}}}, d{{"a", 1}}, false},
		{d{{"n", d{{"$gte", 50}}}}, d{{"a", 1}, {"n", 50}}, true},
		{d{{"n", d{{"$gte", 50}}}}, d{{"a", 1}, {"n", 49}}, false},
		{d{{"n", d{{"$gte", 50}}}}, d{{"a", 1}, {"n", d{{"$gt", 49.5}}}}, false},
		{d{{"n", d{{"$gte", 50}}}}, d{{"a", 1}, {"n", d{{"$gte", 50.0}}}}, true},
		{d{{"n", d{{"$gt", 50}}}}, d{{"a", 1}, {"n", d{{"$gte", 50}}}}, false},
		{d{{"n", d{{"$gt", 50}, {"$lt", 90}}}}, d{{"a", 1}, {"n", d{{"$gt", 60}, {"$lte", 80}}}}, true},
		{d{{"n", d{{"$gt", 50}, {"$lt", 90}}}}, d{{"a", 1}, {"n", d{{"$gt", 60}}}}, false},
		{d{{"n", d{{"$lt", 10}}}}, d{{"a", 1}, {"n", d{{"$in", a{1, 2}}}}}, true},
		{d{{"n", d{{"$lt", 10}}}}, d{{"a", 1}, {"n", d{{"$in", a{1, "x"}}}}}, false},
		{d{{"n", d{{"$in", a{1, 11}}}}}, d{{"a", 1}, {"n", 11}}, true},
		{d{{"n", d{{"$exists", true}}}}, d{{"a", 1}, {"n", d{{"$gt", 5}}}}, true},
		{d{{"n", d{{"$exists", true}}}}, d{{"a", 1}, {"n", d{{"$exists", true}}}}, true},
		{d{{"n", d{{"$exists", true}}}}, d{{"a", 1}, {"n", nil}}, false},
		{d{{"n", d{{"$type", "int"}}}}, d{{"a", 1}, {"n", d{{"$type", "int"}}}}, true},
		{d{{"n", d{{"$type", "int"}}}}, d{{"a", 1}, {"n", 5}}, false},
		{d{{"n", nil}}, d{{"a", 1}, {"n", nil}}, true},
		{d{{"tags", 7}}, d{{"a", 1}, {"tags", d{{"$all", a{1, 7}}}}}, true},
		{d{{"$or", a{d{{"n", 1}}, d{{"n", d{{"$gt", 90}}}}}}}, d{{"a", 1}, {"n", 91}}, true},
		{d{{"$and", a{d{{"n", d{{"$gt", 1}}}}, d{{"n", d{{"$lt", 9}}}}}}}, d{{"$and", a{d{{"a", 1}}, d{{"n", 5}}}}}, true},
		{d{{"n", d{{"$gt", 1}}}}, d{{"a", 1}, {"$or", a{d{{"n", 2}}, d{{"n", 5}}}}}, true}, // branch by branch
		{d{{"n", d{{"$gt", 1}}}}, d{{"$or", a{d{{"a", 1}, {"n", 2}}, d{{"a", 2}, {"n", 5}}}}}, true},
		{d{{"n", d{{"$gt", 1}}}}, d{{"a", 1}, {"$or", a{d{{"n", 2}}, d{{"n", 1}}}}}, false},
		{d{}, d{{"a", 1}}, true},
	} {
		x.indexOn("c", d{{"a", 1}}, e{"name", "p"}, partial(tc.expression))
		want := x.find("c", e{"filter", tc.filter}, e{"hint", d{{"$natural", 1}}})
		if got := x.find("c", e{"filter", tc.filter}); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v by %v: %v instead of %v", tc.filter, tc.expression, got, want)
		}
		reply := x.ok(d{{"explain", d{{"find", "c"}, {"filter", tc.filter}}}, {"verbosity", "queryPlanner"}})
		stage := reply.Lookup("queryPlanner", "winningPlan", "stage").StringValue()
		if used := stage != "COLLSCAN"; used != tc.used {
			t.Errorf("%v by %v: %s", tc.filter, tc.expression, stage)
		}
		if hinted := (d{{"find", "c"}, {"filter", tc.filter}, {"hint", "p"}}); stage == "FETCH" {
			x.ok(hinted)
		} else if !tc.used {
			x.fails(wire.BadValue, hinted)
		}
		x.sound()
		x.ok(d{{"dropIndexes", "c"}, {"index", "p"}})
	}
	x.indexOn("c", d{{"a", 1}}, e{"name", "p"}, partial(d{{"n", d{{"$gt", 50}}}}))
	shown := stageOf(t, x.ok(d{{"explain", d{{"find", "c"}, {"filter", d{{"a", 1}, {"n", 60}}}}}}).Lookup("queryPlanner", "winningPlan"), "IXSCAN")
	if !shown.Lookup("isPartial").Boolean() {
		t.Error(shown)
	}
	if n := x.ok(d{{"count", "c"}}).Lookup("n").AsInt64(); n != 100 {
		t.Errorf("counted %d", n)
	}
}

// TestPartialUniqueAndTTL has one name among those that are active, and lets only drafts expire.
func TestPartialUniqueAndTTL(t *testing.T) {
	x := open(t, t.TempDir(), Options{Now: fixed(fixedTime)})
	x.indexOn("c", d{{"name", 1}}, e{"unique", true}, partial(d{{"active", true}}))
	x.insert("c", d{{"_id", 1}, {"name", "a"}, {"active", true}}, d{{"_id", 2}, {"name", "a"}, {"active", false}}, d{{"_id", 3}, {"name", "a"}})
	for _, cmd := range []d{
		{{"insert", "c"}, {"documents", a{d{{"_id", 4}, {"name", "a"}, {"active", true}}}}},
		{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", 2}}}, {"u", d{{"$set", d{{"active", true}}}}}}}}},
	} {
		if codes := errorCodes(t, x.run(cmd)); codes[0] != wire.DuplicateKey.Number {
			t.Errorf("%v: %v", cmd, codes)
		}
	}
	x.ok(d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", 1}}}, {"u", d{{"$unset", d{{"active", 1}}}}}}}}})
	x.ok(d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", 2}}}, {"u", d{{"$set", d{{"active", true}}}}}}}}})
	x.fails(wire.DuplicateKey, d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"name", 1}}}, {"name", "u"}, {"unique", true}, partial(d{{"name", "a"}})}}}})

	x.indexOn("t", d{{"at", 1}}, e{"expireAfterSeconds", 60}, partial(d{{"draft", true}}))
	old := fixedTime.Add(-time.Hour)
	x.insert("t", d{{"_id", 1}, {"at", old}, {"draft", true}}, d{{"_id", 2}, {"at", old}}, d{{"_id", 3}, {"at", fixedTime}, {"draft", true}})
	if n, err := x.e.Sweep(t.Context()); n != 1 || err != nil {
		t.Error(n, err)
	}
	shows(t, x.find("t", e{"projection", d{{"_id", 1}}}), `{"_id":2}`, `{"_id":3}`)
	x.sound()
}

// TestPartialReopened shows that a partial index is what it was when the engine is opened again.
func TestPartialReopened(t *testing.T) {
	dir := t.TempDir()
	x := open(t, dir, Options{})
	x.indexOn("c", d{{"a", 1}}, partial(d{{"n", d{{"$gt", 5}}}}))
	x.insert("c", d{{"_id", 1}, {"a", 1}, {"n", 1}}, d{{"_id", 2}, {"a", 1}, {"n", 9}})
	if err := x.e.Close(); err != nil {
		t.Fatal(err)
	}
	y := open(t, dir, Options{})
	y.insert("c", d{{"_id", 3}, {"a", 1}, {"n", 2}}, d{{"_id", 4}, {"a", 1}, {"n", 7}})
	if _, index, keys, _, n := y.explain(d{{"find", "c"}, {"filter", d{{"a", 1}, {"n", d{{"$gte", 6}}}}}}); index != "a_1" || keys != 2 || n != 2 {
		t.Errorf("%s, %d keys, %d documents", index, keys, n)
	}
	y.sound()
}

// TestPartialModel asks random partial indexes and the whole collection the same.
func TestPartialModel(t *testing.T) {
	used := 0
	for round := range uint64(5) {
		r := rand.New(rand.NewPCG(round, 11))
		x := fresh(t)
		for n := 0; n < 5; n++ {
			spec := d{{"key", randomKey(r)}, {"name", fmt.Sprint(n)}, partial(randomFilter(r))}
			x.run(d{{"createIndexes", "c"}, {"indexes", a{spec}}}) // some filters are refused
		}
		for id := range 100 {
			x.run(d{{"insert", "c"}, {"documents", a{randomDocument(r, id)}}})
		}
		for range 40 {
			x.run(d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", r.IntN(100)}}}, {"u", d{{"$set", d{{"a", randomScalar(r)}}}}}}}}})
			x.run(d{{"delete", "c"}, {"deletes", a{d{{"q", d{{"_id", r.IntN(100)}}}, {"limit", 1}}}}})
		}
		x.sound()
		expressions := []d{}
		for _, ix := range x.e.store.Collection(storage.Namespace{DB: "test", Coll: "c"}).Indexes {
			var filter bson.D
			if err := bson.Unmarshal(ix.Partial, &filter); err != nil {
				t.Fatal(err)
			}
			as := d{}
			for _, el := range filter {
				as = append(as, e{el.Key, el.Value})
			}
			expressions = append(expressions, as)
		}
		for range 120 {
			filter := randomFilter(r)
			if len(expressions) > 0 && r.IntN(2) == 0 {
				filter = d{{"$and", a{filter, expressions[r.IntN(len(expressions))]}}}
			}
			stages, index, _, _, _ := x.explain(d{{"find", "c"}, {"filter", filter}})
			if index != "" && index != "_id_" {
				used++
			}
			want := sortedByID(x.find("c", e{"filter", filter}, e{"hint", d{{"$natural", 1}}}))
			if got := sortedByID(x.find("c", e{"filter", filter})); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("%v, %s %s: got %v, want %v", filter, stages, index, got, want)
			}
		}
	}
	if used < 50 {
		t.Errorf("partial indexes served %d times only", used)
	}
}

// TestPartialAgrees lets sessions write while partial indexes come and go.
func TestPartialAgrees(t *testing.T) {
	x := fresh(t)
	x.indexOn("c", d{{"a", 1}}, partial(d{{"u", d{{"$gt", 30}}}}))
	var wg sync.WaitGroup
	for w := range 4 {
		y := x.other()
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 13))
			for range 80 {
				y.run(randomWrite(r))
			}
		})
	}
	y := x.other()
	wg.Go(func() {
		for range 6 {
			y.run(d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"u", 1}}}, {"name", "u"}, partial(d{{"a", d{{"$gte", 3}}}})}}}})
			y.run(d{{"dropIndexes", "c"}, {"index", "u"}})
		}
	})
	wg.Wait()
	x.sound()
}

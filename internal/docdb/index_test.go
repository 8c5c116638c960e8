package docdb

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

func (x *db) index(coll, path string, dir int, more ...e) {
	x.t.Helper()
	spec := append(d{{"key", d{{path, dir}}}, {"name", fmt.Sprintf("%s_%d", path, dir)}}, more...)
	x.ok(d{{"createIndexes", coll}, {"indexes", a{spec}}})
}

// explain returns the stages of a plan from the outside in, the index and the counts.
func (x *db) explain(cmd d) (stages, index string, keys, docs, n int64) {
	x.t.Helper()
	reply := x.ok(d{{"explain", cmd}, {"verbosity", "executionStats"}})
	p := reply.Lookup("queryPlanner", "winningPlan").Document()
	for ; p != nil; p, _ = p.Lookup("inputStage").DocumentOK() {
		stages += p.Lookup("stage").StringValue() + " "
		if name, ok := p.Lookup("indexName").StringValueOK(); ok {
			index = name
		}
	}
	stats := reply.Lookup("executionStats").Document()
	return stages, index, stats.Lookup("totalKeysExamined").AsInt64(), stats.Lookup("totalDocsExamined").AsInt64(), stats.Lookup("nReturned").AsInt64()
}

func TestExplain(t *testing.T) {
	x := fresh(t)
	var docs []any
	for i := range 100 {
		docs = append(docs, d{{"_id", i}, {"a", i % 10}, {"b", i}, {"tags", a{i, i + 1}}})
	}
	x.insert("c", docs...)
	x.index("c", "a", 1)
	x.index("c", "b", -1, e{"unique", true})
	x.index("c", "tags", 1)
	between := func(lo, hi int) d { return d{{"$gte", lo}, {"$lt", hi}} }
	for _, tc := range []struct {
		cmd           d
		stages, index string
		keys, docs, n int64
	}{
		{d{{"find", "c"}}, "COLLSCAN ", "", 0, 100, 100},
		{d{{"find", "c"}, {"filter", d{{"_id", 5}}}}, "IDHACK ", "", 1, 1, 1},
		{d{{"find", "c"}, {"filter", d{{"_id", between(5, 8)}}}}, "FETCH IXSCAN ", "_id_", 3, 3, 3},
		{d{{"find", "c"}, {"filter", d{{"a", 3}}}}, "FETCH IXSCAN ", "a_1", 10, 10, 10},
		{d{{"find", "c"}, {"filter", d{{"a", 3}, {"b", 13}}}}, "FETCH IXSCAN ", "b_-1", 1, 1, 1},
		{d{{"find", "c"}, {"filter", d{{"a", 3}, {"b", 13}}}, {"hint", "a_1"}}, "FETCH IXSCAN ", "a_1", 10, 10, 1},
		{d{{"find", "c"}, {"filter", d{{"a", 3}}}, {"hint", d{{"$natural", 1}}}}, "COLLSCAN ", "", 0, 100, 10},
		{d{{"find", "c"}, {"filter", d{{"b", between(10, 20)}}}, {"sort", d{{"b", 1}}}}, "FETCH IXSCAN ", "b_-1", 10, 10, 10},
		{d{{"find", "c"}, {"sort", d{{"b", -1}}}, {"limit", 3}}, "LIMIT FETCH IXSCAN ", "b_-1", 3, 3, 3},
		{d{{"find", "c"}, {"sort", d{{"a", 1}, {"c", 1}}}, {"limit", 3}}, "LIMIT SORT COLLSCAN ", "", 0, 100, 3},
		{d{{"find", "c"}, {"filter", d{{"tags", d{{"$in", a{5, 6}}}}}}}, "FETCH IXSCAN ", "tags_1", 4, 3, 3},
		{d{{"count", "c"}, {"query", d{{"a", 3}}}}, "COUNT COUNT_SCAN ", "a_1", 10, 0, 10},
		{d{{"count", "c"}, {"query", d{{"a", nil}}}}, "FETCH IXSCAN ", "a_1", 0, 0, 0},
		{d{{"count", "c"}}, "RECORD_STORE_FAST_COUNT ", "", 0, 0, 100},
		{d{{"count", "c"}, {"query", d{{"$and", a{d{}}}}}, {"skip", 30}, {"limit", 80}}, "LIMIT SKIP RECORD_STORE_FAST_COUNT ", "", 0, 0, 70},
		{d{{"count", "c"}, {"query", d{{"tags", 5}}}}, "FETCH IXSCAN ", "tags_1", 2, 2, 2},
		{d{{"distinct", "c"}, {"key", "b"}, {"query", d{{"a", 3}}}}, "FETCH IXSCAN ", "a_1", 10, 10, 10},
		{d{{"aggregate", "c"}, {"pipeline", a{d{{"$match", d{{"a", 3}}}}}}, {"cursor", d{}}}, "FETCH IXSCAN ", "a_1", 10, 10, 10},
		{d{{"delete", "c"}, {"deletes", a{d{{"q", d{{"a", 3}}}, {"limit", 0}}}}}, "FETCH IXSCAN ", "a_1", 10, 10, 10},
		{d{{"find", "none"}}, "EOF ", "", 0, 0, 0},
	} {
		stages, index, keys, docs, n := x.explain(tc.cmd)
		if stages != tc.stages || index != tc.index || keys != tc.keys || docs != tc.docs || n != tc.n {
			t.Errorf("%v:\n got %q %q %d %d %d", tc.cmd, stages, index, keys, docs, n)
		}
	}
	x.fails(wire.BadValue, d{{"find", "c"}, {"hint", "nope"}})
	x.fails(wire.CommandNotFound, d{{"explain", d{{"ping", 1}}}})
	x.sound()
}

// TestIndexOrders compares sorts by index with sorts in memory, over values of many types and arrays.
func TestIndexOrders(t *testing.T) {
	x := fresh(t)
	values := a{nil, 1, 2.5, int64(-7), "x", "", a{}, a{3, "a"}, a{a{1}, nil}, d{{"z", 1}}, true, bson.MaxKey{}, bson.MinKey{}}
	for i, v := range values {
		x.insert("plain", d{{"_id", i}, {"v", v}})
		x.insert("indexed", d{{"_id", i}, {"v", v}})
	}
	x.insert("plain", d{{"_id", 99}})
	x.insert("indexed", d{{"_id", 99}})
	x.index("indexed", "v", 1)
	for _, dir := range []int{1, -1} {
		sortKeys := func(coll string) []string {
			var out []string
			for _, doc := range x.find(coll, e{"sort", d{{"v", dir}}}) {
				out = append(out, doc.Lookup("v").String())
			}
			return out
		}
		// Equal values may come in either order; 99 and the null are the only ones.
		got, want := sortKeys("indexed"), sortKeys("plain")
		for i := range want {
			if got[i] != want[i] && !(got[i]+want[i] == "null" || got[i]+want[i] == "") {
				t.Errorf("%d: place %d: got %s, want %s", dir, i, got[i], want[i])
			}
		}
	}
	for _, v := range values {
		filter := e{"filter", d{{"v", v}}}
		if got, want := fmt.Sprint(x.find("indexed", filter)), fmt.Sprint(x.find("plain", filter)); got != want {
			t.Errorf("%v: got %s, want %s", v, got, want)
		}
	}
	x.sound()
}

func TestUniqueIndex(t *testing.T) {
	x := fresh(t)
	x.index("c", "u", 1, e{"unique", true})
	x.insert("c", d{{"_id", 1}, {"u", 1}}, d{{"_id", 2}, {"u", 2}}, d{{"_id", 3}})
	for _, doc := range []d{{{"_id", 4}, {"u", 2.0}}, {{"_id", 5}, {"u", nil}}, {{"_id", 6}, {"u", a{7, 1}}}} {
		reply := x.run(d{{"insert", "c"}, {"documents", a{doc}}})
		if errs := errorCodes(t, reply); errs[0] != wire.DuplicateKey.Number {
			t.Errorf("%v: %s", doc, reply)
		}
	}
	reply := x.run(d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", 1}}}, {"u", d{{"$set", d{{"u", 2}}}}}}}}})
	if errs := errorCodes(t, reply); errs[0] != wire.DuplicateKey.Number {
		t.Error(reply)
	}
	x.fails(wire.DuplicateKey, d{{"findAndModify", "c"}, {"query", d{{"_id", 1}}}, {"update", d{{"$set", d{{"u", 2}}}}}})
	x.insert("d", d{{"v", 1}}, d{{"v", 1}})
	x.fails(wire.DuplicateKey, d{{"createIndexes", "d"}, {"indexes", a{d{{"key", d{{"v", 1}}}, {"name", "v"}, {"unique", true}}}}})
	x.sound()
}

func TestIndexCatalog(t *testing.T) {
	x := fresh(t)
	x.index("c", "a", 1)
	reply := x.ok(d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"a", 1}}}, {"name", "a_1"}}}}})
	if before, after := reply.Lookup("numIndexesBefore").Int32(), reply.Lookup("numIndexesAfter").Int32(); before != 2 || after != 2 {
		t.Fatal(reply)
	}
	for code, spec := range map[wire.Code]d{
		wire.IndexOptionsConflict:  {{"key", d{{"a", 1}}}, {"name", "other"}},
		wire.IndexKeySpecsConflict: {{"key", d{{"b", 1}}}, {"name", "a_1"}},
		invalidOption:              {{"key", d{{"b", 1}}}, {"name", "b"}, {"wrong", 1}},
		wire.MissingField:          {{"name", "b"}},
	} {
		x.fails(code, d{{"createIndexes", "c"}, {"indexes", a{spec}}})
	}
	for _, spec := range []d{
		{{"key", d{{"a", 1}, {"a", -1}}}}, {{"key", d{{"a", "text"}}}}, {{"key", d{{"a", 0}}}}, {{"key", d{}}},
		{{"key", d{{"$**", 1}}}}, {{"key", d{{"t", 1}, {"s", 1}}}, {"expireAfterSeconds", 5}}, {{"key", d{{"t", 1}}}, {"expireAfterSeconds", -5}},
		{{"key", d{{"t", 1}}}, {"collation", d{{"locale", "de"}}}},
	} {
		x.fails(wire.CannotCreateIndex, d{{"createIndexes", "c"}, {"indexes", a{append(spec, e{"name", "n"})}}})
	}
	shows(t, x.drain(d{{"listIndexes", "c"}}), `{"v":2,"key":{"_id":1},"name":"_id_"}`, `{"v":2,"key":{"a":1},"name":"a_1"}`)
	x.fails(wire.InvalidOptions, d{{"dropIndexes", "c"}, {"index", "_id_"}})
	x.fails(wire.IndexNotFound, d{{"dropIndexes", "c"}, {"index", "zzz"}})
	x.ok(d{{"dropIndexes", "c"}, {"index", d{{"a", 1}}}})
	x.index("c", "a", 1)
	x.index("c", "b", -1)
	x.ok(d{{"dropIndexes", "c"}, {"index", "*"}})
	shows(t, x.drain(d{{"listIndexes", "c"}}), `{"v":2,"key":{"_id":1},"name":"_id_"}`)
	x.fails(wire.NamespaceNotFound, d{{"listIndexes", "none"}})
}

// TestIndexesAgree lets several sessions write at random while indexes come and go, and compares what the indexes hold and
// answer with the documents.
func TestIndexesAgree(t *testing.T) {
	x := fresh(t)
	x.index("c", "a", 1)
	x.index("c", "a.b", -1)
	var wg sync.WaitGroup
	for w := range 6 {
		y := x.other()
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			for range 150 {
				y.run(randomWrite(r))
			}
		})
	}
	y := x.other()
	wg.Go(func() {
		for range 10 {
			y.run(d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"u", 1}}}, {"name", "u"}, {"unique", true}}}}})
			y.run(d{{"dropIndexes", "c"}, {"index", "u"}})
		}
	})
	wg.Wait()
	x.sound()
	for i := range 8 {
		for _, filter := range []d{{{"a", i}}, {{"a", d{{"$gt", i}}}}, {{"a.b", i}}, {{"a", d{{"$in", a{i, nil, "s"}}}}}} {
			sort := e{"sort", d{{"_id", 1}}}
			got := x.find("c", e{"filter", filter}, sort)
			want := x.find("c", e{"filter", filter}, sort, e{"hint", d{{"$natural", 1}}})
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%v: %d by index, %d by scan", filter, len(got), len(want))
			}
		}
	}
}

func randomValue(r *rand.Rand) any {
	switch r.IntN(6) {
	case 0:
		return a{r.IntN(8), r.IntN(8)}
	case 1:
		return a{d{{"b", r.IntN(8)}}, d{{"b", r.IntN(8)}}}
	case 2:
		return d{{"b", r.IntN(8)}}
	case 3:
		return nil
	case 4:
		return "s"
	}
	return r.IntN(8)
}

func randomWrite(r *rand.Rand) d {
	id := r.IntN(60)
	switch r.IntN(8) {
	case 6:
		return d{{"update", "c"}, {"updates", a{append(d{{"q", d{{"a", d{{"$lt", r.IntN(8)}}}}}}, randomElements(r)...)}}}
	case 7:
		return d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", id}}}, {"u", a{pick[any](r, d{{"$set", d{{"a", a{"$a", "$$ROOT.u"}}, {"b.c", "$a"}}}}, d{{"$unset", a{"a", "b.c"}}},
			d{{"$replaceWith", d{{"b", "$b"}, {"u", id}, {"a", "$a"}}}})}}}}}}
	case 0:
		return d{{"insert", "c"}, {"documents", a{d{{"_id", id}, {"a", randomValue(r)}, {"u", id}}}}}
	case 1:
		return d{{"delete", "c"}, {"deletes", a{d{{"q", d{{"_id", id}}}, {"limit", 1}}}}}
	case 2:
		return d{{"delete", "c"}, {"deletes", a{d{{"q", d{{"a", r.IntN(30)}}}, {"limit", 0}}}}}
	case 3:
		return d{{"update", "c"}, {"updates", a{d{{"q", d{{"a", r.IntN(8)}}}, {"u", d{{"$set", d{{"a", randomValue(r)}}}}}, {"multi", true}}}}}
	case 4:
		return d{{"findAndModify", "c"}, {"query", d{{"_id", id}}}, {"update", d{{"u", id}, {"a", randomValue(r)}}}, {"upsert", true}}
	}
	return d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", id}}}, {"u", d{{"$set", d{{"a", randomValue(r)}}}}}, {"upsert", true}}}}}
}

// randomElements is an update of elements of arrays, with its options.
func randomElements(r *rand.Rand) d {
	if r.IntN(2) == 0 {
		return d{{"u", pick(r, d{{"$set", d{{"a.$", r.IntN(9)}}}}, d{{"$unset", d{{"a.$", 1}}}}, d{{"$bit", d{{"a.$", d{{"xor", 3}}}}}}, d{{"$set", d{{"a.$", d{{"b", a{}}}}}}})}}
	}
	return d{{"u", pick(r, d{{"$inc", d{{"a.$[]", 1}}}}, d{{"$set", d{{"a.$[].b", 1}}}}, d{{"$set", d{{"a.$[x]", nil}}}}, d{{"$push", d{{"a.$[x].b", 1}}}})}, {"multi", true},
		{"arrayFilters", pick(r, a{d{{"x", d{{"$gt", 3}}}}}, a{d{{"x.b", d{{"$exists", true}}}}}, a{})}}
}

var fixedTime = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)

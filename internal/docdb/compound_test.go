package docdb

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// indexOn creates an index on several paths.
func (x *db) indexOn(coll string, key d, more ...e) {
	x.t.Helper()
	x.ok(d{{"createIndexes", coll}, {"indexes", a{append(d{{"key", key}}, more...)}}})
}

func TestCompoundPlans(t *testing.T) {
	x := fresh(t)
	var docs []any
	for i := range 100 {
		docs = append(docs, d{{"_id", i}, {"a", i % 10}, {"b", i / 10}, {"c", i}, {"t", a{i % 3, 7}}})
	}
	x.insert("c", docs...)
	x.indexOn("c", d{{"a", 1}, {"b", -1}, {"c", 1}})
	x.indexOn("c", d{{"t", 1}, {"b", 1}})
	for _, tc := range []struct {
		filter, sort d
		stages       string
		keys, n      int64
	}{
		{d{{"a", 3}}, nil, "FETCH IXSCAN ", 10, 10},
		{d{{"b", 3}}, nil, "COLLSCAN ", 0, 10},
		{d{{"a", 3}, {"b", 4}}, nil, "FETCH IXSCAN ", 1, 1},
		{d{{"a", 3}, {"b", d{{"$gte", 4}, {"$lt", 6}}}}, d{{"b", 1}}, "FETCH IXSCAN ", 2, 2},
		{d{{"a", 3}, {"b", d{{"$gt", 4}}}}, d{{"b", -1}, {"c", 1}}, "FETCH IXSCAN ", 5, 5},
		{d{{"a", 3}, {"b", d{{"$gt", 4}}}}, d{{"b", 1}, {"c", 1}}, "SORT FETCH IXSCAN ", 5, 5},
		{d{{"a", d{{"$in", a{1, 2}}}}, {"b", d{{"$in", a{1, 2, 99}}}}}, d{{"a", -1}, {"b", 1}}, "FETCH IXSCAN ", 4, 4},
		{d{{"a", d{{"$in", a{1, 2}}}}}, d{{"b", 1}}, "SORT FETCH IXSCAN ", 20, 20},
		{nil, d{{"a", -1}, {"b", 1}}, "FETCH IXSCAN ", 100, 100},
		{nil, d{{"a", 1}, {"b", 1}}, "SORT COLLSCAN ", 0, 100},
		{d{{"a", 3}}, d{{"a", 1}, {"b", 1}}, "FETCH IXSCAN ", 10, 10},
		{d{{"t", 2}}, d{{"b", 1}}, "FETCH IXSCAN ", 33, 33},
		{d{{"t", d{{"$gt", 0}}}}, d{{"t", 1}}, "SORT FETCH IXSCAN ", 166, 100},
	} {
		cmd := d{{"find", "c"}}
		if tc.filter != nil {
			cmd = append(cmd, e{"filter", tc.filter})
		}
		if tc.sort != nil {
			cmd = append(cmd, e{"sort", tc.sort})
		}
		if stages, _, keys, _, n := x.explain(cmd); stages != tc.stages || keys != tc.keys || n != tc.n {
			t.Errorf("%v: %q, %d keys, %d documents", cmd, stages, keys, n)
		}
	}
	if _, index, _, _, _ := x.explain(d{{"find", "c"}, {"hint", d{{"t", 1}, {"b", 1}}}}); index != "t_1_b_1" {
		t.Error(index)
	}
	x.fails(wire.BadValue, d{{"find", "c"}, {"hint", d{{"b", 1}, {"t", 1}}}})
	x.sound()
}

func TestParallelArrays(t *testing.T) {
	x := fresh(t)
	x.indexOn("c", d{{"a", 1}, {"b", 1}})
	x.indexOn("c", d{{"s.x", 1}, {"s.y", -1}}, e{"unique", true})
	x.insert("c", d{{"_id", 1}, {"a", a{1, 2}}, {"b", 1}, {"s", a{d{{"x", 1}, {"y", 2}}, d{{"x", 3}, {"y", 4}}}}})
	x.insert("c", d{{"_id", 2}, {"a", 1}, {"b", a{1, 2}}, {"s", a{d{{"x", 1}, {"y", 4}}}}}) // one element's pair, not any two
	for id, doc := range map[int]d{
		3: {{"a", a{1}}, {"b", a{1}}, {"s", 3}},
		4: {{"s", d{{"x", a{}}, {"y", a{1}}}}},
	} {
		reply := x.run(d{{"insert", "c"}, {"documents", a{append(d{{"_id", id}}, doc...)}}})
		if codes := errorCodes(t, reply); codes[0] != 171 {
			t.Errorf("%v: %s", doc, reply)
		}
	}
	x.fails(wire.Code{Number: 171}, d{{"findAndModify", "c"}, {"query", d{{"_id", 1}}}, {"update", d{{"$set", d{{"b", a{1}}}}}}})
	reply := x.run(d{{"insert", "c"}, {"documents", a{d{{"_id", 5}, {"s", d{{"x", 3}, {"y", 4.0}}}}}}})
	if shown := reply.String(); !strings.Contains(shown, "dup key: { s.x: ") || !strings.Contains(shown, "keyPattern") {
		t.Error(shown)
	}
	x.insert("p", d{{"a", a{1}}, {"b", a{1}}})
	x.fails(wire.Code{Number: 171}, d{{"createIndexes", "p"}, {"indexes", a{d{{"key", d{{"a", 1}, {"b", 1}}}}}}})
	x.sound()
}

func TestIndexSpecs(t *testing.T) {
	x := fresh(t)
	x.indexOn("c", d{{"a", 1}, {"b", -1}})
	x.indexOn("c", d{{"a", 1}}, e{"sparse", true})
	x.indexOn("c", d{{"t", 1}}, e{"expireAfterSeconds", 60})
	shows(t, x.drain(d{{"listIndexes", "c"}}), `{"v":2,"key":{"_id":1},"name":"_id_"}`, `{"v":2,"key":{"a":1,"b":-1},"name":"a_1_b_-1"}`,
		`{"v":2,"key":{"a":1},"name":"a_1","sparse":true}`, `{"v":2,"key":{"t":1},"name":"t_1","expireAfterSeconds":60}`)
	var wide d
	for i := range 33 {
		wide = append(wide, e{fmt.Sprint("f", i), 1})
	}
	for _, tc := range []struct {
		code wire.Code
		spec d
	}{
		{wire.CannotCreateIndex, d{{"key", wide}, {"name", "wide"}}},
		{wire.CannotCreateIndex, d{{"key", d{{"z", 1}}}, {"name", ""}}},
		{wire.BadValue, d{{"key", d{{"z", 1}}}, {"name", "*"}}},
		{wire.BadValue, d{{"key", d{{"z", 1}}}, {"name", "_id_"}}},
		{storage.BadIDOption, d{{"key", d{{"_id", 1}}}, {"sparse", true}}},
		{wire.IndexOptionsConflict, d{{"key", d{{"a", 1}, {"b", -1}}}, {"name", "other"}}},
		{wire.IndexOptionsConflict, d{{"key", d{{"t", 1}}}, {"name", "t_1"}, {"expireAfterSeconds", 61}}},
		{wire.IndexKeySpecsConflict, d{{"key", d{{"a", 1}, {"b", -1}}}, {"unique", true}}},
		{wire.IndexKeySpecsConflict, d{{"key", d{{"b", -1}, {"a", 1}}}, {"name", "a_1_b_-1"}}},
	} {
		x.fails(tc.code, d{{"createIndexes", "c"}, {"indexes", a{tc.spec}}})
	}
	x.indexOn("c", wide[:32], e{"name", "wide"})
	x.indexOn("c", d{{"_id", 1}, {"a", 1}})
	x.ok(d{{"dropIndexes", "c"}, {"index", d{{"a", 1}, {"b", -1}}}})
	x.ok(d{{"dropIndexes", "c"}, {"index", "wide"}})
	if n := len(x.drain(d{{"listIndexes", "c"}})); n != 4 {
		t.Errorf("%d indexes are left", n)
	}
	x.fails(wire.IndexNotFound, d{{"dropIndexes", "c"}, {"index", d{{"a", -1}}}})

	x.indexOn("c", d{{"a", 1}}, e{"name", "full"})
	x.fails(ambiguousPattern, d{{"dropIndexes", "c"}, {"index", d{{"a", 1}}}})
	x.fails(wire.BadValue, d{{"find", "c"}, {"hint", d{{"a", 1}}}})
	x.ok(d{{"find", "c"}, {"hint", "full"}})
	x.fails(wire.IndexNotFound, d{{"dropIndexes", "c"}, {"index", a{"full", "full"}}})
	x.ok(d{{"dropIndexes", "c"}, {"index", a{"full"}}})
	x.ok(d{{"find", "c"}, {"hint", d{{"a", 1}}}})
}

func TestSparse(t *testing.T) {
	x := fresh(t)
	x.indexOn("c", d{{"a", 1}, {"b", 1}}, e{"sparse", true}, e{"unique", true})
	x.indexOn("u", d{{"a", 1}, {"b", 1}}, e{"unique", true})
	for i := range 3 {
		x.insert("c", d{{"_id", i}})
	}
	x.insert("c", d{{"_id", 3}, {"a", nil}}, d{{"_id", 4}, {"b", 1}}, d{{"_id", 5}, {"a", 1}})
	x.insert("u", d{{"_id", 1}}, d{{"_id", 2}, {"a", 1}})
	for coll, doc := range map[string]d{"c": {{"b", nil}}, "u": {{"c", 1}}} {
		reply := x.run(d{{"insert", coll}, {"documents", a{doc}}})
		if codes := errorCodes(t, reply); codes[0] != wire.DuplicateKey.Number {
			t.Errorf("%s %v: %s", coll, doc, reply)
		}
	}
	for _, tc := range []struct {
		filter d
		stages string
		n      int64
	}{
		{d{}, "COLLSCAN ", 6}, {d{{"a", nil}}, "COLLSCAN ", 5}, {d{{"a", 1}}, "FETCH IXSCAN ", 1},
		{d{{"a", nil}, {"b", 1}}, "FETCH IXSCAN ", 1}, {d{{"a", nil}, {"b", d{{"$exists", true}}}}, "FETCH IXSCAN ", 1},
	} {
		if stages, _, _, _, n := x.explain(d{{"find", "c"}, {"filter", tc.filter}}); stages != tc.stages || n != tc.n {
			t.Errorf("%v: %s, %d", tc.filter, stages, n)
		}
	}
	if n := len(x.find("c", e{"hint", "a_1_b_1"})); n != 3 {
		t.Errorf("the sparse index has %d documents", n)
	}
	x.indexOn("s", d{{"t.x", 1}}, e{"sparse", true}) // which does not have the null by which the second document sorts
	x.insert("s", d{{"_id", 1}, {"t", d{{"x", 3}}}}, d{{"_id", 2}, {"t", a{d{{"x", 5}}, d{{"y", 1}}}}})
	shows(t, x.find("s", e{"filter", d{{"t.x", d{{"$exists", true}}}}}, e{"sort", d{{"t.x", 1}}}, e{"projection", d{{"_id", 1}}}), `{"_id":2}`, `{"_id":1}`)
	x.sound()
}

// paths, and whatever stands on them, for random documents, indexes and filters.
var randomPaths = []string{"a", "b", "a.x", "a.y", "b.x", "a.0", "_id"}

func randomDocument(r *rand.Rand, id int) d {
	nested := func() any {
		sub := func() d {
			s := d{}
			for _, name := range []string{"x", "y"} {
				if r.IntN(3) > 0 {
					s = append(s, e{name, randomScalar(r)})
				}
			}
			return s
		}
		switch r.IntN(6) {
		case 0:
			return sub()
		case 1:
			return a{sub(), sub(), randomScalar(r)}
		case 2:
			return a{randomScalar(r), randomScalar(r), a{randomScalar(r)}}
		case 3:
			return a{}
		}
		return randomScalar(r)
	}
	doc := d{{"_id", id}}
	for _, name := range []string{"a", "b"} {
		if r.IntN(6) > 0 {
			doc = append(doc, e{name, nested()})
		}
	}
	return doc
}

func randomScalar(r *rand.Rand) any {
	list := []any{nil, 0, 1, 2, 3, 2.5, int64(1), "s", "st", "str", "t", true, bson.NewDateTimeFromTime(fixedTime), bson.MinKey{}, bson.MaxKey{}}
	return list[r.IntN(len(list))]
}

func randomFilter(r *rand.Rand) d {
	filter := d{}
	for _, path := range randomPaths[:len(randomPaths)-1] {
		if r.IntN(3) > 0 {
			continue
		}
		v := randomScalar(r)
		conditions := []any{v, d{{"$gt", v}}, d{{"$lte", v}}, d{{"$gte", v}, {"$lt", randomScalar(r)}}, d{{"$in", a{v, randomScalar(r), a{}}}},
			d{{"$ne", v}}, d{{"$exists", r.IntN(2) == 0}}, bson.Regex{Pattern: "^st"}, d{{"$elemMatch", d{{"$gt", 0}}}}, a{v},
			d{{"$in", a{bson.Regex{Pattern: "^st"}, v}}}, d{{"$not", d{{"$lt", v}}}}, bson.Regex{Pattern: "t"}}
		filter = append(filter, e{path, conditions[r.IntN(len(conditions))]})
	}
	if r.IntN(8) == 0 {
		filter = append(filter, e{"$or", a{d{{"a", randomScalar(r)}}, d{{"b", randomScalar(r)}}}})
	}
	return filter
}

func randomKey(r *rand.Rand) d {
	key := d{}
	for _, i := range r.Perm(len(randomPaths))[:1+r.IntN(3)] {
		key = append(key, e{randomPaths[i], 1 - 2*r.IntN(2)})
	}
	return key
}

// TestIndexModel puts the same random documents into a collection with random indexes and one with none, and asks both the
// same: by index and by scan they must give the same documents in the same order, as far as the order is told.
func TestIndexModel(t *testing.T) {
	for round := range uint64(6) {
		r := rand.New(rand.NewPCG(round, 5))
		x := fresh(t)
		var keys []d
		for len(keys) < 4 {
			key := randomKey(r)
			if len(key) == 1 && key[0].Key == "_id" {
				continue
			}
			if reply := x.run(d{{"createIndexes", "with"}, {"indexes", a{d{{"key", key}, {"sparse", r.IntN(4) == 0}, {"name", fmt.Sprint(len(keys))}}}}}); reply.Lookup("ok").AsFloat64() == 1 {
				keys = append(keys, key)
			}
		}
		for id := range 60 {
			doc := randomDocument(r, id)
			if reply := x.run(d{{"insert", "with"}, {"documents", a{doc}}}); reply.Lookup("writeErrors").Type == 0 {
				x.insert("without", doc)
			}
		}
		x.sound()
		for range 40 {
			ask(t, x, r, keys)
		}
	}
}

func ask(t *testing.T, x *db, r *rand.Rand, keys []d) {
	t.Helper()
	more := []e{{"filter", randomFilter(r)}}
	order := d{}
	if r.IntN(2) == 0 {
		order = keys[r.IntN(len(keys))]
		if r.IntN(2) == 0 {
			order = order[:1]
		}
		more = append(more, e{"sort", order})
	}
	want := x.find("without", more...)
	for hint := -1; hint < len(keys); hint++ {
		if hint >= 0 {
			more = append(slices.Clip(more[:len(more):len(more)]), e{"hint", fmt.Sprint(hint)})
			if coll := x.e.store.Collection(storage.Namespace{DB: "test", Coll: "with"}); coll.Indexes[hint].Sparse {
				more = more[:len(more)-1] // it may leave out documents when told so
				continue
			}
		}
		got := x.find("with", more...)
		if fmt.Sprint(sortedByID(got)) != fmt.Sprint(sortedByID(want)) {
			t.Fatalf("%v, indexes %v: got %d, want %d\n%v\n%v", more, keys, len(got), len(want), got, want)
		}
		places, err := parseSort(t, order)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if !bytes.Equal(place(t, places, got[i]), place(t, places, want[i])) {
				t.Fatalf("%v, indexes %v: place %d: got %s, want %s", more, keys, i, got[i], want[i])
			}
		}
		if hint >= 0 {
			more = more[:len(more)-1]
		}
	}
}

func place(t testing.TB, s order.Sort, doc bson.Raw) []byte {
	t.Helper()
	key, err := s.Key(doc)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sortedByID(docs []bson.Raw) []bson.Raw {
	return slices.SortedFunc(slices.Values(docs), func(x, y bson.Raw) int {
		return int(x.Lookup("_id").AsInt64() - y.Lookup("_id").AsInt64())
	})
}

// parseSort is an order as the engine has it.
func parseSort(t testing.TB, d d) (order.Sort, error) { return order.Parse(nil, marshal(t, d)) }

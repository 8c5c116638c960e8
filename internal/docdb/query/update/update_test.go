package update

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

var now = time.UnixMilli(1_700_000_000_123).UTC()

func update(t testing.TB, text string) *Update {
	t.Helper()
	u, err := Parse(nil, querytest.Val(t, text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return u
}

var updateCases = []struct{ doc, update, want string }{
	// Replacement keeps the _id, in front.
	{`{"_id": 1, "a": 1}`, `{"b": 2}`, `{"_id": 1, "b": 2}`},
	{`{"_id": 1, "a": 1}`, `{"b": 2, "_id": 1.0}`, `{"_id": 1, "b": 2}`},
	{`{"_id": 1, "a": 1}`, `{}`, `{"_id": 1}`},

	// Fields keep their order; new ones follow in the order of their names.
	{`{"_id": 1, "c": 1, "a": 1}`, `{"$set": {"z": 1, "a": 2, "b": 3}}`, `{"_id": 1, "c": 1, "a": 2, "b": 3, "z": 1}`},
	{`{}`, `{"$set": {"a.b.c": 1}}`, `{"a": {"b": {"c": 1}}}`},
	{`{"a": {"x": 1}}`, `{"$set": {"a.y": 2}}`, `{"a": {"x": 1, "y": 2}}`},
	{`{"a": [1, 2]}`, `{"$set": {"a.0": 9, "a.3": 4}}`, `{"a": [9, 2, null, 4]}`},
	{`{"a": [{"b": 1}]}`, `{"$set": {"a.0.b": 2, "a.0.c": 3}}`, `{"a": [{"b": 2, "c": 3}]}`},
	{`{}`, `{"$set": {"a.0": 1}}`, `{"a": {"0": 1}}`},
	{`{}`, `{"$set": {"a.10": 1, "a.9": 2}}`, `{"a": {"9": 2, "10": 1}}`},
	{`{"a": 1}`, `{"$set": {}}`, `{"a": 1}`},
	{`{"a": 1}`, `{"$setOnInsert": {"b": 1}}`, `{"a": 1}`},
	{`{"a": 1, "b": 2}`, `{"$unset": {"a": "", "x.y": 1, "b.c": 1}}`, `{"b": 2}`},
	{`{"a": [1, 2]}`, `{"$unset": {"a.0": 1}}`, `{"a": [null, 2]}`},

	// Numbers widen and keep their types.
	{`{"a": 1}`, `{"$inc": {"a": 2, "b": 5}}`, `{"a": 3, "b": 5}`},
	{`{"a": 2147483647}`, `{"$inc": {"a": 1}}`, `{"a": {"$numberLong": "2147483648"}}`},
	{`{"a": {"$numberLong": "1"}}`, `{"$inc": {"a": 1}}`, `{"a": {"$numberLong": "2"}}`},
	{`{"a": 1}`, `{"$inc": {"a": 0.5}}`, `{"a": 1.5}`},
	{`{"a": {"$numberDecimal": "0.1"}}`, `{"$inc": {"a": 0.2}}`, `{"a": {"$numberDecimal": "0.300000000000000"}}`},
	{`{"a": {"$numberDecimal": "Infinity"}}`, `{"$inc": {"a": {"$numberDouble": "-Infinity"}}}`, `{"a": {"$numberDecimal": "NaN"}}`},
	{`{"a": 6}`, `{"$mul": {"a": 7, "b": 3}}`, `{"a": 42, "b": 0}`},
	{`{"a": 65536}`, `{"$mul": {"a": 65536}}`, `{"a": {"$numberLong": "4294967296"}}`},
	{`{}`, `{"$mul": {"a": {"$numberLong": "2"}, "b": 1.5}}`, `{"a": {"$numberLong": "0"}, "b": 0.0}`},
	{`{"a": 5, "b": 5, "c": 5}`, `{"$min": {"a": 3, "b": 7, "d": 1}}`, `{"a": 3, "b": 5, "c": 5, "d": 1}`},
	{`{"a": 5, "b": 5}`, `{"$max": {"a": 3, "b": "x"}}`, `{"a": 5, "b": "x"}`},

	{`{"a": 1, "b": 2}`, `{"$rename": {"a": "c"}}`, `{"b": 2, "c": 1}`},
	{`{"a": 1, "b": 2}`, `{"$rename": {"a": "b"}}`, `{"b": 1}`},
	{`{"a": {"x": 1}}`, `{"$rename": {"a.x": "y.z"}}`, `{"a": {}, "y": {"z": 1}}`},
	{`{"b": 2}`, `{"$rename": {"a": "b"}}`, `{"b": 2}`},
	{`{}`, `{"$currentDate": {"a": true, "b": {"$type": "timestamp"}, "c": {"$type": "date"}}}`,
		`{"a": {"$date": {"$numberLong": "1700000000123"}}, "b": {"$timestamp": {"t": 1700000000, "i": 1}}, "c": {"$date": {"$numberLong": "1700000000123"}}}`},

	// Arrays.
	{`{}`, `{"$push": {"a": 1}}`, `{"a": [1]}`},
	{`{"a": [1]}`, `{"$push": {"a": [2, 3]}}`, `{"a": [1, [2, 3]]}`},
	{`{"a": [1]}`, `{"$push": {"a": {"$each": [2, 3]}}}`, `{"a": [1, 2, 3]}`},
	{`{"a": [1, 2]}`, `{"$push": {"a": {"$each": [9], "$position": 0}}}`, `{"a": [9, 1, 2]}`},
	{`{"a": [1, 2]}`, `{"$push": {"a": {"$each": [9], "$position": -1}}}`, `{"a": [1, 9, 2]}`},
	{`{"a": [1, 2]}`, `{"$push": {"a": {"$each": [9], "$position": 99}}}`, `{"a": [1, 2, 9]}`},
	{`{"a": [3, 1]}`, `{"$push": {"a": {"$each": [2], "$sort": 1, "$slice": -2}}}`, `{"a": [2, 3]}`},
	{`{"a": [3, 1]}`, `{"$push": {"a": {"$slice": 1, "$sort": -1, "$each": [2]}}}`, `{"a": [3]}`},
	{`{"a": [3, 1]}`, `{"$push": {"a": {"$each": [], "$slice": 0}}}`, `{"a": []}`},
	{`{"a": [{"x": 2}, {"x": 1}]}`, `{"$push": {"a": {"$each": [{"x": 3}], "$sort": {"x": -1}}}}`, `{"a": [{"x": 3}, {"x": 2}, {"x": 1}]}`},
	{`{"a": [1, 2]}`, `{"$addToSet": {"a": 2.0}}`, `{"a": [1, 2]}`},
	{`{"a": [1]}`, `{"$addToSet": {"a": {"$each": [2, 2, 1]}, "b": {"x": 1}}}`, `{"a": [1, 2], "b": [{"x": 1}]}`},
	{`{"a": [1, 1]}`, `{"$addToSet": {"a": 1}}`, `{"a": [1, 1]}`},
	{`{"a": [1, 5, 1, "x"]}`, `{"$pull": {"a": 1}}`, `{"a": [5, "x"]}`},
	{`{"a": [1, 5, 9, "x"]}`, `{"$pull": {"a": {"$gte": 5}}}`, `{"a": [1, "x"]}`},
	{`{"a": [1, 5]}`, `{"$pull": {"a": {"$in": [5, 6]}, "b": 1}}`, `{"a": [1]}`},
	{`{"a": [{"x": 1, "y": 1}, {"x": 2}]}`, `{"$pull": {"a": {"x": 1}}}`, `{"a": [{"x": 2}]}`},
	{`{"a": [{"x": 1, "y": 1}, {"x": 2}, 3]}`, `{"$pull": {"a": {"$or": [{"x": 1}, {"x": 2}]}}}`, `{"a": [3]}`},
	{`{"a": [[1, 2], [2, 1], 1]}`, `{"$pull": {"a": [1, 2]}}`, `{"a": [[2, 1], 1]}`},
	{`{"a": [1, 2, 3]}`, `{"$pullAll": {"a": [1, 3.0]}}`, `{"a": [2]}`},
	{`{"a": [1, 2, 3], "b": [1, 2]}`, `{"$pop": {"a": 1, "b": -1, "c": 1}}`, `{"a": [1, 2], "b": [2]}`},
	{`{"a": []}`, `{"$pop": {"a": 1}}`, `{"a": []}`},
}

func TestApply(t *testing.T) {
	for _, c := range updateCases {
		before := querytest.Doc(t, c.doc)
		out, changed, err := update(t, c.update).Apply(before, ApplyOptions{Now: now})
		if err != nil {
			t.Errorf("%s on %s: %v", c.update, c.doc, err)
			continue
		}
		querytest.Same(t, c.update+" on "+c.doc, out, c.want)
		if changed == bytes.Equal(before, out) {
			t.Errorf("%s on %s: changed is %v", c.update, c.doc, changed)
		}
		if !bytes.Equal(before, querytest.Doc(t, c.doc)) {
			t.Errorf("%s wrote into the document it was given", c.update)
		}
	}
}

func TestRefusedUpdates(t *testing.T) {
	for _, c := range []struct {
		update string
		code   int32
		text   string
	}{
		{`[{"$set": {"a": 1}}]`, 238, "pipeline"},
		{`5`, 9, "document"},
		{`{"$foo": {"a": 1}}`, 9, "$foo"},
		{`{"$set": 1}`, 9, "type int"},
		{`{"$set": {"a": 1}, "b": 2}`, 9, "b"},
		{`{"b": 2, "$set": {"a": 1}}`, 52, "$set"},
		{`{"$set": {"a": 1}, "$inc": {"a": 1}}`, 40, "'a'"},
		{`{"$set": {"a": 1, "a.b": 1}}`, 40, "conflict at 'a'"},
		{`{"$set": {"a.b": 1, "a-b": 1}, "$unset": {"a": 1}}`, 40, "conflict at 'a'"},
		{`{"$rename": {"a": "b"}, "$set": {"b": 1}}`, 40, "'b'"},
		{`{"$rename": {"a": "a.b"}}`, 40, "'a'"},
		{`{"$rename": {"a": "a"}}`, 2, "differ"},
		{`{"$rename": {"a": 1}}`, 2, "string"},
		{`{"$set": {"": 1}}`, 56, "empty"},
		{`{"$set": {"a..b": 1}}`, 56, "empty"},
		{`{"$set": {"a.$": 1}}`, 2, "not supported"},
		{`{"$set": {"a.$[]": 1}}`, 2, "not supported"},
		{`{"$set": {"a.$[x].b": 1}}`, 2, "not supported"},
		{`{"$set": {"a.$x": 1}}`, 52, "$x"},
		{`{"$inc": {"a": "x"}}`, 14, "non-numeric"},
		{`{"$mul": {"a": null}}`, 14, "non-numeric"},
		{`{"$currentDate": {"a": 1}}`, 2, "$currentDate"},
		{`{"$currentDate": {"a": {"$type": "x"}}}`, 2, "$currentDate"},
		{`{"$push": {"a": {"$each": 1}}}`, 2, "array"},
		{`{"$push": {"a": {"$each": [], "$foo": 1}}}`, 2, "$foo"},
		{`{"$push": {"a": {"$slice": 1}}}`, 2, "$each"},
		{`{"$push": {"a": {"$each": [], "$slice": "x"}}}`, 2, "$slice"},
		{`{"$push": {"a": {"$each": [], "$sort": 2}}}`, 2, "$sort"},
		{`{"$push": {"a": {"$each": [], "$sort": {}}}}`, 2, "$sort"},
		{`{"$addToSet": {"a": {"$each": [], "$slice": 1}}}`, 2, "$slice"},
		{`{"$pull": {"a": {"$foo": 1}}}`, 2, "$foo"},
		{`{"$pullAll": {"a": 1}}`, 2, "array"},
		{`{"$pop": {"a": 2}}`, 9, "1 or -1"},
	} {
		_, err := Parse(nil, querytest.Val(t, c.update))
		querytest.Fails(t, c.update, err, c.code, c.text)
	}
}

func TestFailingUpdates(t *testing.T) {
	for _, c := range []struct {
		doc, update string
		code        int32
		text        string
	}{
		{`{"_id": 1}`, `{"_id": 2}`, 66, "_id"},
		{`{"_id": 1}`, `{"$set": {"_id": 2}}`, 66, "_id"},
		{`{"_id": 1}`, `{"$unset": {"_id": 1}}`, 66, "_id"},
		{`{"_id": {"a": 1}}`, `{"$set": {"_id.b": 2}}`, 66, "_id"},
		{`{}`, `{"$set": {"_id": [1]}}`, 53, "array"},
		{`{"a": 1}`, `{"$set": {"a.b": 1}}`, 28, "Cannot create field 'b'"},
		{`{"a": null}`, `{"$inc": {"a.b": 1}}`, 28, "Cannot create field 'b'"},
		{`{"a": []}`, `{"$push": {"a.b": 1}}`, 28, "Cannot create field 'b'"},
		{`{"a": []}`, `{"$set": {"a.2000000": 1}}`, 2, "fill"},
		{`{"a": [], "b": []}`, `{"$set": {"a.1000000": 1, "b.1000000": 1}}`, 2, "fill"},
		{`{"a": "x"}`, `{"$inc": {"a": 1}}`, 14, "non-numeric"},
		{`{"a": {"$numberLong": "9223372036854775807"}}`, `{"$inc": {"a": 1}}`, 2, "64-bit"},
		{`{"a": {"$numberLong": "-9223372036854775808"}}`, `{"$mul": {"a": -1}}`, 2, "64-bit"},
		{`{"a": 1}`, `{"$push": {"a": 1}}`, 2, "array"},
		{`{"a": 1}`, `{"$addToSet": {"a": 1}}`, 2, "array"},
		{`{"a": 1}`, `{"$pull": {"a": 1}}`, 2, "array"},
		{`{"a": 1}`, `{"$pop": {"a": 1}}`, 14, "array"},
		{`{"a": [{"b": 1}]}`, `{"$rename": {"a.0.b": "c"}}`, 2, "array"},
		{`{"a": 1, "b": [1]}`, `{"$rename": {"a": "b.0"}}`, 2, "array"},
	} {
		_, _, err := update(t, c.update).Apply(querytest.Doc(t, c.doc), ApplyOptions{Now: now})
		querytest.Fails(t, c.update+" on "+c.doc, err, c.code, c.text)
	}
}

func TestUpsert(t *testing.T) {
	for _, c := range []struct{ filter, update, want string }{
		{`{"_id": 5, "a": 1}`, `{"b": 2}`, `{"_id": 5, "b": 2}`},
		{`{"a": 1}`, `{"b": 2}`, `{"b": 2}`},
		{`{"a": 1, "b": {"$gt": 5}, "_id": 7}`, `{"$set": {"c": 1}}`, `{"_id": 7, "a": 1, "c": 1}`},
		{`{"a.b": 1, "a.c": {"$eq": 2}}`, `{"$inc": {"a.b": 1}}`, `{"a": {"b": 2, "c": 2}}`},
		{`{"$and": [{"a": 1}, {"$or": [{"b": 2}]}]}`, `{"$setOnInsert": {"_id": 9}}`, `{"_id": 9, "a": 1, "b": 2}`},
		{`{"$or": [{"a": 1}, {"b": 2}], "c": {"$in": [3]}, "d": {"$in": [1, 2]}}`, `{"$set": {"x": 1}}`, `{"c": 3, "x": 1}`},
		{`{"a": {"$regularExpression": {"pattern": "x", "options": ""}}}`, `{"$set": {"x": 1}}`, `{"x": 1}`},
		{`{"a": {"$in": [1, {"$regularExpression": {"pattern": "x", "options": ""}}]}}`, `{"$set": {"x": 1}}`, `{"x": 1}`},
	} {
		out, err := update(t, c.update).Upsert(conditions(t, c.filter), ApplyOptions{Now: now})
		if err != nil {
			t.Errorf("%s, %s: %v", c.filter, c.update, err)
			continue
		}
		querytest.Same(t, c.filter+", "+c.update, out, c.want)
	}
	_, err := update(t, `{"$set": {"x": 1}}`).Upsert(conditions(t, `{"a": 1, "$and": [{"a": 2}]}`), ApplyOptions{})
	querytest.Fails(t, "two values", err, 54, "twice")
	_, err = update(t, `{"$set": {"_id": 2}}`).Upsert(conditions(t, `{"_id": 1}`), ApplyOptions{})
	querytest.Fails(t, "another _id", err, 66, "_id")
}

// TestManyPaths sets and removes more fields than are looked up one by one.
func TestManyPaths(t *testing.T) {
	var set, unset, want []string
	for i := range 300 {
		name := string(rune('a'+i%26)) + strings.Repeat("x", i/26)
		set = append(set, `"`+name+`": 1`)
		if i%2 == 0 {
			unset = append(unset, `"`+name+`": 1`)
		} else {
			want = append(want, name)
		}
	}
	full := querytest.Doc(t, `{`+strings.Join(set, ",")+`}`)
	out, _, err := update(t, `{"$unset": {`+strings.Join(unset, ",")+`}, "$set": {"new": 1}}`).Apply(full, ApplyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for name := range keys.Elements(out) {
		got = append(got, string(name))
	}
	if strings.Join(got, " ") != strings.Join(append(want, "new"), " ") {
		t.Errorf("left: %v", got)
	}
}

// FuzzUpdate applies any document as an update to any other: nothing panics, what comes out is valid BSON with the same
// _id, and the input stays as it was.
func FuzzUpdate(f *testing.F) {
	for _, c := range updateCases {
		f.Add([]byte(querytest.Doc(f, c.doc)), []byte(querytest.Doc(f, c.update)))
	}
	f.Fuzz(func(t *testing.T, d, raw []byte) {
		if wire.Validate(raw, wire.MaxDepth) != nil || wire.Validate(d, wire.MaxDepth) != nil { // to the bottom, as the engine does before it parses
			return
		}
		u, err := Parse(nil, value.Document(raw))
		if err != nil {
			return
		}
		before := bytes.Clone(d)
		out, changed, err := u.Apply(d, ApplyOptions{Now: now})
		if !bytes.Equal(before, d) {
			t.Fatal("the document was written to")
		}
		if err != nil {
			return
		}
		if err := wire.Validate(out, wire.MaxDepth); err != nil {
			t.Fatalf("%v: %x", err, []byte(out))
		}
		if changed == bytes.Equal(d, out) {
			t.Fatal("changed is wrong")
		}
		if id := keys.Lookup(d, "_id"); id.Type != 0 && !keys.Equal(id, keys.Lookup(out, "_id")) {
			t.Fatal("the _id changed")
		}
	})
}

func conditions(t testing.TB, text string) *match.Filter {
	t.Helper()
	f, err := match.Parse(nil, querytest.Doc(t, text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return f
}

package update

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
)

var now = time.UnixMilli(1_700_000_000_123).UTC()

func update(t testing.TB, text string) *Update {
	t.Helper()
	u, err := Parse(nil, querytest.Val(t, text), bson.RawValue{})
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
	{`{"a": {"b": 1}}`, `{"$pop": {"a.c.d": 1}, "$pull": {"x.y": 1}, "$pullAll": {"a.x": [1]}}`, `{"a": {"b": 1}}`},
	{`{"a": [1]}`, `{"$pull": {"a.3.b": 1}}`, `{"a": [1]}`},

	// Bits: an int stays one unless a long is put in.
	{`{"a": 13, "b": 1}`, `{"$bit": {"a": {"and": 10}, "b": {"or": 6, "xor": 3}, "c": {"or": 5}}}`, `{"a": 8, "b": 4, "c": 5}`},
	{`{"a": {"$numberLong": "5"}, "b": 5}`, `{"$bit": {"a": {"xor": -1}, "b": {"or": {"$numberLong": "8"}}}}`, `{"a": {"$numberLong": "-6"}, "b": {"$numberLong": "13"}}`},

	// Values may have names with dollar signs.
	{`{}`, `{"$set": {"a": {"$x": 1}}, "$push": {"b": {"$y": 1}}, "$addToSet": {"c": {"$z": 1}}}`, `{"a": {"$x": 1}, "b": [{"$y": 1}], "c": [{"$z": 1}]}`},
	{`{"_id": 1}`, `{"a": {"$x": {"$y": 1}}}`, `{"_id": 1, "a": {"$x": {"$y": 1}}}`},

	// All elements of arrays.
	{`{"a": [1, 2]}`, `{"$inc": {"a.$[]": 10}}`, `{"a": [11, 12]}`},
	{`{"a": []}`, `{"$inc": {"a.$[]": 10}}`, `{"a": []}`},
	{`{"a": [{"b": [1, 2]}, {"b": [3]}]}`, `{"$mul": {"a.$[].b.$[]": 2}, "$set": {"a.$[].c": 0}}`, `{"a": [{"b": [2, 4], "c": 0}, {"b": [6], "c": 0}]}`},
	{`{"a": [[1, 2], [3]]}`, `{"$push": {"a.$[]": 0}}`, `{"a": [[1, 2, 0], [3, 0]]}`},
	{`{"a": [{"b": 1}, {"b": 2}]}`, `{"$unset": {"a.$[].b": 1}}`, `{"a": [{}, {}]}`},

	// Pipelines.
	{`{"_id": 1, "a": 2}`, `[{"$set": {"b": {"$add": ["$a", 1]}}}, {"$unset": "a"}]`, `{"_id": 1, "b": 3}`},
	{`{"_id": 1, "a": {"x": 1}}`, `[{"$replaceWith": "$a"}]`, `{"_id": 1, "x": 1}`},
	{`{"_id": 1, "a": {"x": 1}}`, `[{"$replaceRoot": {"newRoot": {"$mergeObjects": ["$a", {"_id": 1, "y": 2}]}}}, {"$addFields": {"z": 3}}]`, `{"_id": 1, "x": 1, "y": 2, "z": 3}`},
	{`{"_id": 1, "a": 1, "b": 2}`, `[{"$project": {"a": 1, "_id": 0}}]`, `{"_id": 1, "a": 1}`},
	{`{"_id": 1}`, `[{"$replaceWith": {"$literal": {"$x": 1}}}]`, `{"_id": 1, "$x": 1}`},
	{`{"_id": 1, "a": 1}`, `[]`, `{"_id": 1, "a": 1}`},
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
		{`[{"$match": {"a": 1}}]`, 72, "$match"},
		{`[{"$nothing": {"a": 1}}]`, 40324, "$nothing"},
		{`[{"$set": {"a": "$$x"}}]`, 17276, "x"},
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
		{`{"$set": {"$": 1}}`, 2, "first position"},
		{`{"$set": {"$[].a": 1}}`, 2, "first position"},
		{`{"$set": {"a.$.b.$": 1}}`, 2, "Too many"},
		{`{"$set": {"a.$[x].b": 1}}`, 2, "'x'"},
		{`{"$set": {"a.$[x": 1}}`, 52, "$[x"},
		{`{"$set": {"a.$[]": 1, "a.0": 1}}`, 40, "at 'a'"},
		{`{"$set": {"a.$[].b": 1, "a.$.b": 1}}`, 40, "at 'a'"},
		{`{"$set": {"a.$[]": 1, "a.$[].b": 1}}`, 40, "at 'a.$[]'"},
		{`{"$rename": {"a.$": "b"}}`, 2, "source field for $rename may not be dynamic"},
		{`{"$rename": {"a": "b.$[]"}}`, 2, "destination field for $rename may not be dynamic"},
		{`{"$bit": {"a": 1}}`, 2, "embedded document"},
		{`{"$bit": {"a": {}}}`, 2, "at least one"},
		{`{"$bit": {"a": {"not": 1}}}`, 2, "'not'"},
		{`{"$bit": {"a": {"and": 1.5}}}`, 2, "'double'"},
		{`{"$set": {"a.$x": 1}}`, 52, "$x"},
		{`{"$inc": {"a": "x"}}`, 14, "non-numeric"},
		{`{"$mul": {"a": null}}`, 14, "non-numeric"},
		{`{"$currentDate": {"a": 1}}`, 2, "$currentDate"},
		{`{"$currentDate": {"a": {"$type": "x"}}}`, 2, "$currentDate"},
		{`{"$push": {"a": {"$each": 1}}}`, 2, "array"},
		{`{"$push": {"a": {"$each": [], "$foo": 1}}}`, 2, "$foo"},
		{`{"$push": {"a": {"$each": [], "$slice": "x"}}}`, 2, "$slice"},
		{`{"$push": {"a": {"$each": [], "$sort": 2}}}`, 2, "$sort"},
		{`{"$push": {"a": {"$each": [], "$sort": {}}}}`, 2, "$sort"},
		{`{"$addToSet": {"a": {"$each": [], "$slice": 1}}}`, 2, "$slice"},
		{`{"$addToSet": {"a": {"$each": 1}}}`, 14, "array"},
		{`{"$pull": {"a": {"$foo": 1}}}`, 2, "$foo"},
		{`{"$pullAll": {"a": 1}}`, 2, "array"},
		{`{"$pop": {"a": 2}}`, 9, "1 or -1"},
	} {
		_, err := Parse(nil, querytest.Val(t, c.update), bson.RawValue{})
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
		{`{"a": 1}`, `{"$pull": {"a.b": 1}}`, 28, "(b)"},
		{`{"a": [1]}`, `{"$pullAll": {"a.b": [1]}}`, 28, "(b)"},
		{`{"a": [{"b": "x"}]}`, `{"$pop": {"a.0.b.c": 1}}`, 28, "(c)"},
		{`{"a": null}`, `{"$pop": {"a.b": 1}}`, 28, "(b)"},
		{`{"a": 1.5}`, `{"$bit": {"a": {"and": 1}}}`, 2, "double"},
		{`{"a": 1}`, `{"$set": {"a.$[]": 1}}`, 2, "non-array element a"},
		{`{"b": 1}`, `{"$set": {"a.b.$[]": 1}}`, 2, "'a.b' must exist"},
		{`{"a": [1]}`, `{"$set": {"a.$": 1}}`, 2, "did not find the match"},
		{`{"_id": 1}`, `[{"$set": {"_id": 2}}]`, 66, "_id"},
		{`{"_id": 1}`, `[{"$replaceWith": "$x"}]`, 40228, "missing"},
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

func conditions(t testing.TB, text string) *match.Filter {
	t.Helper()
	f, err := match.Parse(nil, querytest.Doc(t, text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return f
}

package match

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// A matchCase states which of its documents a filter matches, as MongoDB's manual describes it.
type matchCase struct {
	filter string
	yes    []string
	no     []string
}

var matchCases = []matchCase{
	{`{}`, []string{`{}`, `{"a": 1}`}, nil},
	{`{"$comment": "x", "a": 1}`, []string{`{"a": 1}`}, []string{`{}`}},

	// Bits: of whole numbers, which go on with their sign, and of binary data, which goes on with zeros.
	{`{"a": {"$bitsAllSet": 6}}`, []string{`{"a": 6}`, `{"a": 7.0}`, `{"a": {"$numberLong": "-1"}}`, `{"a": [0, 14]}`, `{"a": {"$binary": {"base64": "Bg==", "subType": "00"}}}`}, []string{`{"a": 4}`, `{"a": 6.5}`, `{"a": "6"}`, `{}`, `{"a": {"$numberDouble": "NaN"}}`, `{"a": 1e300}`}},
	{`{"a": {"$bitsAllSet": [1, 2]}}`, []string{`{"a": 6}`}, []string{`{"a": 2}`}},
	{`{"a": {"$bitsAllSet": [100]}}`, []string{`{"a": -1}`}, []string{`{"a": 1}`, `{"a": {"$binary": {"base64": "/w==", "subType": "00"}}}`}},
	{`{"a": {"$bitsAllSet": []}}`, []string{`{"a": 0}`}, []string{`{"a": "x"}`}},
	{`{"a": {"$bitsAnySet": 6}}`, []string{`{"a": 4}`}, []string{`{"a": 9}`}},
	{`{"a": {"$bitsAnySet": []}}`, nil, []string{`{"a": 1}`}},
	{`{"a": {"$bitsAllClear": 6}}`, []string{`{"a": 9}`, `{"a": 0}`}, []string{`{"a": 4}`}},
	{`{"a": {"$bitsAnyClear": {"$binary": {"base64": "Bg==", "subType": "00"}}}}`, []string{`{"a": 4}`}, []string{`{"a": 6}`, `{"a": -1}`}},
	{`{"a": {"$not": {"$bitsAllSet": 1}}}`, []string{`{"a": 2}`, `{"a": "x"}`, `{}`}, []string{`{"a": 1}`}},

	// A dollar sign matches before a last newline, unless the expression knows its lines.
	{`{"a": {"$regularExpression": {"pattern": "ab$", "options": ""}}}`, []string{`{"a": "ab"}`, `{"a": "ab\n"}`}, []string{`{"a": "ab\n\n"}`, `{"a": "ab\nc"}`}},
	{`{"a": {"$regularExpression": {"pattern": "ab\\z", "options": ""}}}`, []string{`{"a": "ab"}`}, []string{`{"a": "ab\n"}`}},
	{`{"a": {"$regularExpression": {"pattern": "b$", "options": "m"}}}`, []string{`{"a": "ab\nc"}`}, []string{`{"a": "abc"}`}},
	{`{"$sampleRate": 0}`, nil, []string{`{}`}},
	{`{"$sampleRate": 1.0}`, []string{`{}`}, nil},
	{`{"$expr": {"$gt": ["$a", 5]}}`, []string{`{"a": 6}`, `{"a": "x"}`}, []string{`{"a": 5}`, `{}`}},
	{`{"$expr": {"$and": [{"$lte": ["$a", 5]}, {"$gte": ["$b", {"$literal": "x"}]}]}}`, []string{`{"a": 5, "b": "x"}`, `{"b": true}`}, []string{`{"a": 5, "b": 1}`}},
	{`{"$expr": {"$eq": [3, "$a"]}}`, []string{`{"a": 3.0}`}, []string{`{"a": [3]}`, `{}`}},

	// Alternatives without number.
	{manyBranches, []string{`{"a": 7}`, `{"a": [500, 120]}`, `{"b": 1, "a": "x"}`}, []string{`{"a": 300}`, `{"a": null}`, `{"b": 2}`}},

	// Equality: numbers by value, arrays by element and as a whole, documents whole and in order.
	{`{"a": 1}`, []string{`{"a": 1}`, `{"a": 1.0}`, `{"a": {"$numberLong": "1"}}`, `{"a": {"$numberDecimal": "1.00"}}`, `{"a": [0, 1]}`}, []string{`{}`, `{"a": 2}`, `{"a": "1"}`, `{"a": true}`, `{"a": [[1]]}`}},
	{`{"a": 0}`, []string{`{"a": -0.0}`, `{"a": {"$numberDecimal": "-0E+3"}}`}, []string{`{"a": false}`, `{"a": null}`}},
	{`{"a": [1, 2]}`, []string{`{"a": [1, 2]}`, `{"a": [[1, 2], 3]}`}, []string{`{"a": [2, 1]}`, `{"a": 1}`, `{"a": [1, 2, 3]}`}},
	{`{"a": []}`, []string{`{"a": []}`, `{"a": [[]]}`}, []string{`{}`, `{"a": null}`, `{"a": [1]}`}},
	{`{"a": {"b": 1, "c": 2}}`, []string{`{"a": {"b": 1, "c": 2}}`, `{"a": [{"b": 1.0, "c": 2}]}`}, []string{`{"a": {"c": 2, "b": 1}}`, `{"a": {"b": 1, "c": 2, "d": 3}}`}},
	{`{"a": {"$ref": "c", "$id": 1}}`, []string{`{"a": {"$ref": "c", "$id": 1}}`}, []string{`{"a": 1}`}},
	{`{"a": {"b": 1, "$gt": 2}}`, []string{`{"a": {"b": 1, "$gt": 2}}`}, []string{`{"a": 3}`}},
	{`{"a": {"$numberDouble": "NaN"}}`, []string{`{"a": {"$numberDouble": "NaN"}}`, `{"a": {"$numberDecimal": "NaN"}}`}, []string{`{"a": 0}`, `{}`}},

	// Null matches what is null or missing, and nothing else.
	{`{"a": null}`, []string{`{}`, `{"a": null}`, `{"a": [1, null]}`}, []string{`{"a": 0}`, `{"a": []}`, `{"a": {"$undefined": true}}`}},
	{`{"a.b": null}`, []string{`{}`, `{"a": 1}`, `{"a": {}}`, `{"a": {"b": null}}`, `{"a": [{"b": 1}, {}]}`}, []string{`{"a": {"b": 1}}`, `{"a": []}`, `{"a": [1, 2]}`, `{"a": [{"b": 1}]}`}},
	{`{"a": {"$ne": null}}`, []string{`{"a": 0}`, `{"a": []}`}, []string{`{}`, `{"a": null}`, `{"a": [null]}`}},
	{`{"a": {"$gte": null}}`, []string{`{}`, `{"a": null}`}, []string{`{"a": 1}`}},
	{`{"a": {"$gt": null}}`, nil, []string{`{}`, `{"a": null}`, `{"a": 1}`}},
	{`{"a": {"$in": [null, 5]}}`, []string{`{}`, `{"a": null}`, `{"a": 5}`}, []string{`{"a": 1}`}},

	// Ranges match within a type only.
	{`{"a": {"$gt": 1}}`, []string{`{"a": 1.5}`, `{"a": {"$numberDecimal": "1.0001"}}`, `{"a": [0, 2]}`, `{"a": {"$numberDouble": "Infinity"}}`}, []string{`{"a": 1}`, `{"a": "2"}`, `{}`, `{"a": true}`, `{"a": {"$date": "2020-01-01T00:00:00Z"}}`}},
	{`{"a": {"$lt": 1}}`, []string{`{"a": 0}`, `{"a": {"$numberDouble": "-Infinity"}}`}, []string{`{"a": {"$numberDouble": "NaN"}}`, `{}`, `{"a": null}`, `{"a": ""}`}},
	{`{"a": {"$gte": "b"}}`, []string{`{"a": "b"}`, `{"a": "ba"}`}, []string{`{"a": "B"}`, `{"a": 5}`, `{"a": {"b": 1}}`}},
	{`{"a": {"$lte": true}}`, []string{`{"a": true}`, `{"a": false}`}, []string{`{"a": 0}`}},
	{`{"a": {"$gte": {"$numberDouble": "NaN"}}}`, []string{`{"a": {"$numberDouble": "NaN"}}`}, []string{`{"a": 1}`}},
	{`{"a": {"$lt": {"$numberDouble": "NaN"}}}`, nil, []string{`{"a": {"$numberDouble": "NaN"}}`, `{"a": 1}`}},
	{`{"a": {"$gt": {"$minKey": 1}}}`, []string{`{"a": 1}`, `{"a": "x"}`, `{}`}, []string{`{"a": {"$minKey": 1}}`}},
	{`{"a": {"$lt": {"$maxKey": 1}}}`, []string{`{"a": 1}`, `{"a": []}`}, []string{`{"a": {"$maxKey": 1}}`}},
	{`{"a": {"$gt": [1]}}`, []string{`{"a": [2]}`, `{"a": [1, 0]}`, `{"a": [[3]]}`}, []string{`{"a": [0]}`, `{"a": 5}`}},
	{`{"a": {"$gt": 5, "$lt": 3}}`, []string{`{"a": [1, 9]}`}, []string{`{"a": 4}`, `{"a": [4]}`}},
	{`{"a": {"$gt": {"$numberLong": "9007199254740992"}}}`, []string{`{"a": {"$numberLong": "9007199254740993"}}`}, []string{`{"a": 9007199254740992.0}`}},

	// Paths through documents and arrays.
	{`{"a.b": 1}`, []string{`{"a": {"b": 1}}`, `{"a": [{"b": 2}, {"b": 1}]}`, `{"a": [{"b": [1]}]}`}, []string{`{"a": {"b": 2}}`, `{"a": [[{"b": 1}]]}`, `{"a.b": 1}`}},
	{`{"a.0": 1}`, []string{`{"a": [1, 2]}`, `{"a": {"0": 1}}`, `{"a": [{"0": 1}]}`}, []string{`{"a": [2, 1]}`, `{"a": 1}`}},
	{`{"a.1.b": 1}`, []string{`{"a": [{"b": 2}, {"b": 1}]}`}, []string{`{"a": [{"b": 1}, {"b": 2}]}`}},
	{`{"a.0.1": 5}`, []string{`{"a": [[4, 5]]}`}, []string{`{"a": [[5, 4]]}`}},
	{`{"a.00": 1}`, nil, []string{`{"a": [1]}`}},

	// Lists.
	{`{"a": {"$in": [1, "x", [7]]}}`, []string{`{"a": 1.0}`, `{"a": "x"}`, `{"a": [7]}`, `{"a": [5, "x"]}`}, []string{`{"a": 2}`, `{"a": 7}`, `{}`}},
	{`{"a": {"$in": []}}`, nil, []string{`{}`, `{"a": 1}`}},
	{`{"a": {"$in": [{"$regularExpression": {"pattern": "^x", "options": "i"}}]}}`, []string{`{"a": "Xy"}`}, []string{`{"a": "yx"}`}},
	{`{"a": {"$nin": [1, 2]}}`, []string{`{}`, `{"a": 3}`}, []string{`{"a": 1}`, `{"a": [3, 2]}`}},
	{`{"a": {"$nin": [null]}}`, []string{`{"a": 3}`}, []string{`{}`}},
	{`{"a": {"$ne": 1}}`, []string{`{}`, `{"a": 2}`}, []string{`{"a": [1, 2]}`}},

	// Logic.
	{`{"$or": [{"a": 1}, {"b": 1}]}`, []string{`{"a": 1}`, `{"b": 1}`}, []string{`{"a": 2}`}},
	{`{"$and": [{"a": 1}, {"b": 1}]}`, []string{`{"a": 1, "b": 1}`}, []string{`{"a": 1}`}},
	{`{"$nor": [{"a": 1}, {"b": 1}]}`, []string{`{}`}, []string{`{"a": 1}`, `{"b": 1}`}},
	{`{"a": {"$not": {"$gt": 1}}}`, []string{`{}`, `{"a": 1}`, `{"a": "x"}`}, []string{`{"a": 2}`, `{"a": [0, 2]}`}},
	{`{"a": {"$not": {"$regularExpression": {"pattern": "x", "options": ""}}}}`, []string{`{"a": "y"}`, `{"a": 1}`}, []string{`{"a": "x"}`}},

	// Presence and types.
	{`{"a": {"$exists": true}}`, []string{`{"a": null}`, `{"a": []}`}, []string{`{}`}},
	{`{"a": {"$exists": 0}}`, []string{`{}`}, []string{`{"a": null}`}},
	{`{"a.b": {"$exists": false}}`, []string{`{"a": []}`, `{"a": 1}`}, []string{`{"a": [{"b": 1}, {}]}`}},
	{`{"a": {"$type": "number"}}`, []string{`{"a": 1}`, `{"a": 1.5}`, `{"a": ["x", 1]}`}, []string{`{"a": "1"}`, `{}`}},
	{`{"a": {"$type": "array"}}`, []string{`{"a": []}`, `{"a": [1]}`}, []string{`{"a": 1}`}},
	{`{"a": {"$type": ["string", 8]}}`, []string{`{"a": "x"}`, `{"a": true}`}, []string{`{"a": 1}`}},
	{`{"a": {"$type": -1}}`, []string{`{"a": {"$minKey": 1}}`}, []string{`{"a": {"$maxKey": 1}}`}},
	{`{"a": {"$type": "null"}}`, []string{`{"a": null}`}, []string{`{}`}},

	// Arrays.
	{`{"a": {"$size": 2}}`, []string{`{"a": [1, 2]}`}, []string{`{"a": [1]}`, `{"a": 2}`, `{"a": [[1, 2]]}`, `{}`}},
	{`{"a": {"$size": 0.0}}`, []string{`{"a": []}`}, []string{`{}`}},
	{`{"a": {"$all": [1, 2]}}`, []string{`{"a": [2, 1, 3]}`}, []string{`{"a": [1]}`, `{"a": 1}`}},
	{`{"a": {"$all": [1]}}`, []string{`{"a": 1}`}, []string{`{}`}},
	{`{"a": {"$all": [[1, 2]]}}`, []string{`{"a": [1, 2]}`, `{"a": [[1, 2]]}`}, []string{`{"a": [2, 1]}`}},
	{`{"a": {"$all": []}}`, nil, []string{`{}`, `{"a": []}`, `{"a": [1]}`}},
	{`{"a": {"$all": [{"$elemMatch": {"x": 1}}, {"$elemMatch": {"x": 2}}]}}`, []string{`{"a": [{"x": 1}, {"x": 2}]}`}, []string{`{"a": [{"x": 1}]}`}},
	{`{"a": {"$elemMatch": {"$gt": 1, "$lt": 5}}}`, []string{`{"a": [0, 3]}`}, []string{`{"a": [0, 9]}`, `{"a": 3}`}},
	{`{"a": {"$elemMatch": {"x": 1, "y": {"$gt": 1}}}}`, []string{`{"a": [{"x": 1, "y": 2}]}`}, []string{`{"a": [{"x": 1}, {"y": 2}]}`, `{"a": {"x": 1, "y": 2}}`}},
	{`{"a": {"$elemMatch": {"$or": [{"x": 1}, {"x": 2}]}}}`, []string{`{"a": [{"x": 2}]}`}, []string{`{"a": [{"x": 3}]}`}},
	{`{"a": {"$elemMatch": {"$ne": 1}}}`, []string{`{"a": [1, 2]}`}, []string{`{"a": [1]}`, `{"a": []}`}},
	{`{"a.b": {"$elemMatch": {"$eq": 1}}}`, []string{`{"a": [{"b": [1]}]}`}, []string{`{"a": [{"b": 1}]}`}},

	// Remainders and expressions.
	{`{"a": {"$mod": [4, 1]}}`, []string{`{"a": 5}`, `{"a": 5.9}`, `{"a": {"$numberDecimal": "9"}}`}, []string{`{"a": 4}`, `{"a": "5"}`, `{"a": {"$numberDouble": "NaN"}}`, `{"a": -3}`}},
	{`{"a": {"$mod": [4, -3]}}`, []string{`{"a": -3}`}, []string{`{"a": 3}`}},
	{`{"a": {"$regularExpression": {"pattern": "^b.d$", "options": ""}}}`, []string{`{"a": "bad"}`, `{"a": ["x", "bid"]}`}, []string{`{"a": "bard"}`, `{"a": 1}`}},
	{`{"a": {"$regex": "B.D", "$options": "is"}}`, []string{`{"a": "b\nd"}`}, []string{`{"a": "bd"}`}},
	{`{"a": {"$options": "m", "$regex": "^b$"}}`, []string{`{"a": "a\nb\nc"}`}, []string{`{"a": "ab"}`}},
	{`{"a": {"$regex": "a b # c\n[ ]d", "$options": "x"}}`, []string{`{"a": "ab d"}`}, []string{`{"a": "a b d"}`}},
	{`{"a": {"$eq": {"$regularExpression": {"pattern": "x", "options": ""}}}}`, []string{`{"a": {"$regularExpression": {"pattern": "x", "options": ""}}}`}, []string{`{"a": "x"}`}},
}

func TestMatch(t *testing.T) {
	for _, c := range matchCases {
		f := filter(t, c.filter)
		for _, d := range c.yes {
			if !f.Match(querytest.Doc(t, d)) {
				t.Errorf("%s does not match %s", c.filter, d)
			}
		}
		for _, d := range c.no {
			if f.Match(querytest.Doc(t, d)) {
				t.Errorf("%s matches %s", c.filter, d)
			}
		}
	}
}

// manyBranches is an $or on one path that is bounded as a whole.
var manyBranches = func() string {
	var branches []string
	for i := range 150 {
		branches = append(branches, fmt.Sprintf(`{"a": %d}`, i))
	}
	return `{"$or": [` + strings.Join(branches, ",") + `, {"a": {"$gte": "w"}, "b": 1}]}`
}()

var refusedFilters = []struct {
	filter string
	code   int32
	text   string
}{
	{`{"$where": "1"}`, 2, "needs JavaScript"},
	{`{"$sampleRate": "x"}`, 2, "numeric type"},
	{`{"$sampleRate": 1.5}`, 2, "[0, 1]"},
	{`{"$rand": {}}`, 2, "unknown top level"},
	{`{"a": {"$bitsAllSet": "x"}}`, 2, "takes an Array"},
	{`{"a": {"$bitsAllSet": -1}}`, 9, "non-negative"},
	{`{"a": {"$bitsAnySet": 1.5}}`, 9, "integer"},
	{`{"a": {"$bitsAllClear": [-1]}}`, 2, ">= 0"},
	{`{"a": {"$bitsAllClear": [{"$numberLong": "4294967296"}]}}`, 2, "32-bit"},
	{`{"a": {"$bitsAnyClear": ["x"]}}`, 2, "integer"},
	{`{"a": {"$elemMatch": {"$or": [{"$jsonSchema": {}}]}}}`, 2, "top-level"},
	{`{"$foo": 1}`, 2, "$foo"},
	{`{"a": {"$foo": 1}}`, 2, "unknown operator: $foo"},
	{`{"a": {"$gt": 1, "b": 2}}`, 2, "unknown operator: b"},
	{`{"a": {"$near": [1, 2]}}`, 2, "not supported"},
	{`{"$or": []}`, 2, "nonempty"},
	{`{"$and": 1}`, 2, "array"},
	{`{"$nor": [1]}`, 2, "objects"},
	{`{"a": {"$in": 1}}`, 2, "array"},
	{`{"a": {"$in": [{"$gt": 1}]}}`, 2, "nest"},
	{`{"a": {"$not": 1}}`, 2, "$not"},
	{`{"a": {"$not": {}}}`, 2, "empty"},
	{`{"a": {"$ne": {"$regularExpression": {"pattern": "x", "options": ""}}}}`, 2, "regular expression"},
	{`{"a": {"$gt": {"$regularExpression": {"pattern": "x", "options": ""}}}}`, 2, "regular expression"},
	{`{"a": {"$undefined": true}}`, 2, "undefined"},
	{`{"a": {"$size": -1}}`, 2, "negative"},
	{`{"a": {"$size": 1.5}}`, 2, "whole"},
	{`{"a": {"$size": "1"}}`, 2, "whole"},
	{`{"a": {"$mod": [0, 1]}}`, 2, "divisor"},
	{`{"a": {"$mod": [1]}}`, 2, "two"},
	{`{"a": {"$type": "nope"}}`, 2, "nope"},
	{`{"a": {"$type": 99}}`, 2, "99"},
	{`{"a": {"$type": []}}`, 9, "at least one"},
	{`{"a": {"$type": null}}`, 14, "number or a string"},
	{`{"a": {"$all": 1}}`, 2, "array"},
	{`{"a": {"$all": [{"$elemMatch": {"x": 1}}, 1]}}`, 2, "consistent"},
	{`{"a": {"$elemMatch": 1}}`, 2, "Object"},
	{`{"a": {"$regex": 1}}`, 2, "string"},
	{`{"a": {"$regex": "("}}`, 51091, "invalid"},
	{`{"a": {"$regex": "(?=x)"}}`, 51091, "invalid"},
	{`{"a": {"$regex": "a", "$options": "z"}}`, 2, "'z'"},
	{`{"a": {"$options": "i"}}`, 2, "$regex"},
	{`{"a": {"$regex": "` + strings.Repeat("x", 16<<10+1) + `"}}`, 51091, "longer"},
	{`{"` + strings.Repeat("a.", value.MaxPath) + `b": 1}`, 2, "components"},
	{strings.Repeat(`{"$and": [`, value.MaxDepth+2) + `{}` + strings.Repeat(`]}`, value.MaxDepth+2), 2, "deeper"},
}

func TestRefusedFilters(t *testing.T) {
	for _, c := range refusedFilters {
		_, err := Parse(nil, querytest.Doc(t, c.filter))
		querytest.Fails(t, c.filter, err, c.code, c.text)
	}
}

// contains reports whether an interval holds the encoded key.
func (iv Interval) contains(key []byte) bool {
	lo, hi := bytes.Compare(iv.Lo, key), bytes.Compare(key, iv.Hi)
	return (lo < 0 || lo == 0 && iv.LoIncl) && (hi < 0 || hi == 0 && iv.HiIncl)
}

// checkIntervals fails if the filter matches d but an index would not find it.
func checkIntervals(t *testing.T, f *Filter, d bson.Raw, path string) {
	t.Helper()
	if !f.Match(d) {
		return
	}
	values := order.IndexValues(d, path)
	_, arrays, err := order.IndexKeys(d, []string{path})
	if err != nil {
		t.Fatal(err)
	}
	found := func(ivs []Interval) bool {
		return slices.ContainsFunc(values, func(v bson.RawValue) bool {
			key := keys.Append(nil, v)
			return slices.ContainsFunc(ivs, func(iv Interval) bool { return iv.contains(key) })
		})
	}
	if ivs, ok := f.Intervals(nil, path); ok && !found(ivs) {
		t.Errorf("%v matches but has no index value of %s in %v", d, path, ivs)
	}
	if ivs, ok := f.SingleIntervals(nil, path); ok && !arrays[0] && !found(ivs) {
		t.Errorf("%v matches but its one index value of %s is not in %v", d, path, ivs)
	}
}

// TestIntervalsAreSound runs every filter of the match table over every document of it.
func TestIntervalsAreSound(t *testing.T) {
	var docs []bson.Raw
	for _, c := range matchCases {
		for _, d := range slices.Concat(c.yes, c.no) {
			docs = append(docs, querytest.Doc(t, d))
		}
	}
	for _, c := range matchCases {
		f := filter(t, c.filter)
		for _, d := range docs {
			for _, path := range []string{"a", "a.b", "a.0", "a.1.b", "a.0.1", "b"} {
				checkIntervals(t, f, d, path)
			}
		}
	}
}

func TestIntervals(t *testing.T) {
	enc := func(text string) []byte { return keys.Append(nil, querytest.Val(t, text)) }
	point := func(text string) Interval { return Interval{enc(text), enc(text), true, true} }
	_, numberHi := keys.Bounds(querytest.Val(t, `1`))
	textLo, textHi := keys.Bounds(querytest.Val(t, `"s"`))
	nan := keys.Append(nil, notANumber)
	prefix := func(s string) Interval { lo, hi := keys.Prefix(s); return Interval{lo, hi, true, false} }
	expression := func(s string) Interval {
		key := keys.Append(nil, regexValue(s, ""))
		return Interval{key, key, true, true}
	}
	all, absent := Whole(), []Interval{point(`{"$undefined": true}`), point(`null`)}
	but := func(texts ...string) (ivs []Interval) {
		rest := all
		for _, text := range texts {
			ivs = append(ivs, Interval{rest.Lo, enc(text), rest.LoIncl, false})
			rest.Lo, rest.LoIncl = enc(text), false
		}
		return append(ivs, rest)
	}
	for _, c := range []struct {
		filter       string
		many, single []Interval
	}{
		{`{"a": 1}`, []Interval{point(`1`)}, []Interval{point(`1`)}},
		{`{"a": {"$in": [3, 1, 1.0]}}`, []Interval{point(`1`), point(`3`)}, []Interval{point(`1`), point(`3`)}},
		{`{"a": {"$gte": 1, "$lt": 5}}`, []Interval{{enc(`1`), numberHi, true, false}}, []Interval{{enc(`1`), enc(`5`), true, false}}},
		{`{"a": {"$lte": 5}}`, []Interval{{nan, enc(`5`), false, true}}, []Interval{{nan, enc(`5`), false, true}}},
		{`{"a": {"$regex": "^st(r|x)"}}`, []Interval{prefix("st"), expression("^st(r|x)")}, []Interval{prefix("st"), expression("^st(r|x)")}},
		{`{"a": {"$regex": "s|^t"}}`, []Interval{{textLo, textHi, true, false}, expression("s|^t")}, []Interval{{textLo, textHi, true, false}, expression("s|^t")}},
		{`{"a": {"$in": ["str", {"$regularExpression": {"pattern": "^st", "options": ""}}, 1]}}`, []Interval{point(`1`), prefix("st"), expression("^st")}, []Interval{point(`1`), prefix("st"), expression("^st")}},
		{`{"$and": [{"a": {"$gt": 1}}, {"a": 3}]}`, []Interval{point(`3`)}, []Interval{point(`3`)}},
		{`{"a": {"$in": [1, 3, 5], "$gt": 2, "$lt": 5}}`, []Interval{point(`1`), point(`3`), point(`5`)}, []Interval{point(`3`)}},
		{`{"a": {"$gt": 5, "$lt": 3}}`, []Interval{{enc(`5`), numberHi, false, false}}, nil},
		{`{"a": null}`, []Interval{point(`null`)}, []Interval{point(`null`)}},
		{`{"a": {"$ne": 1}}`, but(`1`), but(`1`)},
		{`{"a": {"$not": {"$eq": 1}}}`, but(`1`), but(`1`)},
		{`{"a": {"$nin": [1, null]}}`, but(`1`), but(`null`, `1`)},
		{`{"a": {"$ne": 1, "$nin": [2, 1]}}`, but(`1`, `2`), but(`1`, `2`)},
		{`{"a": {"$not": {"$lt": 1}}}`, []Interval{{all.Lo, nan, true, true}, {enc(`1`), all.Hi, true, false}}, []Interval{{all.Lo, nan, true, true}, {enc(`1`), all.Hi, true, false}}},
		{`{"a": {"$gte": 1, "$ne": 1}}`, []Interval{{enc(`1`), numberHi, true, false}}, []Interval{{enc(`1`), numberHi, false, false}}},
		{`{"a": {"$exists": false}}`, absent, absent},
	} {
		f := filter(t, c.filter)
		for name, call := range map[string]func(*pace.Pace, string) ([]Interval, bool){"Intervals": f.Intervals, "SingleIntervals": f.SingleIntervals} {
			want := c.many
			if name == "SingleIntervals" {
				want = c.single
			}
			got, ok := call(nil, "a")
			if !ok || !slices.EqualFunc(got, want, func(x, y Interval) bool {
				return bytes.Equal(x.Lo, y.Lo) && bytes.Equal(x.Hi, y.Hi) && x.LoIncl == y.LoIncl && x.HiIncl == y.HiIncl
			}) {
				t.Errorf("%s of %s: %v %v, want %v", name, c.filter, got, ok, want)
			}
		}
	}
	for _, unbounded := range []string{`{}`, `{"b": 1}`, `{"a": {"$ne": null}}`, `{"a": {"$ne": [1]}}`, `{"a": {"$exists": true}}`, `{"$or": [{"a": 1}, {"b": 1}]}`,
		`{"a": {"$gt": [1]}}`, `{"a": {"$gt": {"$minKey": 1}}}`, `{"a": {"$not": {"$regex": "^s"}}}`, `{"a": {"$not": {"$gt": 1, "$lt": 3}}}`, `{"a": {"$size": 1}}`} {
		if ivs, ok := filter(t, unbounded).Intervals(nil, "a"); ok {
			t.Errorf("%s has bounds %v", unbounded, ivs)
		}
	}
}

func TestEqID(t *testing.T) {
	for text, want := range map[string]string{
		`{"_id": 5}`: `5`, `{"a": 1, "_id": {"$eq": "x"}}`: `"x"`, `{"$and": [{"_id": {"x": 1}}]}`: `{"x": 1}`,
	} {
		if v, ok := filter(t, text).EqID(); !ok || !keys.Equal(v, querytest.Val(t, want)) {
			t.Errorf("%s: %v %v", text, v, ok)
		}
	}
	for _, text := range []string{`{}`, `{"_id": {"$gt": 5}}`, `{"_id": {"$in": [5]}}`, `{"$or": [{"_id": 5}]}`, `{"_id": [1]}`, `{"_id": {"$regularExpression": {"pattern": "x", "options": ""}}}`} {
		if v, ok := filter(t, text).EqID(); ok {
			t.Errorf("%s: %v", text, v)
		}
	}
}

func TestRegexSteps(t *testing.T) {
	for pattern, ok := range map[string]bool{
		`^[a-z]{2,64}@(?:[a-z0-9]+\\.){1,8}[a-z]{2,}$`:  true,
		`(?:a{1000}){1}` + strings.Repeat("b{999}", 30): false,
		strings.Repeat("x{1000}", 2000):                 false,
	} {
		_, err := Parse(nil, querytest.Doc(t, `{"a": {"$regularExpression": {"pattern": "`+pattern+`", "options": ""}}}`))
		if (err == nil) != ok {
			t.Errorf("%.40s: %v", pattern, err)
		}
	}
}

// FuzzFilter parses any document as a filter and matches it against any other: nothing panics, and where the filter
// bounds an index, the index finds every match.
func FuzzFilter(f *testing.F) {
	for _, c := range matchCases {
		for _, d := range slices.Concat(c.yes, c.no) {
			f.Add([]byte(querytest.Doc(f, c.filter)), []byte(querytest.Doc(f, d)))
		}
	}
	for _, c := range refusedFilters {
		f.Add([]byte(querytest.Doc(f, c.filter)), []byte(querytest.Doc(f, `{"a": 1}`)))
	}
	f.Fuzz(func(t *testing.T, raw, d []byte) {
		if wire.Validate(raw, wire.MaxDepth) != nil || wire.Validate(d, wire.MaxDepth) != nil {
			return
		}
		parsed, err := Parse(nil, raw)
		if err != nil {
			return
		}
		for _, path := range []string{"a", "a.b", "a.0", "_id"} {
			checkIntervals(t, parsed, d, path)
		}
	})
}

func filter(t testing.TB, text string) *Filter {
	t.Helper()
	f, err := Parse(nil, querytest.Doc(t, text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return f
}

package expression

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

const subject = `{"i": 7, "l": {"$numberLong": "8"}, "d": 2.5, "m": {"$numberDecimal": "1.5"}, "s": "text", "n": null, "t": true,
	"at": {"$date": "2024-02-29T12:00:00.000Z"}, "a": [1, 2, 3], "o": {"x": 1, "y": [{"z": 1}, {"z": 2}]}, "max": {"$numberLong": "9223372036854775807"},
	"e": [], "nan": {"$numberDouble": "NaN"}}`

// expressionCases give what each operator makes of subject; "" is missing.
var expressionCases = []struct{ expression, want string }{
	{`{"$add": ["$i", 1]}`, `8`}, {`{"$add": ["$i", "$l"]}`, `{"$numberLong": "15"}`}, {`{"$add": ["$i", "$d"]}`, `9.5`}, {`{"$add": [1, "$m"]}`, `{"$numberDecimal": "2.5"}`},
	{`{"$add": [2147483647, 1]}`, `{"$numberLong": "2147483648"}`}, {`{"$add": ["$max", 1]}`, `9223372036854775808.0`}, {`{"$add": []}`, `0`}, {`{"$add": ["$none", "x"]}`, `null`},
	{`{"$add": ["$at", 1000]}`, `{"$date": "2024-02-29T12:00:01.000Z"}`}, {`{"$add": [0.6, "$at"]}`, `{"$date": "2024-02-29T12:00:00.001Z"}`}, {`{"$add": "$i"}`, `7`},
	{`{"$subtract": ["$i", "$d"]}`, `4.5`}, {`{"$subtract": [-2147483648, 1]}`, `{"$numberLong": "-2147483649"}`}, {`{"$subtract": ["$at", "$at"]}`, `{"$numberLong": "0"}`},
	{`{"$subtract": ["$at", 1000]}`, `{"$date": "2024-02-29T11:59:59.000Z"}`}, {`{"$subtract": [1, "$m"]}`, `{"$numberDecimal": "-0.5"}`}, {`{"$subtract": ["$n", 1]}`, `null`},
	{`{"$subtract": [{"$numberLong": "-2"}, "$max"]}`, `-9223372036854775809.0`},
	{`{"$multiply": ["$i", "$d"]}`, `17.5`}, {`{"$multiply": ["$max", 2]}`, `18446744073709551614.0`}, {`{"$multiply": ["$m", "$m"]}`, `{"$numberDecimal": "2.25"}`}, {`{"$multiply": [2, null]}`, `null`},
	{`{"$divide": ["$i", 2]}`, `3.5`}, {`{"$divide": [6, 3]}`, `2.0`}, {`{"$divide": [{"$numberDecimal": "1"}, 3]}`, `{"$numberDecimal": "0.3333333333333333333333333333333333"}`},
	{`{"$divide": [{"$numberDecimal": "2"}, 3]}`, `{"$numberDecimal": "0.6666666666666666666666666666666667"}`}, {`{"$divide": [{"$numberDecimal": "6"}, 3]}`, `{"$numberDecimal": "2"}`}, {`{"$divide": ["$none", 0]}`, `null`},
	{`{"$mod": ["$i", 4]}`, `3`}, {`{"$mod": [-7, 4]}`, `-3`}, {`{"$mod": ["$d", 2]}`, `0.5`}, {`{"$mod": ["$l", 3]}`, `{"$numberLong": "2"}`}, {`{"$mod": [{"$numberDecimal": "5.5"}, 2]}`, `{"$numberDecimal": "1.5"}`},
	{`{"$abs": -3}`, `3`}, {`{"$abs": -2.5}`, `2.5`}, {`{"$abs": {"$numberDecimal": "-2.5"}}`, `{"$numberDecimal": "2.5"}`}, {`{"$abs": "$n"}`, `null`}, {`{"$abs": -2147483648}`, `{"$numberLong": "2147483648"}`},

	{`{"$eq": ["$i", 7.0]}`, `true`}, {`{"$eq": ["$none", null]}`, `false`}, {`{"$eq": ["$none", "$neither"]}`, `true`}, {`{"$lt": ["$none", null]}`, `true`}, {`{"$gt": ["$none", {"$minKey": 1}]}`, `true`},
	{`{"$ne": ["$s", "text"]}`, `false`}, {`{"$gt": ["$s", "$i"]}`, `true`}, {`{"$gte": ["$i", 7]}`, `true`}, {`{"$lte": ["$a", [1, 2]]}`, `false`}, {`{"$cmp": ["$i", "$l"]}`, `-1`}, {`{"$cmp": [{"x": 1}, "$o"]}`, `-1`},
	{`{"$and": []}`, `true`}, {`{"$and": ["$i", "$s", "$a"]}`, `true`}, {`{"$and": ["$i", 0, {"$divide": [1, 0]}]}`, `false`}, {`{"$or": []}`, `false`}, {`{"$or": ["$n", 0, 0.0, "$none"]}`, `false`},
	{`{"$or": [1, {"$divide": [1, 0]}]}`, `true`}, {`{"$not": ["$n"]}`, `true`}, {`{"$not": [[]]}`, `false`},
	{`{"$cond": ["$t", 1, 2]}`, `1`}, {`{"$cond": {"if": "$none", "then": 1, "else": "$s"}}`, `"text"`}, {`{"$cond": [true, 1, {"$divide": [1, 0]}]}`, `1`},
	{`{"$ifNull": ["$none", "$n", "$i"]}`, `7`}, {`{"$ifNull": ["$none", "$neither"]}`, ``}, {`{"$switch": {"branches": [{"case": false, "then": 1}, {"case": "$t", "then": 2}], "default": 3}}`, `2`},
	{`{"$switch": {"branches": [{"case": false, "then": 1}], "default": "$d"}}`, `2.5`},

	{`{"$size": "$a"}`, `3`}, {`{"$size": [[]]}`, `0`}, {`{"$isArray": "$a"}`, `true`}, {`{"$isArray": ["$i"]}`, `false`}, {`{"$arrayElemAt": ["$a", 0]}`, `1`}, {`{"$arrayElemAt": ["$a", -1]}`, `3`},
	{`{"$arrayElemAt": ["$a", 3]}`, ``}, {`{"$arrayElemAt": ["$n", 3]}`, `null`}, {`{"$arrayElemAt": ["$o.y.z", 1.0]}`, `2`}, {`{"$first": "$a"}`, `1`}, {`{"$last": "$a"}`, `3`}, {`{"$first": "$e"}`, ``}, {`{"$last": "$none"}`, `null`},
	{`{"$concatArrays": ["$a", [4], "$e"]}`, `[1, 2, 3, 4]`}, {`{"$concatArrays": ["$a", null]}`, `null`}, {`{"$concatArrays": []}`, `[]`}, {`{"$reverseArray": "$a"}`, `[3, 2, 1]`}, {`{"$reverseArray": "$none"}`, `null`},
	{`{"$in": [2.0, "$a"]}`, `true`}, {`{"$in": [5, "$a"]}`, `false`},
	{`{"$concat": ["$s", "-", "$s"]}`, `"text-text"`}, {`{"$concat": ["$s", "$none"]}`, `null`}, {`{"$concat": []}`, `""`}, {`{"$strLenBytes": "ä"}`, `2`}, {`{"$strLenCP": "ä"}`, `1`},
	{`{"$mergeObjects": ["$o", {"x": 2, "w": 3}, null]}`, `{"x": 2, "y": [{"z": 1}, {"z": 2}], "w": 3}`}, {`{"$mergeObjects": "$none"}`, `{}`}, {`{"$objectToArray": {"a": 1, "b": "$none"}}`, `[{"k": "a", "v": 1}]`},
	{`{"$type": "$none"}`, `"missing"`}, {`{"$type": "$l"}`, `"long"`}, {`{"$isNumber": "$m"}`, `true`}, {`{"$isNumber": "$s"}`, `false`}, {`{"$literal": "$i"}`, `"$i"`}, {`{"$literal": {"$add": [1]}}`, `{"$add": [1]}`},

	{`{"$let": {"vars": {"a": 1, "b": "$i"}, "in": {"$add": ["$$a", "$$b"]}}}`, `8`}, {`{"$let": {"vars": {"a": "$o"}, "in": "$$a.y.z"}}`, `[1, 2]`},
	{`{"$let": {"vars": {"a": 1}, "in": {"$let": {"vars": {"a": 2, "b": "$$a"}, "in": ["$$a", "$$b"]}}}}`, `[2, 1]`},
	{`{"$map": {"input": "$a", "as": "x", "in": {"$multiply": ["$$x", 2]}}}`, `[2, 4, 6]`}, {`{"$map": {"input": "$a", "in": {"$map": {"input": "$e", "in": "$$this"}}}}`, `[[], [], []]`}, {`{"$map": {"input": "$n", "in": 1}}`, `null`},
	{`{"$map": {"input": "$a", "in": {"$map": {"input": "$a", "as": "y", "in": {"$add": ["$$this", "$$y"]}}}}}`, `[[2, 3, 4], [3, 4, 5], [4, 5, 6]]`}, {`{"$map": {"input": "$a", "in": "$none"}}`, `[null, null, null]`},
	{`{"$filter": {"input": "$a", "cond": {"$gt": ["$$this", 1]}}}`, `[2, 3]`}, {`{"$filter": {"input": "$a", "as": "x", "cond": {"$gt": ["$$x", 1]}, "limit": 1}}`, `[2]`}, {`{"$filter": {"input": "$none", "cond": true}}`, `null`},
	{`{"$reduce": {"input": "$a", "initialValue": 0, "in": {"$add": ["$$value", "$$this"]}}}`, `6`}, {`{"$reduce": {"input": "$n", "initialValue": 0, "in": 1}}`, `null`}, {`{"$reduce": {"input": "$e", "initialValue": "$s", "in": 1}}`, `"text"`},
	{`["$i", "$none", {"x": "$none", "y": "$n"}]`, `[7, null, {"y": null}]`}, {`"$o.y.z"`, `[1, 2]`}, {`"$$ROOT.i"`, `7`}, {`"$$REMOVE"`, ``}, {`"$a.x"`, `[]`},
}

func TestExpressions(t *testing.T) {
	doc, tried := querytest.Doc(t, subject), map[string]bool{}
	for _, c := range expressionCases {
		e, err := Parse(nil, querytest.Val(t, c.expression))
		if err != nil {
			t.Errorf("%s: %v", c.expression, err)
			continue
		}
		var x Evaluation
		got := value.Clone(e.Value(x.Begin(doc)))
		want := bson.RawValue{Value: []byte{}}
		if c.want != "" {
			want = querytest.Val(t, c.want)
		}
		if x.Err() != nil || got.Type != want.Type || string(got.Value) != string(want.Value) || len(x.stack) != 0 {
			t.Errorf("%s is %v, %v, want %s", c.expression, got, x.Err(), c.want)
		}
		for _, op := range Operators {
			tried[op.Name] = tried[op.Name] || strings.Contains(c.expression, `"`+op.Name+`"`)
		}
	}
	for _, c := range families() {
		tried[c.operator] = true
	}
	for _, op := range Operators {
		if !tried[op.Name] {
			t.Errorf("%s has no case", op.Name)
		}
	}
}

func TestFailingExpressions(t *testing.T) {
	for text, code := range map[string]int32{
		`{"$add": ["$s", 1]}`: 14, `{"$add": ["$at", "$at"]}`: 16612, `{"$subtract": ["$s", 1]}`: 14, `{"$subtract": [1, "$at"]}`: 14, `{"$multiply": ["$s"]}`: 14,
		`{"$divide": [1, 0]}`: 2, `{"$divide": ["$s", 1]}`: 14, `{"$mod": [1, 0.0]}`: 16610, `{"$mod": ["$s", 1]}`: 16611, `{"$abs": "$s"}`: 28765, `{"$abs": {"$numberLong": "-9223372036854775808"}}`: 28680,
		`{"$switch": {"branches": [{"case": false, "then": 1}]}}`: 40066, `{"$size": "$s"}`: 17124, `{"$size": "$none"}`: 17124, `{"$arrayElemAt": ["$s", 0]}`: 28689, `{"$arrayElemAt": ["$a", "x"]}`: 28690,
		`{"$arrayElemAt": ["$a", 0.5]}`: 28691, `{"$first": "$s"}`: 28689, `{"$concatArrays": ["$s"]}`: 28664, `{"$reverseArray": "$s"}`: 34435, `{"$in": [1, "$s"]}`: 40081, `{"$concat": ["$i"]}`: 16702,
		`{"$strLenBytes": "$n"}`: 34473, `{"$strLenCP": "$i"}`: 34471, `{"$mergeObjects": ["$i"]}`: 40400, `{"$objectToArray": "$a"}`: 40390, `{"$map": {"input": "$s", "in": 1}}`: 16883, `{"$filter": {"input": "$s", "cond": 1}}`: 28651,
		`{"$filter": {"input": "$a", "cond": 1, "limit": 0}}`: 327392, `{"$filter": {"input": "$a", "cond": 1, "limit": 0.5}}`: 327391, `{"$reduce": {"input": "$s", "initialValue": 0, "in": 1}}`: 40080,
		`{"a": [{"$divide": [1, 0]}]}`: 2, `{"$map": {"input": "$a", "in": {"$divide": [1, 0]}}}`: 2, `{"$and": [1, {"$divide": [1, 0]}]}`: 2, `{"$let": {"vars": {"x": {"$divide": [1, 0]}}, "in": 1}}`: 2,
	} {
		e, err := Parse(nil, querytest.Val(t, text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var x Evaluation
		e.Value(x.Begin(querytest.Doc(t, subject)))
		querytest.Fails(t, text, x.Err(), code, "")
	}
}

func TestRefusedExpressions(t *testing.T) {
	for text, code := range map[string]int32{
		`{"$foo": 1}`: 168, `{"$add": 1, "$subtract": 1}`: 168, `{"$subtract": [1]}`: 16020, `{"$abs": [1, 2]}`: 16020, `{"$eq": [1]}`: 16020, `{"$cond": [1, 2]}`: 16020, `{"$cond": {"if": 1, "then": 1}}`: 17082,
		`{"$cond": {"then": 1, "else": 1}}`: 17080, `{"$cond": {"if": 1, "else": 1}}`: 17081, `{"$cond": {"if": 1, "then": 1, "else": 1, "x": 1}}`: 17083, `{"$ifNull": [1]}`: 1257300,
		`{"$switch": 1}`: 40060, `{"$switch": {}}`: 40068, `{"$switch": {"branches": 1}}`: 40061, `{"$switch": {"branches": [1]}}`: 40062, `{"$switch": {"branches": [{"then": 1}]}}`: 40064, `{"$switch": {"branches": [{"case": 1}]}}`: 40065, `{"$switch": {"x": 1}}`: 40067,
		`{"$let": 1}`: 16874, `{"$let": {"x": 1}}`: 16875, `{"$let": {"in": 1}}`: 16876, `{"$let": {"vars": {}}}`: 16877, `{"$let": {"vars": {"X": 1}, "in": 1}}`: 16867, `{"$let": {"vars": {"x": 1, "y": "$$x"}, "in": 1}}`: 17276,
		`{"$map": 1}`: 16878, `{"$map": {"x": 1}}`: 16879, `{"$map": {"in": 1}}`: 16880, `{"$map": {"input": 1}}`: 16882, `{"$map": {"input": "$$this", "in": 1}}`: 17276, `{"$filter": 1}`: 28646, `{"$filter": {"x": 1}}`: 28647, `{"$filter": {"cond": 1}}`: 28648,
		`{"$filter": {"input": 1}}`: 28650, `{"$reduce": 1}`: 40075, `{"$reduce": {"x": 1}}`: 40076, `{"$reduce": {}}`: 40077, `{"$reduce": {"input": 1}}`: 40078, `{"$reduce": {"input": 1, "initialValue": 1}}`: 40079, `"$$none"`: 17276, `"$$NOW"`: 17276,
		strings.Repeat(`{"$not": [`, 101) + `1` + strings.Repeat(`]}`, 101): 2,
	} {
		_, err := Parse(nil, querytest.Val(t, text))
		querytest.Fails(t, text, err, code, "")
	}
}

// TestExpressionsEnd runs loops within loops until their time is over, or too much is made.
func TestExpressionsEnd(t *testing.T) {
	loops := `1`
	for range 12 {
		loops = `{"$map": {"input": "$many", "in": ` + loops + `}}`
	}
	many := make([]bson.RawValue, 1000)
	b := value.NewBuilder()
	b.Add("many", value.Array(many))
	doc := b.Bytes()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	x := NewEvaluation(ctx, nil)
	e, err := Parse(nil, querytest.Val(t, loops))
	if err != nil {
		t.Fatal(err)
	}
	e.Value(x.Begin(doc))
	if tooMuch := (*wire.Error)(nil); !errors.Is(x.Err(), context.DeadlineExceeded) && !errors.As(x.Err(), &tooMuch) {
		t.Error(x.Err())
	}
}

// FuzzExpression checks that no expression panics, and that what it gives is a value.
func FuzzExpression(f *testing.F) {
	for _, c := range expressionCases {
		f.Add([]byte(querytest.Doc(f, `{"v": `+c.expression+`}`)), []byte(querytest.Doc(f, subject)))
	}
	for _, c := range families() {
		f.Add([]byte(querytest.Doc(f, `{"v": {"`+c.operator+`": `+expand(c.operand)+`}}`)), []byte(querytest.Doc(f, subject)))
	}
	f.Fuzz(func(t *testing.T, raw, doc []byte) {
		if wire.Validate(raw, wire.MaxDepth) != nil || wire.Validate(doc, wire.MaxDepth) != nil {
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		e, err := Parse(NewParser(ctx, nil, time.Unix(0, 0)), bson.Raw(raw).Lookup("v"))
		if err != nil {
			return
		}
		x := NewEvaluation(ctx, nil)
		v := e.Value(x.Begin(doc))
		if x.Err() != nil || v.Type == 0 {
			return
		}
		b := value.NewBuilder()
		b.Add("v", v)
		if err := wire.Validate(b.Bytes(), 2*wire.MaxDepth); err != nil {
			t.Fatalf("%v: %v", err, v)
		}
	})
}

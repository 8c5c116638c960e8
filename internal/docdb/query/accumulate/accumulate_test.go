package accumulate

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// TestSumTypes states how the type of a sum follows from the types of its numbers.
func TestSumTypes(t *testing.T) {
	for _, c := range []struct{ values, sum, avg string }{
		{`[1, 2]`, `3`, `1.5`},
		{`[2147483647, 1]`, `{"$numberLong": "2147483648"}`, `1073741824.0`},
		{`[1, {"$numberLong": "2"}]`, `{"$numberLong": "3"}`, `1.5`},
		{`[{"$numberLong": "9223372036854775807"}, {"$numberLong": "1"}]`, `9223372036854775808.0`, `4611686018427387904.0`},
		{`[0.1, 0.2, 0.3]`, `0.6`, `0.19999999999999998`},
		{`[1e100, 1.0, -1e100]`, `1.0`, `0.3333333333333333`},
		{`[1, 2.5, {"$numberDecimal": "0.5"}]`, `{"$numberDecimal": "4.00000000000000"}`, `{"$numberDecimal": "1.333333333333333333333333333333333"}`},
		{`[{"$numberDecimal": "6"}, {"$numberDecimal": "2"}]`, `{"$numberDecimal": "8"}`, `{"$numberDecimal": "4"}`},
		{`[1, {"$numberDouble": "NaN"}]`, `{"$numberDouble": "NaN"}`, `{"$numberDouble": "NaN"}`},
		{`[{"$numberDouble": "Infinity"}, 1]`, `{"$numberDouble": "Infinity"}`, `{"$numberDouble": "Infinity"}`},
		{`["x", null, [1]]`, `0`, `null`},
		{`[]`, `0`, `null`},
	} {
		total, mean := Sum(), Average()
		for _, v := range value.Elements(querytest.Val(t, c.values)) {
			total.Add(&v)
			mean.Add(&v)
		}
		if got := total.Result(); !got.Equal(querytest.Val(t, c.sum)) {
			t.Errorf("sum of %s: %v, want %s", c.values, got, c.sum)
		}
		if got := mean.Result(); !got.Equal(querytest.Val(t, c.avg)) {
			t.Errorf("average of %s: %v, want %s", c.values, got, c.avg)
		}
	}
}

// TestResults holds accumulators to what they make of values.
func TestResults(t *testing.T) {
	for _, c := range []struct {
		name         string
		of           Accumulator
		values, want string
	}{
		{"firstN", FirstN(2), `[1, null, 3]`, `[1, null]`}, {"firstN of fewer", FirstN(5), `[1]`, `[1]`}, {"lastN", LastN(2), `[1, 2, 3, 4, 5]`, `[4, 5]`}, {"lastN of fewer", LastN(3), `[1, 2]`, `[1, 2]`},
		{"minN", MinN(nil, 2), `[5, null, "a", 1, 3, 1]`, `[1, 1]`}, {"maxN", MaxN(nil, 2), `[5, null, "a", 1, 3]`, `["a", 5]`}, {"minN of none", MinN(nil, 2), `[null]`, `[]`},
		{"deviation", StandardDeviation(false), `[1, "x", 3]`, `1.0`}, {"sample deviation", StandardDeviation(true), `[1, 3]`, `1.4142135623730951`}, {"deviation of one", StandardDeviation(true), `[1]`, `null`},
		{"percentiles", Percentiles([]float64{0, 0.5, 0.9, 1}, Discrete, false), `[4, 1, 3, 2, "x", {"$numberDouble": "NaN"}]`, `[1.0, 2.0, 4.0, 4.0]`}, {"median", Percentiles([]float64{0.5}, Continuous, true), `[1, 2, 4, 8]`, `3.0`}, {"median of none", Percentiles([]float64{0.5}, Discrete, true), `[]`, `null`},
		{"merged", Merged(), `[{"a": 1, "b": 1}, null, {"b": 2, "c": 3}]`, `{"a": 1, "b": 2, "c": 3}`}, {"count", Count(), `[1, null]`, `2`}, {"list", List(), `[1, [2]]`, `[1, [2]]`}, {"set", Set(nil), `[1, 1.0, 2]`, `[1, 2]`}, {"least", Least(nil), `[null, 2, 1]`, `1`}, {"greatest", Greatest(nil), `[null, 2, 1]`, `2`},
	} {
		grown := 0
		for _, v := range value.Elements(querytest.Val(t, c.values)) {
			grown += c.of.Add(&v)
		}
		if got := c.of.Result(); !got.Equal(querytest.Val(t, c.want)) {
			t.Errorf("%s of %s: %v, want %s", c.name, c.values, got, c.want)
		}
		if grown < 0 {
			t.Errorf("%s of %s: has shrunk by %d bytes", c.name, c.values, -grown)
		}
	}
}

// TestSaved saves accumulators at any moment and goes on with what was loaded: the results are those of one that went
// through.
func TestSaved(t *testing.T) {
	values := value.Elements(querytest.Val(t, `[3, null, {"$numberLong": "9223372036854775807"}, 0.1, {"$numberDecimal": "1.25"}, "text", {"a": 1, "b": [2]}, {"b": 3}, 0.2, 1e100, -1e100,
		{"$numberDecimal": "-Infinity"}, 7, 7.0, "text", [1, 2], true, {"$numberLong": "5"}, {"$numberDouble": "NaN"}, {"$numberDecimal": "NaN"}]`))
	values = append(values, bson.RawValue{}, value.Int32(4))
	plain := func(v bson.RawValue, _ int) bson.RawValue { return v }
	placed := func(v bson.RawValue, i int) bson.RawValue { return Keyed([]byte{byte(i * 7 % 5)}, v) }
	for name, c := range map[string]struct {
		start func() Accumulator
		of    func(v bson.RawValue, i int) bson.RawValue
	}{
		"sum": {Sum, plain}, "average": {Average, plain}, "least": {func() Accumulator { return Least(nil) }, plain}, "greatest": {func() Accumulator { return Greatest(nil) }, plain},
		"first": {First, plain}, "last": {Last, plain}, "list": {List, plain}, "set": {func() Accumulator { return Set(nil) }, plain}, "count": {Count, plain}, "merged": {Merged, plain},
		"deviation": {func() Accumulator { return StandardDeviation(false) }, plain}, "percentiles": {func() Accumulator { return Percentiles([]float64{0.2, 0.9}, Continuous, false) }, plain},
		"firstN": {func() Accumulator { return FirstN(5) }, plain}, "lastN": {func() Accumulator { return LastN(3) }, plain}, "minN": {func() Accumulator { return MinN(nil, 3) }, plain}, "maxN": {func() Accumulator { return MaxN(nil, 3) }, plain},
		"topN": {func() Accumulator { return TopN(4, false) }, placed}, "bottom": {func() Accumulator { return BottomN(1, true) }, placed},
	} {
		for from := range len(values) {
			through, parted := c.start(), c.start()
			for i := range values[from:] {
				next := c.start()
				from := From(append(parted.Save(nil), 9))
				if next.Load(from); from.Err() != nil || len(from.rest) != 1 {
					t.Fatalf("%s: %v, %d bytes are left", name, from.Err(), len(from.rest))
				}
				v := c.of(values[i], i)
				through.Add(&v)
				next.Add(&v)
				parted = next
			}
			if a, b := through.Result(), parted.Result(); !a.Equal(b) {
				t.Errorf("%s from %d: %v, through: %v", name, from, b, a)
			}
		}
		some := c.start()
		for i := range values {
			v := c.of(values[i], i)
			some.Add(&v)
		}
		for all := some.Save(nil); len(all) > 0; {
			all = all[:len(all)-1]
			from := From(all)
			if c.start().Load(from); from.Err() == nil {
				t.Errorf("%s: %d bytes are enough", name, len(all))
			}
		}
	}
}

// TestPlaced gives values beside keys.
func TestPlaced(t *testing.T) {
	for _, c := range []struct {
		of   Accumulator
		want string
	}{
		{TopN(2, false), `["b", "d"]`}, {BottomN(2, false), `["a", "c"]`}, {TopN(1, true), `"b"`}, {BottomN(1, true), `"c"`}, {TopN(9, false), `["b", "d", "a", "c"]`},
	} {
		for i, text := range []string{"a", "b", "c", "d"} {
			v := Keyed([]byte{[]byte{2, 1, 3, 1}[i]}, value.String(text))
			c.of.Add(&v)
		}
		if got := c.of.Result(); !got.Equal(querytest.Val(t, c.want)) {
			t.Errorf("got %v, want %s", got, c.want)
		}
	}
	if v := TopN(1, true).Result(); v.Type != 0 {
		t.Error(v)
	}
}

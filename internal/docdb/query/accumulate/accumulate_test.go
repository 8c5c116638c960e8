package accumulate

import (
	"testing"

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

package value

import (
	"testing"

	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
)

func TestDecimalArithmetic(t *testing.T) {
	d := func(s string) string { return `{"$numberDecimal": "` + s + `"}` }
	for _, c := range []struct{ a, b, sum, product string }{
		{d("1.5"), d("2.25"), d("3.75"), d("3.375")},
		{d("9999999999999999999999999999999999"), `1`, d("1.000000000000000000000000000000000E+34"), d("9999999999999999999999999999999999")},
		{d("9999999999999999999999999999999999"), d("0.5"), d("1.000000000000000000000000000000000E+34"), d("5000000000000000000000000000000000")},
		{d("1E+6144"), d("9E+6144"), d("Infinity"), d("Infinity")},
		{d("1E-6176"), d("-1E-6176"), d("0E-6176"), d("0E-6176")},
		{d("Infinity"), d("-Infinity"), d("NaN"), d("-Infinity")},
		{d("NaN"), `1`, d("NaN"), d("NaN")},
		{d("1"), `0.5`, d("1.500000000000000"), d("0.500000000000000")},
	} {
		sum, _ := Add(querytest.Val(t, c.a), querytest.Val(t, c.b))
		product, _ := Multiply(querytest.Val(t, c.a), querytest.Val(t, c.b))
		if !sum.Equal(querytest.Val(t, c.sum)) {
			t.Errorf("%s + %s is %v, want %s", c.a, c.b, sum, c.sum)
		}
		if !product.Equal(querytest.Val(t, c.product)) {
			t.Errorf("%s * %s is %v, want %s", c.a, c.b, product, c.product)
		}
	}
}

func TestTruncated(t *testing.T) {
	for text, want := range map[string]int64{
		`5`: 5, `-5.9`: -5, `{"$numberLong": "-9223372036854775808"}`: -9223372036854775808,
		`{"$numberDecimal": "12.99"}`: 12, `{"$numberDecimal": "12E+3"}`: 12000, `{"$numberDecimal": "1E-6000"}`: 0,
	} {
		if got, ok := Truncated(querytest.Val(t, text)); !ok || got != want {
			t.Errorf("%s: %d %v", text, got, ok)
		}
	}
	for _, text := range []string{`9223372036854775808.0`, `{"$numberDouble": "NaN"}`, `{"$numberDecimal": "1E+6000"}`, `{"$numberDecimal": "9223372036854775808"}`, `"5"`, `null`} {
		if got, ok := Truncated(querytest.Val(t, text)); ok {
			t.Errorf("%s: %d", text, got)
		}
	}
}

package query

import (
	"bytes"
	"cmp"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func TestSort(t *testing.T) {
	for _, c := range []struct {
		sort string
		docs []string // in order
	}{
		{`{"a": 1}`, []string{`{"a": {"$minKey": 1}}`, `{"a": []}`, `{"a": null}`, `{"a": {"$numberDouble": "NaN"}}`, `{"a": -1}`, `{"a": 2}`, `{"a": "a"}`, `{"a": {}}`, `{"a": false}`, `{"a": {"$maxKey": 1}}`}},
		{`{"a": -1}`, []string{`{"a": true}`, `{"a": "b"}`, `{"a": "a"}`, `{"a": 1}`, `{}`, `{"a": []}`}},
		{`{"a": 1}`, []string{`{"a": [5, 1]}`, `{"a": 2}`, `{"a": [3, 9]}`}},
		{`{"a": -1}`, []string{`{"a": [3, 9]}`, `{"a": [5, 1]}`, `{"a": 2}`}},
		{`{"a": 1, "b": -1}`, []string{`{"a": 1, "b": 2}`, `{"a": 1, "b": 1}`, `{"a": 2, "b": 9}`}},
		{`{"a.b": 1}`, []string{`{"a": 5}`, `{"a": {"b": 1}}`, `{"a": [{"b": 9}, {"b": 2}]}`, `{"a": {"b": 3}}`}},

		// Two paths through an array: the pair of one element, not the least of each.
		{`{"a.b": 1, "a.c": 1}`, []string{`{"a": {"b": 1, "c": 2}}`, `{"a": [{"b": 2, "c": 0}, {"b": 1, "c": 9}]}`, `{"a": {"b": 1, "c": 10}}`}},
		{`{"a.b": 1, "a.c": -1}`, []string{`{"a": {"b": 1, "c": 10}}`, `{"a": [{"b": 2, "c": 99}, {"b": 1, "c": 9}]}`, `{"a": {"b": 1, "c": 2}}`}},
		{`{"d": 1, "a": 1}`, []string{`{"d": 1, "a": [7, 3]}`, `{"d": 1, "a": 4}`, `{"d": [5, 2], "a": 0}`}},
	} {
		s, err := ParseSort(doc(t, c.sort))
		if err != nil {
			t.Fatal(err)
		}
		for i, left := range c.docs {
			for j, right := range c.docs {
				a, b, want := doc(t, left), doc(t, right), cmp.Compare(i, j)
				if got := bytes.Compare(place(t, s, a), place(t, s, b)); got != want {
					t.Errorf("%s: %s against %s is %d, want %d", c.sort, left, right, got, want)
				}
			}
		}
	}
	byHand := Sort{{Path: "a.b", Desc: true}}
	if bytes.Compare(place(t, byHand, doc(t, `{"a": {"b": 1}}`)), place(t, byHand, doc(t, `{"a": {"b": 2}}`))) != 1 {
		t.Error("a Sort made without ParseSort does not sort")
	}
	_, err := Sort{{Path: "a"}, {Path: "b"}}.Key(doc(t, `{"a": [1, 2], "b": [3, 4]}`))
	fails(t, "two arrays beside one another", err, 2, "parallel arrays")
	for _, bad := range []string{`{"a": 2}`, `{"a": "1"}`, `{"a": {"$meta": "textScore"}}`, `{"": 1}`, `{"a..b": 1}`, `{"$a": 1}`} {
		_, err := ParseSort(doc(t, bad))
		fails(t, bad, err, 2, "")
	}
}

func place(t *testing.T, s Sort, doc bson.Raw) []byte {
	t.Helper()
	key, err := s.Key(doc)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestProjection(t *testing.T) {
	for _, c := range []struct{ doc, projection, want string }{
		{`{"_id": 1, "a": 1, "b": 2}`, `{}`, `{"_id": 1, "a": 1, "b": 2}`},
		{`{"_id": 1, "a": 1, "b": 2}`, `{"b": 1, "x": 1}`, `{"_id": 1, "b": 2}`},
		{`{"_id": 1, "a": 1, "b": 2}`, `{"b": true, "_id": 0}`, `{"b": 2}`},
		{`{"_id": 1, "a": 1, "b": 2}`, `{"b": 0}`, `{"_id": 1, "a": 1}`},
		{`{"_id": 1, "a": 1, "b": 2}`, `{"b": 0, "_id": 1}`, `{"_id": 1, "a": 1}`},
		{`{"_id": 1, "a": 1}`, `{"_id": 0}`, `{"a": 1}`},
		{`{"_id": 1, "a": 1}`, `{"_id": 1}`, `{"_id": 1}`},
		{`{"b": 1, "a": 2}`, `{"a": 1, "b": 1}`, `{"b": 1, "a": 2}`},
		{`{"a": {"b": 1, "c": 2}, "d": 3}`, `{"a.b": 1}`, `{"a": {"b": 1}}`},
		{`{"a": {"b": 1, "c": 2}, "d": 3}`, `{"a": {"b": 1}}`, `{"a": {"b": 1}}`},
		{`{"a": {"b": 1, "c": 2}, "d": 3}`, `{"a.b": 0}`, `{"a": {"c": 2}, "d": 3}`},
		{`{"a": [{"b": 1, "c": 2}, 5, [{"b": 3}, 6]], "d": 3}`, `{"a.b": 1}`, `{"a": [{"b": 1}, [{"b": 3}]]}`},
		{`{"a": [{"b": 1, "c": 2}, 5, [{"b": 3}, 6]]}`, `{"a.b": 0}`, `{"a": [{"c": 2}, 5, [{}, 6]]}`},
		{`{"a": 5}`, `{"a.b": 1}`, `{}`},
		{`{"a": 5}`, `{"a.b": 0}`, `{"a": 5}`},
		{`{"_id": 1, "a": {"b": [{"c": 1}, {"c": 2}, 3]}}`, `{"x": "$a.b.c", "y": {"$literal": "$a"}, "z": "$nope"}`, `{"_id": 1, "x": [1, 2], "y": "$a"}`},
		{`{"_id": 1, "a": 2, "b": 3}`, `{"_id": 0, "a": "$b", "b": 1, "n": ["$a", "$x"]}`, `{"b": 3, "a": 3, "n": [2, null]}`},
		{`{"a": 1}`, `{"_id": 0, "x.y": "$a"}`, `{"x": {"y": 1}}`},
		{`{"a": 1}`, `{"_id": 0, "x": "$$ROOT", "y": "$$CURRENT.a"}`, `{"x": {"a": 1}, "y": 1}`},
	} {
		p, err := ParseProjection(doc(t, c.projection))
		if err != nil {
			t.Errorf("%s: %v", c.projection, err)
			continue
		}
		out, err := p.Apply(doc(t, c.doc))
		if err != nil {
			t.Error(err)
		}
		same(t, c.projection+" of "+c.doc, out, c.want)
	}
}

func TestRefusedProjections(t *testing.T) {
	for _, c := range []struct {
		projection string
		code       int32
		text       string
	}{
		{`{"a": 1, "b": 0}`, 31254, "exclusion on field b"},
		{`{"a": 0, "b": 1}`, 31253, "inclusion on field b"},
		{`{"a": 0, "b": "$a"}`, 31253, "field b"},
		{`{"a": "$b", "b": 0}`, 31254, "field b"},
		{`{"a": 1, "a.b": 1}`, 31249, "a.b"},
		{`{"a.b": 1, "a": 1}`, 31249, "a"},
		{`{"a": {}}`, 51270, "'a'"},
		{`{"a.$": 1}`, 2, "positional"},
		{`{"a": {"$slice": 1}}`, 2, "$slice"},
		{`{"a": {"$elemMatch": {"x": 1}}}`, 2, "$elemMatch"},
		{`{"a": {"$meta": "textScore"}}`, 2, "$meta"},
		{`{"a": {"$add": [1, 2]}}`, 168, "$add"},
		{`{"a": "$$NOW"}`, 17276, "NOW"},
		{`{"a": "$"}`, 2, "empty"},
		{`{"a..b": 1}`, 2, "empty"},
		{strings.Repeat(`{"a": `, maxDepth+2) + `1` + strings.Repeat(`}`, maxDepth+2), 2, ""},
	} {
		_, err := ParseProjection(doc(t, c.projection))
		fails(t, c.projection, err, c.code, c.text)
	}
}

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
		sum, _ := add(val(t, c.a), val(t, c.b))
		product, _ := multiply(val(t, c.a), val(t, c.b))
		if !sum.Equal(val(t, c.sum)) {
			t.Errorf("%s + %s is %v, want %s", c.a, c.b, sum, c.sum)
		}
		if !product.Equal(val(t, c.product)) {
			t.Errorf("%s * %s is %v, want %s", c.a, c.b, product, c.product)
		}
	}
}

func TestTruncated(t *testing.T) {
	for text, want := range map[string]int64{
		`5`: 5, `-5.9`: -5, `{"$numberLong": "-9223372036854775808"}`: -9223372036854775808,
		`{"$numberDecimal": "12.99"}`: 12, `{"$numberDecimal": "12E+3"}`: 12000, `{"$numberDecimal": "1E-6000"}`: 0,
	} {
		if got, ok := truncated(val(t, text)); !ok || got != want {
			t.Errorf("%s: %d %v", text, got, ok)
		}
	}
	for _, text := range []string{`9223372036854775808.0`, `{"$numberDouble": "NaN"}`, `{"$numberDecimal": "1E+6000"}`, `{"$numberDecimal": "9223372036854775808"}`, `"5"`, `null`} {
		if got, ok := truncated(val(t, text)); ok {
			t.Errorf("%s: %d", text, got)
		}
	}
}

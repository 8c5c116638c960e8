package order

import (
	"bytes"
	"cmp"
	"errors"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

func TestIndexValues(t *testing.T) {
	for _, c := range []struct{ doc, path, index, values string }{
		{`{"a": 1}`, "a", `[1]`, `[1]`},
		{`{}`, "a", `[null]`, `[]`},
		{`{"a": null}`, "a", `[null]`, `[null]`},
		{`{"a": []}`, "a", `[{"$undefined": true}]`, `[]`},
		{`{"a": [1, 2, 1.0]}`, "a", `[1, 2]`, `[1, 2]`},
		{`{"a": [[1, 2], 3]}`, "a", `[[1, 2], 3]`, `[[1, 2], 3]`},
		{`{"a": [{"b": 1}, {"b": [2, 3]}, {}, 5]}`, "a.b", `[1, 2, 3, null]`, `[1, 2, 3]`},
		{`{"a": [5]}`, "a.b", `[null]`, `[]`},
		{`{"a": [5, 6]}`, "a.1", `[6]`, `[6]`},
		{`{"a": {"b": {"c": 1}}}`, "a.b", `[{"c": 1}]`, `[{"c": 1}]`},
	} {
		var set value.Set
		value.Each(querytest.Doc(t, c.doc), c.path, func(v bson.RawValue) bool { set.Add(v); return false })
		for want, got := range map[string][]bson.RawValue{c.index: IndexValues(querytest.Doc(t, c.doc), c.path), c.values: set.Values} {
			if !keys.Equal(value.Array(got), querytest.Val(t, want)) {
				t.Errorf("%s at %s: %v, want %s", c.doc, c.path, got, want)
			}
		}
	}
}

// TestParallelPositions has a position choose an array beside another array: its pairs would be without number.
func TestParallelPositions(t *testing.T) {
	many := strings.Repeat(`{"x": 1}, {"x": 2}, `, 500) + `{"x": 3}`
	if tuples, _, err := IndexKeys(querytest.Doc(t, `{"a": [[`+many+`]], "b": [`+many+`]}`), []string{"a.0.x", "b"}); !errors.Is(err, ErrParallelArrays) {
		t.Errorf("%d tuples, %v", len(tuples), err)
	}
	if tuples, _, err := IndexKeys(querytest.Doc(t, `{"a": [[`+many+`]], "b": 1}`), []string{"a.0.x", "b"}); err != nil || len(tuples) != 3 {
		t.Errorf("%d tuples, %v", len(tuples), err)
	}
}

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
		s, err := Parse(nil, querytest.Doc(t, c.sort))
		if err != nil {
			t.Fatal(err)
		}
		for i, left := range c.docs {
			for j, right := range c.docs {
				a, b, want := querytest.Doc(t, left), querytest.Doc(t, right), cmp.Compare(i, j)
				if got := bytes.Compare(place(t, s, a), place(t, s, b)); got != want {
					t.Errorf("%s: %s against %s is %d, want %d", c.sort, left, right, got, want)
				}
			}
		}
	}
	byHand := Sort{{Path: "a.b", Desc: true}}
	if bytes.Compare(place(t, byHand, querytest.Doc(t, `{"a": {"b": 1}}`)), place(t, byHand, querytest.Doc(t, `{"a": {"b": 2}}`))) != 1 {
		t.Error("a Sort made without ParseSort does not sort")
	}
	_, err := Sort{{Path: "a"}, {Path: "b"}}.Key(querytest.Doc(t, `{"a": [1, 2], "b": [3, 4]}`))
	querytest.Fails(t, "two arrays beside one another", err, 2, "parallel arrays")
	for _, bad := range []string{`{"a": 2}`, `{"a": "1"}`, `{"a": {"$meta": "textScore"}}`, `{"": 1}`, `{"a..b": 1}`, `{"$a": 1}`} {
		_, err := Parse(nil, querytest.Doc(t, bad))
		querytest.Fails(t, bad, err, 2, "")
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

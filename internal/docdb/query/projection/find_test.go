package projection

import (
	"testing"

	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
)

func TestFindProjections(t *testing.T) {
	for _, c := range []struct{ filter, projection, doc, want string }{
		// $slice keeps all other fields, unless they are chosen.
		{`{}`, `{"a": {"$slice": 2}}`, `{"_id": 1, "a": [1, 2, 3], "b": 1}`, `{"_id": 1, "a": [1, 2], "b": 1}`},
		{`{}`, `{"a": {"$slice": -2}}`, `{"_id": 1, "a": [1, 2, 3]}`, `{"_id": 1, "a": [2, 3]}`},
		{`{}`, `{"a": {"$slice": 0}}`, `{"_id": 1, "a": [1, 2, 3]}`, `{"_id": 1, "a": []}`},
		{`{}`, `{"a": {"$slice": 9}}`, `{"_id": 1, "a": [1, 2, 3]}`, `{"_id": 1, "a": [1, 2, 3]}`},
		{`{}`, `{"a": {"$slice": [1, 1]}}`, `{"_id": 1, "a": [1, 2, 3]}`, `{"_id": 1, "a": [2]}`},
		{`{}`, `{"a": {"$slice": [-2, 1]}}`, `{"_id": 1, "a": [1, 2, 3]}`, `{"_id": 1, "a": [2]}`},
		{`{}`, `{"a": {"$slice": [-9, 2]}}`, `{"_id": 1, "a": [1, 2, 3]}`, `{"_id": 1, "a": [1, 2]}`},
		{`{}`, `{"a": {"$slice": [9, 2]}}`, `{"_id": 1, "a": [1, 2, 3]}`, `{"_id": 1, "a": []}`},
		{`{}`, `{"a": {"$slice": 1.9}}`, `{"_id": 1, "a": [1, 2, 3]}`, `{"_id": 1, "a": [1]}`},
		{`{}`, `{"a": {"$slice": {"$numberLong": "-9000000000"}}}`, `{"a": [1, 2]}`, `{"a": [1, 2]}`},
		{`{}`, `{"a": {"$slice": 1}}`, `{"a": 5}`, `{"a": 5}`},
		{`{}`, `{"a": {"$slice": 1}, "b": 1}`, `{"_id": 1, "a": [1, 2], "b": 1, "c": 1}`, `{"_id": 1, "a": [1], "b": 1}`},
		{`{}`, `{"a": {"$slice": 1}, "b": 0}`, `{"_id": 1, "a": [1, 2], "b": 1, "c": 1}`, `{"_id": 1, "a": [1], "c": 1}`},
		{`{}`, `{"a.b": {"$slice": 1}}`, `{"a": {"b": [1, 2], "c": 1}}`, `{"a": {"b": [1], "c": 1}}`},
		{`{}`, `{"a.b": {"$slice": 1}}`, `{"a": [{"b": [1, 2]}, {"c": 1}, 5]}`, `{"a": [{"b": [1]}, {"c": 1}, 5]}`},

		// $elemMatch keeps the first element of its own condition, behind what is included.
		{`{}`, `{"a": {"$elemMatch": {"$gt": 1}}}`, `{"_id": 1, "a": [1, 2, 3], "b": 1}`, `{"_id": 1, "a": [2]}`},
		{`{}`, `{"a": {"$elemMatch": {"x": 2}}, "b": 1}`, `{"_id": 1, "a": [{"x": 1}, {"x": 2, "y": 1}], "b": 1}`, `{"_id": 1, "b": 1, "a": [{"x": 2, "y": 1}]}`},
		{`{}`, `{"a": {"$elemMatch": {"x": 9}}}`, `{"_id": 1, "a": [{"x": 1}]}`, `{"_id": 1}`},
		{`{}`, `{"a": {"$elemMatch": {"x": 1}}}`, `{"_id": 1, "a": {"x": 1}}`, `{"_id": 1}`},
		{`{}`, `{"a": {"$elemMatch": {"$gt": 1}}, "b": 0}`, `{"_id": 1, "a": [1, 2], "b": 1, "c": 1}`, `{"_id": 1, "a": [2], "c": 1}`},

		// $ keeps the element by which the filter found the document.
		{`{"a": {"$gte": 2}}`, `{"a.$": 1}`, `{"_id": 1, "a": [1, 2, 3], "b": 1}`, `{"_id": 1, "a": [2]}`},
		{`{"a.x": 2}`, `{"a.$": 1, "b": 1}`, `{"_id": 1, "a": [{"x": 1}, {"x": 2, "y": 1}], "b": 1}`, `{"_id": 1, "a": [{"x": 2, "y": 1}], "b": 1}`},
		{`{"a.x": 2}`, `{"a.x.$": 1}`, `{"_id": 1, "a": [{"x": 1}, {"x": 2, "y": 1}]}`, `{"_id": 1, "a": [{"x": 2}]}`},
		{`{"o.a": 3}`, `{"o.a.$": true}`, `{"_id": 1, "o": {"a": [1, 3], "b": 1}}`, `{"_id": 1, "o": {"a": [3]}}`},
		{`{"a": {"$elemMatch": {"x": 1, "y": 2}}}`, `{"a.$": 1, "_id": 0}`, `{"_id": 1, "a": [{"x": 1}, {"x": 1, "y": 2}]}`, `{"a": [{"x": 1, "y": 2}]}`},
		{`{"a": 5}`, `{"a.$": 1}`, `{"_id": 1, "a": 5}`, `{"_id": 1, "a": 5}`},
	} {
		f, err := match.Parse(nil, querytest.Doc(t, c.filter))
		if err != nil {
			t.Fatal(err)
		}
		p, err := ParseFind(nil, querytest.Doc(t, c.projection), f)
		if err != nil {
			t.Errorf("%s: %v", c.projection, err)
			continue
		}
		out, err := p.Apply(querytest.Doc(t, c.doc))
		if err != nil {
			t.Errorf("%s: %v", c.projection, err)
			continue
		}
		querytest.Same(t, c.projection+" of "+c.doc, out, c.want)
	}
}

func TestRefusedFindProjections(t *testing.T) {
	for _, c := range []struct {
		projection string
		code       int32
		text       string
	}{
		{`{"a.$.b": 1}`, 31394, "middle of a path"},
		{`{"a.$.b.$": 1}`, 31394, "middle of a path"},
		{`{"a.$": 1, "b.$": 1}`, 31276, "more than one"},
		{`{"a.$": 1, "b": {"$elemMatch": {"x": 1}}}`, 31255, "$elemMatch"},
		{`{"b": {"$elemMatch": {"x": 1}}, "a.$": 1}`, 31256, "$elemMatch"},
		{`{"a.$": 0}`, 31395, "exclusion"},
		{`{"a.$": "x"}`, 31271, "expression"},
		{`{"a": {"$slice": "x"}}`, 31273, "$slice"},
		{`{"a": {"$slice": [1]}}`, 31272, "[skip, limit]"},
		{`{"a": {"$slice": [1, "x"]}}`, 31258, "number"},
		{`{"a": {"$slice": [1, 0]}}`, 31259, "positive"},
		{`{"a": {"$elemMatch": 1}}`, 31274, "object"},
		{`{"a.b": {"$elemMatch": {"x": 1}}}`, 31275, "nested"},
		{`{"a": {"$elemMatch": {"$foo": 1}}}`, 2, "$foo"},
		{`{"a": {"$meta": "textScore"}}`, 2, "$meta"},
	} {
		_, err := ParseFind(nil, querytest.Doc(t, c.projection), nil)
		querytest.Fails(t, c.projection, err, c.code, c.text)
	}
	f, err := match.Parse(nil, querytest.Doc(t, `{"b": 1}`))
	if err != nil {
		t.Fatal(err)
	}
	p, err := ParseFind(nil, querytest.Doc(t, `{"a.$": 1}`), f)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Apply(querytest.Doc(t, `{"a": [1], "b": 1}`))
	querytest.Fails(t, "no element", err, 51246, "matching element")
	_, err = p.Apply(querytest.Doc(t, `{"a": [1], "b": [2, 1]}`))
	querytest.Fails(t, "an element of another array", err, 51247, "mismatch")
}

package projection

import (
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

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
		p, err := Parse(nil, querytest.Doc(t, c.projection))
		if err != nil {
			t.Errorf("%s: %v", c.projection, err)
			continue
		}
		out, err := p.Apply(querytest.Doc(t, c.doc))
		if err != nil {
			t.Error(err)
		}
		querytest.Same(t, c.projection+" of "+c.doc, out, c.want)
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
		{`{"a": 0, "b": "$a"}`, 31252, "field b"},
		{`{"a": "$b", "b": 0}`, 31254, "field b"},
		{`{"a": 1, "a.b": 1}`, 31249, "a.b"},
		{`{"a.b": 1, "a": 1}`, 31249, "a"},
		{`{"a": {}}`, 51270, "'a'"},
		{`{"a.$": 1}`, 31324, "positional"},
		{`{"a": {"$elemMatch": {"x": 1}}}`, 168, "$elemMatch"},
		{`{"a": {"$meta": "textScore"}}`, 2, "$meta"},
		{`{"a": {"$nope": [1, 2]}}`, 168, "$nope"},
		{`{"a": "$$NOW"}`, 17276, "NOW"},
		{`{"a": "$"}`, 2, "empty"},
		{`{"a..b": 1}`, 2, "empty"},
		{strings.Repeat(`{"a": `, value.MaxDepth+2) + `1` + strings.Repeat(`}`, value.MaxDepth+2), 2, ""},
	} {
		_, err := Parse(nil, querytest.Doc(t, c.projection))
		querytest.Fails(t, c.projection, err, c.code, c.text)
	}
}

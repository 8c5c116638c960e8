package update

import (
	"fmt"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// TestArrayFilters changes the elements that filters choose.
func TestArrayFilters(t *testing.T) {
	for _, c := range []struct{ doc, update, filters, want string }{
		{`{"a": [1, 5, 9]}`, `{"$set": {"a.$[x]": 0}}`, `[{"x": {"$gte": 5}}]`, `{"a": [1, 0, 0]}`},
		{`{"a": [1, 5, 9]}`, `{"$inc": {"a.$[x]": 1, "a.$[y]": 10}}`, `[{"x": {"$lt": 3}}, {"y": {"$gt": 7}}]`, `{"a": [2, 5, 19]}`},
		{`{"a": [{"k": 1, "v": 1}, {"k": 2, "v": 1}, 3]}`, `{"$set": {"a.$[e].v": 7}}`, `[{"e.k": 2}]`, `{"a": [{"k": 1, "v": 1}, {"k": 2, "v": 7}, 3]}`},
		{`{"a": [{"k": 1, "v": 1}, {"k": 2, "v": 1}]}`, `{"$set": {"a.$[e].v": 7}}`, `[{"$or": [{"e.k": 2}, {"e.v": {"$gt": 1}}]}]`, `{"a": [{"k": 1, "v": 1}, {"k": 2, "v": 7}]}`},
		{`{"a": [{"b": [1, 2]}, {"b": [2, 3]}]}`, `{"$set": {"a.$[].b.$[x]": 0}}`, `[{"x": 2}]`, `{"a": [{"b": [1, 0]}, {"b": [0, 3]}]}`},
		{`{"a": [{"b": [1, 2]}, {"b": [2, 3]}]}`, `{"$unset": {"a.$[e].b.$[x]": 1}}`, `[{"x": 2}, {"e.b": 3}]`, `{"a": [{"b": [1, 2]}, {"b": [null, 3]}]}`},
		{`{"a": [{"k": 1}, {"k": 1}]}`, `{"$set": {"a.$[e].x": 1, "a.$[f].y": 2}}`, `[{"e.k": 1}, {"f.k": 1}]`, `{"a": [{"k": 1, "x": 1, "y": 2}, {"k": 1, "x": 1, "y": 2}]}`},
		{`{"a": [[1], [2, 3]]}`, `{"$set": {"a.$[x]": 0}}`, `[{"x": 3}]`, `{"a": [[1], 0]}`},
		{`{"a": [[1], [2, 3]]}`, `{"$pop": {"a.$[x]": 1}}`, `[{"x": {"$size": 2}}]`, `{"a": [[1], [2]]}`},
		{`{"a": [1]}`, `{"$set": {"a.$[x]": 0}}`, `[{"x": {"$gt": 5}}]`, `{"a": [1]}`},
	} {
		u, err := Parse(nil, querytest.Val(t, c.update), querytest.Val(t, c.filters))
		if err != nil {
			t.Errorf("%s: %v", c.update, err)
			continue
		}
		out, _, err := u.Apply(querytest.Doc(t, c.doc), ApplyOptions{})
		if err != nil {
			t.Errorf("%s on %s: %v", c.update, c.doc, err)
			continue
		}
		querytest.Same(t, c.update+" on "+c.doc, out, c.want)
	}
}

func TestRefusedArrayFilters(t *testing.T) {
	for _, c := range []struct {
		update, filters string
		code            int32
		text            string
	}{
		{`{"$set": {"a.$[x]": 1}}`, `[{"y": 1}]`, 2, "'x'"},
		{`{"$set": {"a.$[x]": 1}}`, `[{"x": 1}, {"y": 1}]`, 9, "'y' was not used"},
		{`{"$set": {"a.$[x]": 1}}`, `[{"x": 1}, {"x.a": 1}]`, 9, "multiple array filters"},
		{`{"$set": {"a.$[x]": 1}}`, `[{"x": 1, "y": 1}]`, 9, "'x' and 'y'"},
		{`{"$set": {"a.$[x]": 1}}`, `[{"$or": [{"x": 1}, {"y.a": 1}]}]`, 9, "'x' and 'y'"},
		{`{"$set": {"a.$[x]": 1}}`, `[{}]`, 9, "top-level field name"},
		{`{"$set": {"a.$[X]": 1}}`, `[{"X": 1}]`, 2, "lowercase"},
		{`{"$set": {"a.$[x]": 1}}`, `[{"$expr": true}]`, 2, "$expr"},
		{`{"$set": {"a.$[x]": 1}}`, `[1]`, 14, "object"},
		{`{"$set": {"a.$[x]": 1}}`, `[{"x": {"$foo": 1}}]`, 2, "$foo"},
		{`{"a": 1}`, `[{"x": 1}]`, 9, "arrayFilters"},
		{`[{"$set": {"a": 1}}]`, `[{"x": 1}]`, 9, "arrayFilters"},
	} {
		_, err := Parse(nil, querytest.Val(t, c.update), querytest.Val(t, c.filters))
		querytest.Fails(t, c.update+" with "+c.filters, err, c.code, c.text)
	}
	u, err := Parse(nil, querytest.Val(t, `{"$set": {"a.$[x].b": 1, "a.$[y].b": 2}}`), querytest.Val(t, `[{"x.k": 1}, {"y.k": {"$gt": 0}}]`))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = u.Apply(querytest.Doc(t, `{"a": [{"k": 5}, {"k": 1}]}`), ApplyOptions{})
	querytest.Fails(t, "two filters that mean one element", err, 40, "'a.1.b'")
}

// TestPositional changes the element by which the document was found.
func TestPositional(t *testing.T) {
	for _, c := range []struct{ filter, doc, want string }{
		{`{"a": 2}`, `{"a": [1, 2, 2]}`, `{"a": [1, 0, 2]}`},
		{`{"a": {"$gt": 1, "$lt": 9}}`, `{"a": [9, 5]}`, `{"a": [9, 0]}`},
		{`{"a": {"$elemMatch": {"$gt": 1, "$lt": 9}}}`, `{"a": [9, 5]}`, `{"a": [9, 0]}`},
		{`{"a.k": 2}`, `{"a": [{"k": 1}, {"k": 2}]}`, `{"a": [{"k": 1}, 0]}`},
		{`{"a.k": 2}`, `{"a": [{"k": 1}, {"k": [3, 2]}]}`, `{"a": [{"k": 1}, 0]}`},
		{`{"a": {"$elemMatch": {"k": 2}}}`, `{"a": [{"k": 1}, {"k": 2}]}`, `{"a": [{"k": 1}, 0]}`},
		{`{"a": {"$in": [7, 2]}}`, `{"a": [1, 2]}`, `{"a": [1, 0]}`},
		{`{"a": {"$all": [1, 2]}}`, `{"a": [1, 2]}`, `{"a": [1, 0]}`},
		{`{"$and": [{"a": 2}, {"c": 1}]}`, `{"a": [1, 2], "c": 1}`, `{"a": [1, 0], "c": 1}`},
		{`{"$or": [{"a": 2}]}`, `{"a": [1, 2]}`, `{"a": [1, 0]}`},
		{`{"a": 1, "b": 7}`, `{"a": [3, 1, 1], "b": [1, 2, 7]}`, `{"a": [3, 1, 0], "b": [1, 2, 7]}`},
		{`{"b": 7}`, `{"a": [3, 1], "b": [1, 7]}`, `{"a": [3, 0], "b": [1, 7]}`},
		{`{"b.0.c": 7}`, `{"a": [3, 1], "b": [{"c": [1, 7]}]}`, `{"a": [3, 0], "b": [{"c": [1, 7]}]}`},
		{`{"a": 2}`, `{"a": 2}`, ``},
		{`{"a": [1, 2]}`, `{"a": [1, 2]}`, ``},
		{`{"a": {"$size": 2}}`, `{"a": [1, 2]}`, ``},
		{`{"a": {"$ne": 5}}`, `{"a": [1, 2]}`, ``},
		{`{"$or": [{"a": 2}, {"b": 1}]}`, `{"a": [1, 2]}`, ``},
		{`{"a.0": 1}`, `{"a": [1, 2]}`, ``},
		{`{}`, `{"a": [1, 2]}`, ``},
	} {
		f := conditions(t, c.filter)
		if !f.Match(querytest.Doc(t, c.doc)) {
			t.Fatalf("%s does not match %s", c.filter, c.doc)
		}
		out, _, err := update(t, `{"$set": {"a.$": 0}}`).Apply(querytest.Doc(t, c.doc), ApplyOptions{Found: f})
		if c.want == "" {
			querytest.Fails(t, c.filter, err, 2, "did not find the match")
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.filter, err)
			continue
		}
		querytest.Same(t, c.filter+" on "+c.doc, out, c.want)
	}
	out, _, err := update(t, `{"$set": {"a.$.b": 1, "a.0.c": 2, "a.1.c": 3}}`).Apply(querytest.Doc(t, `{"a": [{"k": 1}, {"k": 2}]}`), ApplyOptions{Found: conditions(t, `{"a.k": 1}`)})
	if err != nil {
		t.Fatal(err)
	}
	querytest.Same(t, "$ beside a position", out, `{"a": [{"k": 1, "b": 1, "c": 2}, {"k": 2, "c": 3}]}`)
	_, _, err = update(t, `{"$set": {"a.$.b": 1, "a.0.b": 2}}`).Apply(querytest.Doc(t, `{"a": [{"k": 1}]}`), ApplyOptions{Found: conditions(t, `{"a.k": 1}`)})
	querytest.Fails(t, "$ at the same position", err, 40, "'a.0.b'")
}

// TestElementsTakeLittle has a few bytes mean very many elements: what they would add is refused before it takes memory.
func TestElementsTakeLittle(t *testing.T) {
	doc := value.NewBuilder()
	doc.Add("a", value.Array(make([]bson.RawValue, 100_000)))
	set, filters := value.NewBuilder(), value.NewBuilder()
	for i := range 1000 {
		name := fmt.Sprint("f", i)
		set.Add("a.$["+name+"]."+name, value.String(strings.Repeat("x", 1000)))
		one := value.NewBuilder()
		one.Add(name, value.Null)
		filters.Add(fmt.Sprint(i), one.Document())
	}
	long := value.NewBuilder()
	long.Add("a.$[]", value.String(strings.Repeat("x", 1<<20)))
	each := value.NewBuilder()
	each.Add("$set", long.Document())
	u, err := Parse(nil, each.Document(), bson.RawValue{})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = u.Apply(doc.Bytes(), ApplyOptions{})
	querytest.Fails(t, "a long text in each element", err, 10334, "adds more")

	objects := make([]bson.RawValue, 100_000)
	for i := range objects {
		objects[i] = value.Document(value.EmptyDoc)
	}
	doc = value.NewBuilder()
	doc.Add("a", value.Array(objects))
	all := value.NewBuilder()
	all.Add("$set", set.Document())
	every := make([]bson.RawValue, 0, 1000)
	for i := range 1000 {
		every = append(every, querytest.Val(t, fmt.Sprintf(`{"f%d": {"$exists": true}}`, i)))
	}
	if u, err = Parse(nil, all.Document(), value.Array(every)); err != nil {
		t.Fatal(err)
	}
	_, _, err = u.Apply(doc.Bytes(), ApplyOptions{})
	querytest.Fails(t, "a thousand fields in each element", err, 10334, "adds more")
}

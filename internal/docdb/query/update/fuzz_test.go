package update

import (
	"bytes"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// holdsUp applies an update to a document: nothing panics, what comes out is valid BSON with the same _id, and the input
// stays as it was.
func holdsUp(t *testing.T, u *Update, d []byte, found *match.Filter) {
	t.Helper()
	before := bytes.Clone(d)
	out, changed, err := u.Apply(d, ApplyOptions{Now: now, Found: found})
	if !bytes.Equal(before, d) {
		t.Fatal("the document was written to")
	}
	if err != nil {
		return
	}
	if err := wire.Validate(out, 2*wire.MaxDepth); err != nil {
		t.Fatalf("%v: %x", err, []byte(out))
	}
	if changed == bytes.Equal(d, out) {
		t.Fatal("changed is wrong")
	}
	if id := keys.Lookup(d, "_id"); id.Type != 0 && !keys.Equal(id, keys.Lookup(out, "_id")) {
		t.Fatal("the _id changed")
	}
}

// valid reports whether documents are well-formed to the bottom, as they are when the engine parses them.
func valid(docs ...[]byte) bool {
	for _, doc := range docs {
		if wire.Validate(doc, wire.MaxDepth) != nil {
			return false
		}
	}
	return true
}

// FuzzUpdate applies any document as an update to any other.
func FuzzUpdate(f *testing.F) {
	for _, c := range updateCases {
		if u := querytest.Val(f, c.update); value.IsDocument(u) {
			f.Add([]byte(querytest.Doc(f, c.doc)), u.Value)
		}
	}
	f.Fuzz(func(t *testing.T, d, raw []byte) {
		if !valid(d, raw) {
			return
		}
		if u, err := Parse(nil, value.Document(raw), bson.RawValue{}); err == nil {
			holdsUp(t, u, d, nil)
		}
	})
}

// FuzzArrayFilters has any filters choose the elements that any update changes, in a document that any filter has found.
func FuzzArrayFilters(f *testing.F) {
	add := func(d, u, filters, found string) {
		f.Add([]byte(querytest.Doc(f, d)), []byte(querytest.Doc(f, u)), querytest.Val(f, filters).Value, []byte(querytest.Doc(f, found)))
	}
	add(`{"_id": 1, "a": [1, 5, [2]]}`, `{"$inc": {"a.$[x]": 1}}`, `[{"x": {"$gt": 1}}]`, `{}`)
	add(`{"a": [{"b": [1, 2]}, {"b": 3}]}`, `{"$set": {"a.$[x].b.$[]": 1}, "$unset": {"a.$.c": 1}}`, `[{"$or": [{"x.b": 2}, {"x.c": 1}]}]`, `{"a.b": 2}`)
	add(`{"a": [1, 2]}`, `{"$set": {"a.$": {"$x": 1}}}`, `[]`, `{"a": {"$elemMatch": {"$gt": 1}}}`)
	f.Fuzz(func(t *testing.T, d, raw, filters, found []byte) {
		if !valid(d, raw, filters, found) {
			return
		}
		u, err := Parse(nil, value.Document(raw), bson.RawValue{Type: bson.TypeArray, Value: filters})
		if err != nil {
			return
		}
		by, err := match.Parse(nil, found)
		if err != nil || !by.Match(d) {
			by = nil
		}
		holdsUp(t, u, d, by)
	})
}

// FuzzPipeline applies any array as a pipeline to any document.
func FuzzPipeline(f *testing.F) {
	for _, c := range updateCases {
		if u := querytest.Val(f, c.update); value.IsArray(u) {
			f.Add([]byte(querytest.Doc(f, c.doc)), u.Value)
		}
	}
	f.Fuzz(func(t *testing.T, d, raw []byte) {
		if !valid(d, raw) {
			return
		}
		if u, err := Parse(nil, bson.RawValue{Type: bson.TypeArray, Value: raw}, bson.RawValue{}); err == nil {
			holdsUp(t, u, d, nil)
		}
	})
}

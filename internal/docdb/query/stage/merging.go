package stage

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Belonging is the filter of the document to which another belongs.
func (m Merge) Belonging(doc bson.Raw) (bson.Raw, error) {
	filter := value.NewBuilder()
	for _, path := range m.On {
		v, err := onValue(doc, path)
		if err != nil {
			return nil, err
		}
		filter.Add(path, one("$eq", v))
	}
	return filter.Bytes(), nil
}

// onValue is what a document has in a field by which it belongs to another.
func onValue(doc bson.Raw, path string) (v bson.RawValue, err error) {
	v = value.Document(doc)
	for _, name := range strings.Split(path, ".") {
		if value.IsArray(v) {
			break
		}
		if !value.IsDocument(v) {
			return bson.RawValue{}, missingOn(path)
		}
		v = keys.Lookup(v.Value, name)
	}
	switch {
	case value.IsArray(v):
		return v, wire.Errorf(located(51185), "$merge write error: 'on' field '%s' cannot be an array", path)
	case value.IsNull(v) && path != "_id" || v.Type == bson.TypeUndefined:
		return v, missingOn(path)
	}
	return v, nil
}

func missingOn(path string) error {
	return wire.Errorf(located(51132), "$merge write error: 'on' field '%s' cannot be missing, null or undefined", path)
}

// Combine is what becomes of a document that is there when another is merged into it. It keeps its _id.
func (m Merge) Combine(r *Run, old, doc bson.Raw) (bson.Raw, error) {
	next, err := m.combined(r, old, doc)
	if err != nil {
		return nil, err
	}
	id := keys.Lookup(old, "_id")
	switch given := keys.Lookup(next, "_id"); {
	case given.Type == 0:
		b := value.NewBuilder()
		b.Add("_id", id)
		for name, v := range keys.Elements(next) {
			b.Add(string(name), v)
		}
		return b.Bytes(), nil
	case !keys.Equal(given, id):
		return nil, wire.Errorf(wire.ImmutableField, "$merge failed to update the matching document, did you attempt to modify the _id or the shard key? Performing an update on the path '_id' would modify the immutable field '_id'")
	}
	return next, nil
}

func (m Merge) combined(r *Run, old, doc bson.Raw) (bson.Raw, error) {
	switch m.Matched {
	case "replace":
		return doc, nil
	case "merge":
		var fields value.Fields
		fields.Merge(old)
		fields.Merge(doc)
		return fields.Document().Value, nil
	}
	x := r.Evaluation().Begin(doc)
	for i, e := range m.values {
		v := value.Document(doc)
		if e != nil {
			v = e.Value(x)
		}
		if err := x.Err(); err != nil {
			return nil, err
		}
		x.Set(m.slots[i], v)
	}
	for out, err := range m.Through.Run(r.With(x.Variables()), listed([]bson.Raw{old})) {
		return out, err
	}
	return old, nil
}

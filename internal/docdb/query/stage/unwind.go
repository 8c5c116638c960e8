package stage

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

var unwindCode = wire.Code{Number: 28812, Name: "Location28812"}

// Unwind gives one document for each element of an array.
type Unwind struct {
	named
	path     []string
	index    []string // where the position goes, or nil
	preserve bool     // pass documents on that have no array, or an empty one
}

// parseUnwind reads "$path" or {path, includeArrayIndex, preserveNullAndEmptyArrays}.
func parseUnwind(_ *expression.Parser, n named) (Stage, error) {
	u, v := Unwind{named: n}, n.spec
	path := v
	if value.IsDocument(v) {
		for name, option := range keys.Elements(v.Value) {
			var err error
			switch string(name) {
			case "path":
			case "preserveNullAndEmptyArrays":
				if option.Type != bson.TypeBoolean {
					return nil, wire.Errorf(unwindCode, "preserveNullAndEmptyArrays in $unwind must be a bool")
				}
				u.preserve = value.Truthy(option)
			case "includeArrayIndex":
				text, _ := value.Text(option)
				u.index, err = value.FieldPath(text)
			default:
				err = wire.Errorf(unwindCode, "unrecognized option to $unwind stage: %s", name)
			}
			if err != nil {
				return nil, err
			}
		}
		path = keys.Lookup(v.Value, "path")
	}
	text, _ := value.Text(path)
	name, ok := strings.CutPrefix(text, "$")
	if !ok {
		return nil, wire.Errorf(unwindCode, "the path of $unwind must be a string that starts with '$'")
	}
	var err error
	u.path, err = value.FieldPath(name)
	return u, err
}

func (u Unwind) Stream(in value.Documents, _ *Run) value.Documents { return perDocument(in, u.run) }

func (u Unwind) Needs(out Needs) Needs {
	return out.and(Needs{Paths: []string{strings.Join(u.path, ".")}})
}

// run gives one document for each element. What is no array counts as an array of itself.
func (u Unwind) run(doc bson.Raw, yield func(bson.Raw, error) bool) bool {
	v := plain(doc, u.path)
	switch {
	case value.IsArray(v):
		n := 0
		for _, element := range keys.Elements(v.Value) {
			if !u.emit(doc, element, value.Int64(int64(n)), yield) {
				return false
			}
			n++
		}
		return n > 0 || !u.preserve || u.emit(doc, bson.RawValue{}, value.Null, yield)
	case value.IsNull(v) || v.Type == bson.TypeUndefined:
		return !u.preserve || u.emit(doc, v, value.Null, yield)
	}
	return u.emit(doc, v, value.Null, yield)
}

// plain follows a path through documents only.
func plain(doc []byte, path []string) bson.RawValue {
	v := value.Document(doc)
	for _, name := range path {
		if !value.IsDocument(v) {
			return bson.RawValue{}
		}
		v = keys.Lookup(v.Value, name)
	}
	return v
}

// emit passes doc on with v at the path, or nothing there if v is missing.
func (u Unwind) emit(doc bson.Raw, v, index bson.RawValue, yield func(bson.Raw, error) bool) bool {
	root := value.NewTree(value.Document(doc))
	if plain(doc, u.path).Type != 0 {
		root.Find(u.path).Assign(v)
	}
	if u.index != nil {
		if err := root.Set(u.index, index); err != nil {
			return yield(nil, err) && false
		}
	}
	return yield(root.Value().Value, nil)
}

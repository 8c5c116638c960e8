package order

import (
	"bytes"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// maxSortFields is the greatest number of fields of a sort. Source: MongoDB manual, "$sort".
const maxSortFields = 32

// Field is one key of a sort.
type Field struct {
	Path string
	Desc bool

	parts     []string
	collation *keys.Collation
}

// Sort is an order of documents: by its first field, then its second, and so on. The empty Sort holds all equal.
type Sort []Field

// Parse reads a sort document such as {a: 1, "b.c": -1}. It answers BadValue for any direction but 1 and -1.
func Parse(c *keys.Collation, raw bson.Raw) (Sort, error) {
	var s Sort
	for name, v := range keys.Elements(raw) {
		f, err := parseField(c, string(name), v)
		if err != nil {
			return nil, err
		}
		s = append(s, f)
	}
	if len(s) > maxSortFields {
		return nil, wire.Errorf(wire.BadValue, "a sort has at most %d fields", maxSortFields)
	}
	return s, nil
}

func parseField(c *keys.Collation, path string, v bson.RawValue) (Field, error) {
	if value.IsDocument(v) {
		return Field{}, wire.Errorf(wire.BadValue, "$meta sorting is not supported")
	}
	direction, ok := value.Whole(v)
	if !ok || direction != 1 && direction != -1 {
		return Field{}, wire.Errorf(wire.BadValue, "$sort key ordering must be 1 (for ascending) or -1 (for descending)")
	}
	parts, err := value.FieldPath(path)
	return Field{Path: path, Desc: direction < 0, parts: parts, collation: c}, err
}

// Key returns the byte form of doc's place: bytes.Compare of two keys tells which document sorts first. An array sorts by its
// least value where the field ascends and by its greatest where it descends; a missing field is null, an empty array is
// below null. With several fields, paths through one array take their values from one of its elements, the one that
// sorts first; two arrays beside one another cannot be sorted by. The error is BadValue then.
func (s Sort) Key(doc bson.Raw) (key []byte, err error) { return s.appendKey(nil, doc) }

func (s Sort) appendKey(dst []byte, doc bson.Raw) (key []byte, err error) {
	key = dst
	for _, f := range s {
		v, one := f.value(doc)
		if !one && len(s) > 1 {
			least, err := s.leastKey(doc)
			return append(dst, least...), err
		}
		key = f.append(key, v)
	}
	return key, nil
}

// leastKey is the first of the keys by which doc would stand in an index on the fields.
func (s Sort) leastKey(doc bson.Raw) (least []byte, err error) {
	paths := make([]string, len(s))
	for i, f := range s {
		paths[i] = f.Path
	}
	tuples, _, err := IndexKeys(doc, paths)
	if err != nil {
		return nil, wire.Errorf(wire.BadValue, "cannot sort with keys that are parallel arrays")
	}
	for _, tuple := range tuples {
		var key []byte
		for i, f := range s {
			key = f.append(key, tuple[i])
		}
		if least == nil || bytes.Compare(key, least) < 0 {
			least = key
		}
	}
	return least, nil
}

func (f Field) append(key []byte, v bson.RawValue) []byte {
	start := len(key)
	if key = f.collation.Append(key, v); f.Desc {
		keys.Invert(key[start:])
	}
	return key
}

// compare returns -1, 0 or 1 as a sorts before, with or after b by each field alone.
func (s Sort) compare(a, b bson.Raw) int {
	for _, f := range s {
		left, _ := f.value(a)
		right, _ := f.value(b)
		if c := f.collation.Compare(left, right); c != 0 && f.Desc {
			return -c
		} else if c != 0 {
			return c
		}
	}
	return 0
}

// value is what doc sorts by, and whether it was the only value to choose from.
func (f Field) value(doc []byte) (best bson.RawValue, one bool) {
	parts := f.parts
	if len(parts) == 1 {
		if v := keys.Lookup(doc, parts[0]); v.Type != bson.TypeArray {
			return value.OrNull(v), true
		}
	}
	if parts == nil { // not from Parse
		parts = strings.Split(f.Path, ".")
	}
	n := 0
	indexValues(doc, parts, func(v bson.RawValue) {
		c := f.collation.Compare(v, best)
		if n == 0 || f.Desc && c > 0 || !f.Desc && c < 0 {
			best = v
		}
		n++
	})
	return best, n == 1
}

// CompareElements sorts an array's elements by fields; what is no document has none.
func (s Sort) CompareElements(a, b bson.RawValue) int {
	left, right := value.EmptyDoc, value.EmptyDoc
	if value.IsDocument(a) {
		left = a.Value
	}
	if value.IsDocument(b) {
		right = b.Value
	}
	return s.compare(left, right)
}

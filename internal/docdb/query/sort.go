package query

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/wire"
)

// maxSortFields is the greatest number of fields of a sort. Source: MongoDB manual, "$sort".
const maxSortFields = 32

// SortField is one key of a sort.
type SortField struct {
	Path string
	Desc bool

	parts []string
}

// Sort is an order of documents: by its first field, then its second, and so on. The empty Sort holds all equal.
type Sort []SortField

// ParseSort reads a sort document such as {a: 1, "b.c": -1}. It answers BadValue for any direction but 1 and -1.
func ParseSort(raw bson.Raw) (Sort, error) {
	var s Sort
	for name, v := range keys.Elements(raw) {
		f, err := parseSortField(string(name), v)
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

func parseSortField(path string, v bson.RawValue) (SortField, error) {
	if isDocument(v) {
		return SortField{}, wire.Errorf(wire.BadValue, "$meta sorting is not supported")
	}
	direction, ok := wholeNumber(v)
	if !ok || direction != 1 && direction != -1 {
		return SortField{}, wire.Errorf(wire.BadValue, "$sort key ordering must be 1 (for ascending) or -1 (for descending)")
	}
	parts, err := fieldParts(path)
	return SortField{Path: path, Desc: direction < 0, parts: parts}, err
}

// fieldParts splits a path that must name fields: no empty component, none with a dollar sign.
func fieldParts(path string) ([]string, error) {
	parts, err := splitPath(path)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		if part == "" {
			return nil, wire.Errorf(wire.BadValue, "the path %q has an empty component", path)
		}
		if strings.HasPrefix(part, "$") {
			return nil, wire.Errorf(wire.BadValue, "the path %q has a component that starts with '$'", path)
		}
	}
	return parts, nil
}

// Compare returns -1, 0 or 1 as a sorts before, with or after b. An array sorts by its least value where the field
// ascends and by its greatest where it descends; a missing field is null, an empty array is below null.
func (s Sort) Compare(a, b bson.Raw) int {
	for _, f := range s {
		if c := keys.Compare(f.value(a), f.value(b)); c != 0 && f.Desc {
			return -c
		} else if c != 0 {
			return c
		}
	}
	return 0
}

// Key returns the byte form of doc's place: bytes.Compare of two keys agrees with Compare of the documents.
func (s Sort) Key(doc bson.Raw) []byte {
	var key []byte
	for _, f := range s {
		start := len(key)
		key = keys.Append(key, f.value(doc))
		if f.Desc {
			keys.Invert(key[start:])
		}
	}
	return key
}

// value is what doc sorts by.
func (f SortField) value(doc []byte) bson.RawValue {
	parts := f.parts
	if parts == nil { // not from ParseSort
		parts = strings.Split(f.Path, ".")
	}
	var best bson.RawValue
	first := true
	indexValues(doc, parts, func(v bson.RawValue) {
		c := keys.Compare(v, best)
		if first || f.Desc && c > 0 || !f.Desc && c < 0 {
			best, first = v, false
		}
	})
	return best
}

// ValidPath reports whether path names a field: no empty component, none with a dollar sign, not too many.
func ValidPath(path string) bool {
	_, err := fieldParts(path)
	return err == nil
}

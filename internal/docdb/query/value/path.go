package value

import (
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/wire"
)

const (
	MaxDepth = 100 // levels of nesting in a filter, an expression or a projection
	MaxPath  = 100 // names in a path
)

// embeddedNull is MongoDB's code for a path with a zero byte, which no field's name can have.
var embeddedNull = wire.Code{Number: 16411, Name: "Location16411"}

// SplitPath takes a dotted path apart and refuses one that is too long.
func SplitPath(path string) ([]string, error) {
	if strings.Contains(path, "\x00") {
		return nil, wire.Errorf(embeddedNull, "a path must not contain a null byte")
	}
	if !strings.Contains(path, ".") {
		return []string{path}, nil
	}
	parts := strings.Split(path, ".")
	if len(parts) > MaxPath {
		return nil, wire.Errorf(wire.BadValue, "a path has at most %d components, this one has %d", MaxPath, len(parts))
	}
	return parts, nil
}

// Position returns the array index that a path component stands for, if it does: digits without leading zeros.
func Position(part string) (int, bool) {
	if part == "" || len(part) > 9 || part[0] == '0' && part != "0" {
		return 0, false
	}
	n, err := strconv.Atoi(part)
	return n, err == nil && part[0] != '+' && part[0] != '-'
}

// Visitor is given each value found at the end of a path; a missing one is the zero RawValue. spread says that the value,
// if it is an array, also stands for each of its elements; it does not when a position in the path chose it.
// visit returns true to end the walk.
type Visitor func(v bson.RawValue, spread bool) bool

// Walk finds the values at path in doc the way MongoDB's filters do, and reports whether visit ended it. Fields are
// followed by name. An array on the way stands for those of its elements that are documents, and a number in the path
// behind it also for the element at that position. Scalars in such an array are passed over, so a walk may find nothing.
func Walk(doc []byte, path []string, visit Visitor) bool {
	v := keys.Lookup(doc, path[0])
	if len(path) == 1 {
		return visit(v, true)
	}
	switch v.Type {
	case bson.TypeEmbeddedDocument:
		return Walk(v.Value, path[1:], visit)
	case bson.TypeArray:
		return WalkArray(v.Value, path[1:], true, visit)
	}
	return visit(bson.RawValue{}, true)
}

// WalkArray goes on with path below an array. With each, its elements are visited
// too, not only the one at a position: so it is for a field's array, and not for an array in an array.
func WalkArray(array []byte, path []string, each bool, visit Visitor) bool {
	at, isPosition := Position(path[0])
	i := 0
	for _, v := range keys.Elements(array) {
		if each && v.Type == bson.TypeEmbeddedDocument && Walk(v.Value, path, visit) {
			return true
		}
		if isPosition && i == at && walkPosition(v, path[1:], visit) {
			return true
		}
		i++
	}
	return false
}

// walkPosition goes on behind the position that chose v.
func walkPosition(v bson.RawValue, rest []string, visit Visitor) bool {
	switch {
	case len(rest) == 0:
		return visit(v, false)
	case v.Type == bson.TypeEmbeddedDocument:
		return Walk(v.Value, rest, visit)
	case v.Type == bson.TypeArray:
		return WalkArray(v.Value, rest, true, visit)
	}
	return false
}

// Each visits the values at path in doc as the distinct command counts them: the elements of arrays rather than the arrays,
// nothing for a missing field, some of them more than once. visit returns true to end the walk.
func Each(doc bson.Raw, path string, visit func(v bson.RawValue) (end bool)) {
	Walk(doc, strings.Split(path, "."), func(v bson.RawValue, spread bool) bool {
		if v.Type != bson.TypeArray || !spread {
			return v.Type != 0 && visit(v)
		}
		for _, element := range keys.Elements(v.Value) {
			if visit(element) {
				return true
			}
		}
		return false
	})
}

// FieldPath splits a path that must name fields: no empty component, none with a dollar sign.
func FieldPath(path string) ([]string, error) {
	parts, err := SplitPath(path)
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

// ValidPath reports whether path names a field: no empty component, none with a dollar sign, not too many.
func ValidPath(path string) bool {
	_, err := FieldPath(path)
	return err == nil
}

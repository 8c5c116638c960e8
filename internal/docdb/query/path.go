package query

import (
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/wire"
)

const (
	maxDepth = 100 // levels of nesting in a filter, an expression or a projection
	maxPath  = 100 // names in a path
)

// embeddedNull is MongoDB's code for a path with a zero byte, which no field's name can have.
var embeddedNull = wire.Code{Number: 16411, Name: "Location16411"}

// splitPath takes a dotted path apart and refuses one that is too long.
func splitPath(path string) ([]string, error) {
	if strings.Contains(path, "\x00") {
		return nil, wire.Errorf(embeddedNull, "a path must not contain a null byte")
	}
	if !strings.Contains(path, ".") {
		return []string{path}, nil
	}
	parts := strings.Split(path, ".")
	if len(parts) > maxPath {
		return nil, wire.Errorf(wire.BadValue, "a path has at most %d components, this one has %d", maxPath, len(parts))
	}
	return parts, nil
}

// position returns the array index that a path component stands for, if it does: digits without leading zeros.
func position(part string) (int, bool) {
	if part == "" || len(part) > 9 || part[0] == '0' && part != "0" {
		return 0, false
	}
	n, err := strconv.Atoi(part)
	return n, err == nil && part[0] != '+' && part[0] != '-'
}

// visitor is given each value found at the end of a path; a missing one is the zero RawValue. spread says that the value,
// if it is an array, also stands for each of its elements; it does not when a position in the path chose it.
// visit returns true to end the walk.
type visitor func(v bson.RawValue, spread bool) bool

// walk finds the values at path in doc the way MongoDB's filters do, and reports whether visit ended it. Fields are
// followed by name. An array on the way stands for those of its elements that are documents, and a number in the path
// behind it also for the element at that position. Scalars in such an array are passed over, so a walk may find nothing.
func walk(doc []byte, path []string, visit visitor) bool {
	v := keys.Lookup(doc, path[0])
	if len(path) == 1 {
		return visit(v, true)
	}
	switch v.Type {
	case bson.TypeEmbeddedDocument:
		return walk(v.Value, path[1:], visit)
	case bson.TypeArray:
		return walkArray(v.Value, path[1:], true, visit)
	}
	return visit(bson.RawValue{}, true)
}

// walkArray goes on with path below an array. each says whether the array stands for its elements: an array that is an
// element of an array does not, and is only entered by position.
func walkArray(array []byte, path []string, each bool, visit visitor) bool {
	at, isPosition := position(path[0])
	i := 0
	for _, v := range keys.Elements(array) {
		if each && v.Type == bson.TypeEmbeddedDocument && walk(v.Value, path, visit) {
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
func walkPosition(v bson.RawValue, rest []string, visit visitor) bool {
	switch {
	case len(rest) == 0:
		return visit(v, false)
	case v.Type == bson.TypeEmbeddedDocument:
		return walk(v.Value, rest, visit)
	case v.Type == bson.TypeArray:
		return walkArray(v.Value, rest, true, visit)
	}
	return false
}

// Values returns the values at path in doc as the distinct command counts them: the elements of arrays rather than the
// arrays, nothing for a missing field, each value once.
func Values(doc bson.Raw, path string) []bson.RawValue {
	var set valueSet
	walk(doc, strings.Split(path, "."), func(v bson.RawValue, spread bool) bool {
		switch {
		case v.Type == bson.TypeArray && spread:
			for _, element := range keys.Elements(v.Value) {
				set.add(element)
			}
		case v.Type != 0:
			set.add(v)
		}
		return false
	})
	return set.values
}

// IndexValues returns the values that an index on path holds for doc, each once: an array's elements rather than the
// array, undefined for an empty array, null for a missing field. There is always at least one. More than one makes the
// index multikey. Source: MongoDB manual, "Multikey Indexes" and "Comparison/Sort Order".
func IndexValues(doc bson.Raw, path string) []bson.RawValue {
	var set valueSet
	indexValues(doc, strings.Split(path, "."), set.add)
	return set.values
}

// indexValues is IndexValues with repetition.
func indexValues(doc []byte, path []string, add func(bson.RawValue)) {
	gather(add, func(visit visitor) { walk(doc, path, visit) })
}

// indexBelow is indexValues for a path that goes on below an array.
func indexBelow(array bson.RawValue, path []string, add func(bson.RawValue)) {
	gather(add, func(visit visitor) { walkArray(array.Value, path, true, visit) })
}

// gather adds the index values of what a walk visits.
func gather(add func(bson.RawValue), walk func(visitor)) {
	none := true
	walk(func(v bson.RawValue, spread bool) bool {
		none = false
		if v.Type != bson.TypeArray || !spread {
			add(orNull(v))
			return false
		}
		empty := true
		for _, element := range keys.Elements(v.Value) {
			empty = false
			add(element)
		}
		if empty {
			add(bson.RawValue{Type: bson.TypeUndefined})
		}
		return false
	})
	if none {
		add(nullValue)
	}
}

// valueSet keeps different values in the order in which they came. The zero value is empty.
type valueSet struct {
	values []bson.RawValue
	seen   map[string]struct{} // made with the second value
}

// add takes v unless an equal value is there.
func (s *valueSet) add(v bson.RawValue) { s.insert(v) }

// insert is add and reports whether v was new.
func (s *valueSet) insert(v bson.RawValue) bool {
	if len(s.values) == 0 {
		s.values = append(s.values, v)
		return true
	}
	if s.seen == nil {
		s.seen = map[string]struct{}{string(keys.Append(nil, s.values[0])): {}}
	}
	key := string(keys.Append(nil, v))
	if _, ok := s.seen[key]; ok {
		return false
	}
	s.seen[key] = struct{}{}
	s.values = append(s.values, v)
	return true
}

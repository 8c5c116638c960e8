package order

import (
	"errors"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// ErrParallelArrays says that a document has arrays on two paths of one index, of which neither lies in the other: it
// would stand in the index by every pair of their elements. Source: MongoDB manual, "Multikey Indexes", limitations.
var ErrParallelArrays = errors.New("parallel arrays")

// IndexKeys returns the tuples of values by which doc stands in an index on paths, with repetition; a missing field is the
// zero RawValue. arrays tells of each path whether an array lies on it, which makes the index multikey there. Paths that
// lead through the same array take their values from the same element, so {a: [{b: 1, c: 2}, {b: 3, c: 4}]} stands in an
// index on a.b and a.c as (1, 2) and (3, 4). The values on one path alone are those of IndexValues, and perhaps null.
func IndexKeys(doc bson.Raw, paths []string) (tuples [][]bson.RawValue, arrays []bool, err error) {
	x := &expansion{arrays: make([]bool, len(paths))}
	parts := make([]indexPart, len(paths))
	for i, path := range paths {
		parts[i] = x.advance(i, doc, strings.Split(path, "."))
	}
	if err := x.expand(parts); err != nil {
		return nil, nil, err
	}
	return x.tuples, x.arrays, nil
}

// indexPart is where an expansion stands on one path: at an array with the rest of the path, or at its values.
type indexPart struct {
	array  bson.RawValue // of type 0: arrived
	rest   []string
	values []bson.RawValue
}

var missingPart = indexPart{values: []bson.RawValue{{}}}

func arrivedAt(v bson.RawValue) indexPart { return indexPart{values: []bson.RawValue{v}} }

type expansion struct {
	arrays []bool
	tuples [][]bson.RawValue
}

// advance follows a path to its end or to the first array.
func (x *expansion) advance(i int, doc []byte, path []string) indexPart {
	for {
		v := keys.Lookup(doc, path[0])
		path = path[1:]
		switch {
		case v.Type == bson.TypeArray:
			return x.enter(i, v, path)
		case len(path) == 0:
			return arrivedAt(v)
		case v.Type != bson.TypeEmbeddedDocument:
			return missingPart
		}
		doc = v.Value
	}
}

// enter stands at an array. A position in the path chooses among its elements for this path alone.
func (x *expansion) enter(i int, array bson.RawValue, rest []string) indexPart {
	x.arrays[i] = true
	if len(rest) == 0 {
		return indexPart{array: array}
	}
	if _, ok := value.Position(rest[0]); !ok {
		return indexPart{array: array, rest: rest}
	}
	var set value.Set
	indexBelow(array, rest, set.Add)
	return indexPart{values: set.Values}
}

// expand adds the tuples of parts: of each element of the array at which some of them stand, or of the values of all.
func (x *expansion) expand(parts []indexPart) error {
	var array bson.RawValue
	several := false
	for _, p := range parts {
		switch {
		case p.array.Type == 0:
			several = several || len(p.values) > 1
		case array.Type == 0:
			array = p.array
		case &array.Value[0] != &p.array.Value[0]:
			return ErrParallelArrays
		}
	}
	if array.Type == 0 {
		return x.add(parts)
	}
	if several { // of an array that a position chose
		return ErrParallelArrays
	}
	none := true
	for _, element := range keys.Elements(array.Value) {
		next, some := x.descend(parts, element)
		if !some {
			continue
		}
		none = false
		if err := x.expand(next); err != nil {
			return err
		}
	}
	if !none {
		return nil
	}
	return x.expand(emptied(parts))
}

// descend moves the parts that stand at an array into one of its elements. Elements that none of them can enter are no
// place to stand.
func (x *expansion) descend(parts []indexPart, element bson.RawValue) (next []indexPart, some bool) {
	next = append(next, parts...)
	for i, p := range parts {
		switch {
		case p.array.Type == 0:
		case len(p.rest) == 0:
			next[i], some = arrivedAt(element), true
		case element.Type == bson.TypeEmbeddedDocument:
			next[i], some = x.advance(i, element.Value, p.rest), true
		default:
			next[i] = missingPart
		}
	}
	return next, some
}

// emptied is what parts at an array without elements to enter stand for: undefined for the array, null below it.
func emptied(parts []indexPart) []indexPart {
	next := append([]indexPart(nil), parts...)
	for i, p := range parts {
		switch {
		case p.array.Type == 0:
		case len(p.rest) == 0:
			next[i] = arrivedAt(bson.RawValue{Type: bson.TypeUndefined})
		default:
			next[i] = missingPart
		}
	}
	return next
}

// add adds the tuples of values. One path at most may have several.
func (x *expansion) add(parts []indexPart) error {
	tuple, many := make([]bson.RawValue, len(parts)), -1
	for i, p := range parts {
		if tuple[i] = p.values[0]; len(p.values) > 1 {
			if many >= 0 {
				return ErrParallelArrays
			}
			many = i
		}
	}
	x.tuples = append(x.tuples, tuple)
	if many < 0 {
		return nil
	}
	for _, v := range parts[many].values[1:] {
		other := append([]bson.RawValue(nil), tuple...)
		other[many] = v
		x.tuples = append(x.tuples, other)
	}
	return nil
}

package query

import (
	"math"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/wire"
)

// maxMemory is what $sort and $group may each hold, and how large a document may be between two stages, in bytes.
// Source: MongoDB manual, "Aggregation Pipeline Limits".
const maxMemory = 100 << 20

func parseMatchStage(v bson.RawValue) (stage, error) {
	if !isDocument(v) {
		return nil, wire.Errorf(wire.Code{Number: 15959, Name: "Location15959"}, "the match filter must be an expression in an object")
	}
	f, err := ParseFilter(v.Value)
	return perDocument(func(doc bson.Raw, yield func(bson.Raw, error) bool) bool {
		return !f.Match(doc) || yield(doc, nil)
	}), err
}

func parseProjectStage(v bson.RawValue) (stage, error) {
	if !isDocument(v) {
		return nil, wire.Errorf(wire.Code{Number: 15969, Name: "Location15969"}, "$project specification must be an object")
	}
	if len(elements(v)) == 0 {
		return nil, wire.Errorf(emptyProjectionCode, "Invalid $project :: caused by :: projection specification must have at least one field")
	}
	p, err := ParseProjection(v.Value)
	return mapping(p.Apply), err
}

func parseAddFieldsStage(v bson.RawValue) (stage, error) {
	if !isDocument(v) {
		return nil, wire.Errorf(wire.Code{Number: 40272, Name: "Location40272"}, "$addFields specification stage must be an object")
	}
	root := newShape()
	if err := root.addFields(nil, v.Value, 0); err != nil {
		return nil, err
	}
	p := &Projection{mode: addFields, root: root}
	return mapping(p.Apply), nil
}

// addFields reads the fields of $addFields. A document in it goes down into the field, as in a projection.
func (s *shape) addFields(path []string, raw []byte, depth int) error {
	for name, v := range keys.Elements(raw) {
		parts, err := fieldParts(string(name))
		if err != nil {
			return err
		}
		full := append(path[:len(path):len(path)], parts...)
		if len(full) > maxPath {
			return wire.Errorf(wire.BadValue, "a path has at most %d components", maxPath)
		}
		if first, nonEmpty := firstName(v); nonEmpty && !strings.HasPrefix(first, "$") {
			err = s.addFields(full, v.Value, depth+1)
		} else {
			leaf := &shape{leaf: true}
			if leaf.compute, err = parseExpression(v, depth); err == nil {
				err = s.insert(full, leaf)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func parseUnsetStage(v bson.RawValue) (stage, error) {
	names := []bson.RawValue{v}
	if isArray(v) {
		names = elements(v)
	}
	b := newBuilder()
	for _, v := range names {
		name, ok := stringOf(v)
		if !ok || strings.ContainsRune(name, 0) {
			return nil, wire.Errorf(wire.Code{Number: 31120, Name: "Location31120"}, "$unset specification must be a string or an array of strings")
		}
		b.add(name, int32Value(0))
	}
	if len(names) == 0 {
		return nil, wire.Errorf(wire.Code{Number: 31119, Name: "Location31119"}, "$unset specification must be a string or an array with at least one field")
	}
	p, err := ParseProjection(b.bytes())
	return mapping(p.Apply), err
}

func parseSortStage(v bson.RawValue) (stage, error) {
	if !isDocument(v) {
		return nil, wire.Errorf(wire.Code{Number: 15973, Name: "Location15973"}, "the $sort key specification must be an object")
	}
	s, err := ParseSort(v.Value)
	if err != nil {
		return nil, err
	}
	if len(s) == 0 {
		return nil, wire.Errorf(wire.Code{Number: 15976, Name: "Location15976"}, "$sort stage must have at least one sort key")
	}
	return func(in Documents, from *memory.Budget) Documents {
		return s.Stream(in, 0, func() memory.Account { return from.Open("$sort", maxMemory) })
	}, nil
}

func parseSkipStage(v bson.RawValue) (stage, error) {
	n, ok := wholeNumber(v)
	if !ok || n < 0 {
		return nil, wire.Errorf(wire.Code{Number: 5107200, Name: "Location5107200"}, "invalid argument to $skip stage: expected a non-negative whole number")
	}
	return func(in Documents, _ *memory.Budget) Documents {
		return func(yield func(bson.Raw, error) bool) {
			left := n
			for doc, err := range in {
				if left > 0 && err == nil {
					left--
				} else if !yield(doc, err) || err != nil {
					return
				}
			}
		}
	}, nil
}

func parseLimitStage(v bson.RawValue) (stage, error) {
	n, ok := wholeNumber(v)
	if !ok || n < 0 {
		return nil, wire.Errorf(wire.Code{Number: 5107201, Name: "Location5107201"}, "invalid argument to $limit stage: expected a non-negative whole number")
	}
	if n == 0 {
		return nil, wire.Errorf(wire.Code{Number: 15958, Name: "Location15958"}, "the limit must be positive")
	}
	return func(in Documents, _ *memory.Budget) Documents {
		return func(yield func(bson.Raw, error) bool) {
			left := n
			for doc, err := range in {
				if left--; !yield(doc, err) || err != nil || left == 0 {
					return
				}
			}
		}
	}, nil
}

func parseCountStage(v bson.RawValue) (stage, error) {
	name, ok := stringOf(v)
	if !ok || name == "" || strings.HasPrefix(name, "$") || strings.ContainsAny(name, ".\x00") {
		return nil, wire.Errorf(wire.Code{Number: 40156, Name: "Location40156"}, "the count field must be a non-empty string without '$' at its start, dots or zero bytes")
	}
	return func(in Documents, _ *memory.Budget) Documents {
		return func(yield func(bson.Raw, error) bool) {
			var n int64
			for _, err := range in {
				if err != nil {
					yield(nil, err)
					return
				}
				n++
			}
			if n > 0 { // no documents, no count
				b := newBuilder()
				b.add(name, narrow(min(n, math.MaxInt64)))
				yield(b.bytes(), nil)
			}
		}
	}, nil
}

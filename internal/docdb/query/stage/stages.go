package stage

import (
	"math"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/query/projection"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

func parseMatchStage(v bson.RawValue) (stage, error) {
	if !value.IsDocument(v) {
		return nil, wire.Errorf(wire.Code{Number: 15959, Name: "Location15959"}, "the match filter must be an expression in an object")
	}
	f, err := match.Parse(v.Value)
	return perDocument(func(doc bson.Raw, yield func(bson.Raw, error) bool) bool {
		return !f.Match(doc) || yield(doc, nil)
	}), err
}

func parseProjectStage(v bson.RawValue) (stage, error) {
	if !value.IsDocument(v) {
		return nil, wire.Errorf(wire.Code{Number: 15969, Name: "Location15969"}, "$project specification must be an object")
	}
	if len(value.Elements(v)) == 0 {
		return nil, wire.Errorf(projection.EmptyProjectionCode, "Invalid $project :: caused by :: projection specification must have at least one field")
	}
	p, err := projection.Parse(v.Value)
	return mapping(p.Apply), err
}

func parseAddFieldsStage(v bson.RawValue) (stage, error) {
	if !value.IsDocument(v) {
		return nil, wire.Errorf(wire.Code{Number: 40272, Name: "Location40272"}, "$addFields specification stage must be an object")
	}
	p, err := projection.ParseAddFields(v.Value)
	return mapping(p.Apply), err
}

func parseUnsetStage(v bson.RawValue) (stage, error) {
	names := []bson.RawValue{v}
	if value.IsArray(v) {
		names = value.Elements(v)
	}
	b := value.NewBuilder()
	for _, v := range names {
		name, ok := value.Text(v)
		if !ok || strings.ContainsRune(name, 0) {
			return nil, wire.Errorf(wire.Code{Number: 31120, Name: "Location31120"}, "$unset specification must be a string or an array of strings")
		}
		b.Add(name, value.Int32(0))
	}
	if len(names) == 0 {
		return nil, wire.Errorf(wire.Code{Number: 31119, Name: "Location31119"}, "$unset specification must be a string or an array with at least one field")
	}
	p, err := projection.Parse(b.Bytes())
	return mapping(p.Apply), err
}

func parseSortStage(v bson.RawValue) (stage, error) {
	if !value.IsDocument(v) {
		return nil, wire.Errorf(wire.Code{Number: 15973, Name: "Location15973"}, "the $sort key specification must be an object")
	}
	s, err := order.Parse(v.Value)
	if err != nil {
		return nil, err
	}
	if len(s) == 0 {
		return nil, wire.Errorf(wire.Code{Number: 15976, Name: "Location15976"}, "$sort stage must have at least one sort key")
	}
	return func(in value.Documents, from *memory.Budget) value.Documents {
		return s.Stream(in, 0, func() memory.Account { return from.Open("$sort", expression.MaxMemory) })
	}, nil
}

func parseSkipStage(v bson.RawValue) (stage, error) {
	n, ok := value.Whole(v)
	if !ok || n < 0 {
		return nil, wire.Errorf(wire.Code{Number: 5107200, Name: "Location5107200"}, "invalid argument to $skip stage: expected a non-negative whole number")
	}
	return func(in value.Documents, _ *memory.Budget) value.Documents {
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
	n, ok := value.Whole(v)
	if !ok || n < 0 {
		return nil, wire.Errorf(wire.Code{Number: 5107201, Name: "Location5107201"}, "invalid argument to $limit stage: expected a non-negative whole number")
	}
	if n == 0 {
		return nil, wire.Errorf(wire.Code{Number: 15958, Name: "Location15958"}, "the limit must be positive")
	}
	return func(in value.Documents, _ *memory.Budget) value.Documents {
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
	name, ok := value.Text(v)
	if !ok || name == "" || strings.HasPrefix(name, "$") || strings.ContainsAny(name, ".\x00") {
		return nil, wire.Errorf(wire.Code{Number: 40156, Name: "Location40156"}, "the count field must be a non-empty string without '$' at its start, dots or zero bytes")
	}
	return func(in value.Documents, _ *memory.Budget) value.Documents {
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
				b := value.NewBuilder()
				b.Add(name, value.Narrow(min(n, math.MaxInt64)))
				yield(b.Bytes(), nil)
			}
		}
	}, nil
}

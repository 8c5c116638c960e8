package stage

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Skip leaves out the first N documents.
type Skip struct {
	named
	N int64
}

func parseSkip(_ *expression.Parser, n named) (Stage, error) {
	count, ok := value.Whole(n.spec)
	if !ok || count < 0 {
		return nil, wire.Errorf(wire.Code{Number: 5107200, Name: "Location5107200"}, "invalid argument to $skip stage: expected a non-negative whole number")
	}
	return Skip{n, count}, nil
}

// newSkip is a $skip that nobody has written.
func newSkip(n int64) Skip { return Skip{named{"$skip", value.Int64(n)}, n} }

func (s Skip) Stream(in value.Documents, _ *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		left := s.N
		for doc, err := range in {
			if left > 0 && err == nil {
				left--
			} else if !yield(doc, err) || err != nil {
				return
			}
		}
	}
}

func (Skip) Needs(out Needs) Needs { return out }

// Limit ends after N documents, one at least.
type Limit struct {
	named
	N int64
}

func parseLimit(_ *expression.Parser, n named) (Stage, error) {
	count, ok := value.Whole(n.spec)
	if !ok || count < 0 {
		return nil, wire.Errorf(wire.Code{Number: 5107201, Name: "Location5107201"}, "invalid argument to $limit stage: expected a non-negative whole number")
	}
	if count == 0 {
		return nil, wire.Errorf(wire.Code{Number: 15958, Name: "Location15958"}, "the limit must be positive")
	}
	return Limit{n, count}, nil
}

func (l Limit) Stream(in value.Documents, _ *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		left := l.N
		for doc, err := range in {
			if left--; !yield(doc, err) || err != nil || left == 0 {
				return
			}
		}
	}
}

func (Limit) Needs(out Needs) Needs { return out }

package stage

import (
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/spill"
	"github.com/telamon-db/telamon/internal/wire"
)

// Sort puts documents in order. Of all it gives the first Keep at least, or each if that is 0.
type Sort struct {
	named
	Order order.Sort
	Keep  int64
}

func parseSort(p *expression.Parser, n named) (Stage, error) {
	if !value.IsDocument(n.spec) {
		return nil, wire.Errorf(wire.Code{Number: 15973, Name: "Location15973"}, "the $sort key specification must be an object")
	}
	by, err := order.Parse(p.Collation, n.spec.Value)
	if err != nil {
		return nil, err
	}
	if len(by) == 0 {
		return nil, wire.Errorf(wire.Code{Number: 15976, Name: "Location15976"}, "$sort stage must have at least one sort key")
	}
	return Sort{named: n, Order: by}, nil
}

func (s Sort) Stream(in value.Documents, r *Run) value.Documents {
	return s.Order.Stream(in, func() *spill.Sorter { return r.Sorter("$sort", expression.MaxMemory, s.Keep) })
}

func (s Sort) Needs(out Needs) Needs {
	var by Needs
	for _, f := range s.Order {
		by.Paths = append(by.Paths, f.Path)
	}
	return out.and(by)
}

package stage

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
)

// Lead is the part at a pipeline's beginning that the planner can do while it reads the collection: find the documents that
// Filter selects, in an order, leave out the first Skip of them, and end after Limit.
type Lead struct {
	Filter      *match.Filter // nil: all
	Sort        bson.Raw      // nil: in no order
	Order       order.Sort    // Sort, parsed
	Skip, Limit int64         // Limit 0: no limit
	Needs       Needs         // what is looked at of what has been found
}

// Lead parts a pipeline into what leads it and the rest.
func (p *Pipeline) Lead() (l Lead, rest *Pipeline) {
	s := p.stages
	if m, ok := leading[Match](s); ok {
		l.Filter, s = m.Filter, s[1:]
	}
	if by, ok := leading[Sort](s); ok {
		l.Sort, l.Order, s = by.spec.Value, by.Order, s[1:]
	}
	if skip, ok := leading[Skip](s); ok {
		l.Skip, s = skip.N, s[1:]
	}
	if limit, ok := leading[Limit](s); ok {
		l.Limit, s = limit.N, s[1:]
	}
	rest = &Pipeline{stages: s, size: p.size}
	l.Needs = rest.Needs()
	return l, rest
}

func leading[S Stage](list []Stage) (s S, ok bool) {
	if len(list) == 0 {
		return s, false
	}
	s, ok = list[0].(S)
	return s, ok
}

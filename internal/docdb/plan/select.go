package plan

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/query/projection"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/spill"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// sortBytes bounds sorts in memory. Source: MongoDB's internalQueryMaxBlockingSortMemoryUsageBytes.
const sortBytes = 100 * mb

// Selection is what find and similar commands ask for.
type Selection struct {
	query
	Skip, Limit int64 // limit 0: none
	Projection  *projection.Projection
	Behind      []*stage.Pipeline // the stages after the selection, for explain
	Memory      int               // what a sort without an index may hold
}

// NewSelection parses the parts of a selection. An empty document stands for a part that is not given.
func NewSelection(p *expression.Parser, filter, sort, project bson.Raw, hint bson.RawValue) (sel Selection, err error) {
	if sel.Filter, err = match.Parse(p, filter); err != nil {
		return sel, err
	}
	sel.Hint, sel.Memory = hint, sortBytes
	if len(sort) > len(field.EmptyDoc) {
		sel.Sort = sort
		if _, natural := sel.naturalOrder(); !natural {
			if sel.order, err = order.Parse(p.OrNew().Collation, sort); err != nil {
				return sel, err
			}
		}
	}
	if len(project) > len(field.EmptyDoc) {
		sel.Projection, err = projection.ParseFind(p, project, sel.Filter)
	}
	return sel, err
}

// Leading returns the selection that is equal to the first stages of a pipeline.
func Leading(l stage.Lead, hint bson.RawValue) Selection {
	sel := Selection{Skip: l.Skip, Limit: l.Limit, Memory: sortBytes}
	sel.Filter, sel.Sort, sel.order, sel.Hint = l.Filter, l.Sort, l.Order, hint
	sel.Counting = !l.Needs.Whole && len(l.Needs.Paths) == 0
	return sel
}

// Scan plans the selection on a collection, and gives up when ctx ends.
func (sel *Selection) Scan(ctx context.Context, r storage.Reader, coll *storage.Collection) (*Scan, error) {
	sel.pace = pace.New(ctx)
	sel.wanted = 0
	if sel.Limit > 0 {
		sel.wanted = max(sel.Skip+sel.Limit, sel.Limit) // the sum may be beyond all numbers
	}
	p, err := choose(r, coll, sel.query)
	if err = errors.Join(err, ctx.Err()); err != nil { // the plan of a planner that has run out of time must not be used
		return nil, err
	}
	return NewScan(r, coll, p, sel.Filter), nil
}

// OneID returns the _id that the selection asks for, if it asks for nothing else.
func (sel *Selection) OneID() (id bson.RawValue, ok bool) {
	if sel.Sort != nil || sel.Skip > 0 || field.Asks(sel.Hint) {
		return id, false
	}
	return sel.Filter.EqID()
}

// Results yields the selection's documents in order, projected. Each is valid until the next one is taken. The memory
// for sorting comes from the run.
func (sel *Selection) Results(r *stage.Run, s *Scan) value.Documents {
	docs := s.Documents(r)
	if !s.Plan.Sorted {
		docs = sel.Sorted(r, docs)
	}
	return sel.Projected(r, sel.Window(docs))
}

// Sorted orders documents. With a limit only the first are kept.
func (sel *Selection) Sorted(r *stage.Run, docs value.Documents) value.Documents {
	return sel.order.Stream(docs, func() *spill.Sorter { return r.Sorter("Sort", sel.Memory, sel.wanted) })
}

// Window leaves out the first skip documents and ends after limit.
func (sel *Selection) Window(docs value.Documents) value.Documents {
	if sel.Skip == 0 && sel.Limit == 0 {
		return docs
	}
	return func(yield func(bson.Raw, error) bool) {
		var n int64
		for doc, err := range docs {
			if n++; err == nil && n <= sel.Skip {
				continue
			}
			if !yield(doc, err) || sel.Limit > 0 && n-sel.Skip >= sel.Limit {
				return
			}
		}
	}
}

// Projected gives each document the form that was asked for.
func (sel *Selection) Projected(r *stage.Run, docs value.Documents) value.Documents {
	if sel.Projection == nil {
		return docs
	}
	return func(yield func(bson.Raw, error) bool) {
		x := r.Evaluation()
		for doc, err := range docs {
			if err == nil {
				doc, err = sel.Projection.ApplyIn(x, doc)
			}
			if !yield(doc, err) || err != nil {
				return
			}
		}
	}
}

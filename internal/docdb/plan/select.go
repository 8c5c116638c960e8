package plan

import (
	"context"
	"iter"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// sortBytes bounds sorts in memory. Source: MongoDB's internalQueryMaxBlockingSortMemoryUsageBytes.
const sortBytes = 100 * mb

// Selection is what find and its relatives ask for.
type Selection struct {
	wish
	Skip, Limit int64 // limit 0: none
	Projection  *query.Projection
	Behind      []*query.Pipeline // stages through which the documents go then, for explain
	Memory      int               // what a sort without an index may hold
}

// NewSelection parses the parts of a selection; empty documents ask for nothing.
func NewSelection(filter, sort, projection bson.Raw, hint bson.RawValue) (sel Selection, err error) {
	if sel.Filter, err = query.ParseFilter(filter); err != nil {
		return sel, err
	}
	sel.Hint, sel.Memory = hint, sortBytes
	if len(sort) > len(EmptyDoc) {
		sel.Sort = sort
		if _, natural := sel.naturalOrder(); !natural {
			if sel.order, err = query.ParseSort(sort); err != nil {
				return sel, err
			}
		}
	}
	if len(projection) > len(EmptyDoc) {
		sel.Projection, err = query.ParseProjection(projection)
	}
	return sel, err
}

// Scan plans the selection on a collection.
func (sel *Selection) Scan(r pebble.Reader, coll *storage.Collection) (*Scan, error) {
	sel.wanted = 0
	if sel.Limit > 0 {
		sel.wanted = max(sel.Skip+sel.Limit, sel.Limit) // the sum may be beyond all numbers
	}
	p, err := choose(r, coll, sel.wish)
	if err != nil {
		return nil, err
	}
	return NewScan(r, coll, p, sel.Filter), nil
}

// OneID is the _id of the only document that the selection may have, if nothing else is to be chosen or left out.
func (sel *Selection) OneID() (id bson.RawValue, ok bool) {
	if sel.Sort != nil || sel.Skip > 0 || AsksForSomething(sel.Hint) {
		return id, false
	}
	return sel.Filter.EqID()
}

// Results are the selection's documents in their order, projected. What sorting takes of memory comes from the budget.
func (sel *Selection) Results(ctx context.Context, s *Scan, from *memory.Budget) iter.Seq2[bson.Raw, error] {
	docs := s.Documents(ctx)
	if !s.Plan.Sorted {
		docs = sel.Sorted(docs, from)
	}
	return sel.Projected(sel.Window(docs))
}

// Sorted orders documents in memory. With a limit only the first are kept.
func (sel *Selection) Sorted(docs iter.Seq2[bson.Raw, error], from *memory.Budget) iter.Seq2[bson.Raw, error] {
	keep := 0
	if most := sel.Skip + sel.Limit; sel.Limit > 0 && most > 0 && most < 1<<20 {
		keep = int(most)
	}
	return sel.order.Stream(docs, keep, func() memory.Account { return from.Open("Sort", sel.Memory) })
}

// Window leaves out skip documents and ends after limit.
func (sel *Selection) Window(docs iter.Seq2[bson.Raw, error]) iter.Seq2[bson.Raw, error] {
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
func (sel *Selection) Projected(docs iter.Seq2[bson.Raw, error]) iter.Seq2[bson.Raw, error] {
	if sel.Projection == nil {
		return docs
	}
	return func(yield func(bson.Raw, error) bool) {
		for doc, err := range docs {
			if err == nil {
				doc, err = sel.Projection.Apply(doc)
			}
			if !yield(doc, err) || err != nil {
				return
			}
		}
	}
}

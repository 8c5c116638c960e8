package docdb

import (
	"context"
	"iter"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query"
)

// sortBytes bounds sorts in memory. Source: MongoDB's internalQueryMaxBlockingSortMemoryUsageBytes.
const sortBytes = 100 * mb

// selection is what find and its relatives ask for.
type selection struct {
	wish
	skip, limit int64 // limit 0: none
	projection  *query.Projection
	behind      []*query.Pipeline // stages through which the documents go then, for explain
	memory      int               // what a sort without an index may hold
}

// newSelection parses the parts of a selection; empty documents ask for nothing.
func newSelection(filter, sort, projection bson.Raw, hint bson.RawValue) (sel selection, err error) {
	if sel.filter, err = query.ParseFilter(filter); err != nil {
		return sel, err
	}
	sel.hint, sel.memory = hint, sortBytes
	if len(sort) > len(emptyDoc) {
		sel.sort = sort
		if _, natural := sel.naturalOrder(); !natural {
			if sel.order, err = query.ParseSort(sort); err != nil {
				return sel, err
			}
		}
	}
	if len(projection) > len(emptyDoc) {
		sel.projection, err = query.ParseProjection(projection)
	}
	return sel, err
}

// view is a collection and all data at one instant.
type view struct {
	coll *collection // nil if there is none
	r    *pebble.Snapshot
}

func (v *view) close() {
	if v.r != nil {
		v.r.Close()
		v.r = nil
	}
}

// openView takes a view of the command's collection.
func (c *call) openView() (*view, error) {
	e := c.e
	e.catalog.mu.RLock()
	v := &view{coll: e.catalog.colls[c.ns], r: e.db.NewSnapshot()}
	e.catalog.mu.RUnlock()
	if c.durableRead() {
		if err := e.settle(); err != nil {
			v.close()
			return nil, err
		}
	}
	return v, nil
}

// scan plans the selection on a collection.
func (sel *selection) scan(r pebble.Reader, coll *collection) (*scan, error) {
	sel.wanted = 0
	if sel.limit > 0 {
		sel.wanted = max(sel.skip+sel.limit, sel.limit) // the sum may be beyond all numbers
	}
	p, err := choose(r, coll, sel.wish)
	if err != nil {
		return nil, err
	}
	return &scan{r: r, coll: coll, plan: p, filter: sel.filter}, nil
}

// results are the selection's documents in their order, projected. What sorting takes of memory comes from the budget.
func (sel *selection) results(ctx context.Context, s *scan, from *memory.Budget) iter.Seq2[bson.Raw, error] {
	docs := s.documents(ctx)
	if !s.plan.sorted {
		docs = sel.sorted(docs, from)
	}
	return sel.projected(sel.window(docs))
}

// sorted orders documents in memory. With a limit only the first are kept.
func (sel *selection) sorted(docs iter.Seq2[bson.Raw, error], from *memory.Budget) iter.Seq2[bson.Raw, error] {
	keep := 0
	if most := sel.skip + sel.limit; sel.limit > 0 && most > 0 && most < 1<<20 {
		keep = int(most)
	}
	return sel.order.Stream(docs, keep, func() memory.Account { return from.Open("Sort", sel.memory) })
}

// window leaves out skip documents and ends after limit.
func (sel *selection) window(docs iter.Seq2[bson.Raw, error]) iter.Seq2[bson.Raw, error] {
	if sel.skip == 0 && sel.limit == 0 {
		return docs
	}
	return func(yield func(bson.Raw, error) bool) {
		var n int64
		for doc, err := range docs {
			if n++; err == nil && n <= sel.skip {
				continue
			}
			if !yield(doc, err) || sel.limit > 0 && n-sel.skip >= sel.limit {
				return
			}
		}
	}
}

func (sel *selection) projected(docs iter.Seq2[bson.Raw, error]) iter.Seq2[bson.Raw, error] {
	if sel.projection == nil {
		return docs
	}
	return func(yield func(bson.Raw, error) bool) {
		for doc, err := range docs {
			if err == nil {
				doc, err = sel.projection.Apply(doc)
			}
			if !yield(doc, err) || err != nil {
				return
			}
		}
	}
}

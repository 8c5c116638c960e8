// Package plan finds the documents of a filter. choose makes a plan: the filter bounds each of the collection's indexes
// (bounds.go), those that can be used compete (planner.go), and an $or may use one for each of its branches (or.go). A Scan
// reads the documents of the plan (scan.go), and a Selection sorts, skips, limits and projects them.
package plan

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// access is the kind of access that a plan has, under the name that explain gives it.
type access string

const (
	accessNone   access = "EOF"                     // nothing can match
	accessIDHack access = "IDHACK"                  // one _id
	accessIndex  access = "IXSCAN"                  // ranges of an index
	accessOr     access = "OR"                      // the plans of the branches of an $or, one after another
	accessAll    access = "COLLSCAN"                // every document
	AccessTally  access = "RECORD_STORE_FAST_COUNT" // none: the collection's tally has their number
)

// Plan says how the documents that a filter may match are found. The filter is then applied to each of them.
type Plan struct {
	Access  access
	ix      storage.Index // of accessIndex and accessIDHack
	spans   []span        // of keys, in their order
	fence   *fence        // of the keys within, or nil
	reverse bool
	Sorted  bool // documents come in the order that was asked for
	covered bool // the number of the keys is the number of the documents
	unique  bool // there is one document at most

	branches []branch // of accessOr
	Rejected []Plan   // other plans
	shape    string   // under which the plan is cached, or ""
	keys     int64    // that it was estimated to examine
}

// Indexes returns the numbers of the indexes that the plan reads.
func (p Plan) Indexes() (ids []uint64) {
	switch p.Access {
	case accessIndex, accessIDHack:
		return []uint64{p.ix.ID}
	case accessOr:
		for _, b := range p.branches {
			if !slices.Contains(ids, b.ix.ID) {
				ids = append(ids, b.ix.ID)
			}
		}
	}
	return ids
}

// query has what the choice of a plan depends on.
type query struct {
	Filter *match.Filter
	Sort   bson.Raw   // nil: no order
	order  order.Sort // sort, parsed

	pace     *pace.Pace
	wanted   int64 // documents that are wanted; 0: all
	Counting bool  // only their number is wanted
	Hint     bson.RawValue
}

// choose returns the plan for a query of coll, which may be nil, in the state that r reads.
func choose(r storage.Reader, coll *storage.Collection, q query) (Plan, error) {
	if coll == nil {
		return Plan{Access: accessNone, Sorted: true}, nil
	}
	dir, natural := q.naturalOrder()
	hinted, err := findHint(coll, q.Hint)
	if err != nil {
		return Plan{}, err
	}
	if q.countsAll() && (hinted == nil || !hinted.Sparse && hinted.Filter == nil) {
		return Plan{Access: AccessTally, ix: storage.IDIndex, Sorted: true}, nil
	}
	if natural || hinted == nil && field.Asks(q.Hint) {
		if !natural {
			dir = int32(truncated(q.Hint.Document().Lookup("$natural")))
		}
		return Plan{Access: accessAll, ix: storage.IDIndex, spans: wholeIndex, reverse: dir < 0, Sorted: natural || q.Sort == nil}, nil
	}
	if id, ok := q.Filter.EqID(); ok && (hinted == nil || hinted.ID == storage.IDIndex.ID) {
		key := keys.Append(nil, id)
		return Plan{Access: accessIDHack, ix: storage.IDIndex, spans: []span{{key, storage.After(key)}}, Sorted: true}, nil
	}
	if hinted != nil {
		if !q.Filter.Implies(q.pace, hinted.Filter) {
			return Plan{}, wire.Errorf(wire.BadValue, "error processing query: the hinted index %s is partial and may not hold all that the filter matches", hinted.Name)
		}
		return consider(*hinted, q).Plan, nil
	}
	return best(r, coll, q)
}

func truncated(v bson.RawValue) int64 { n, _ := wire.Integer(v); return n }

// wholeCollection is the plan that looks at every document.
var wholeCollection = Plan{Access: accessAll, ix: storage.IDIndex, spans: wholeIndex}

// candidate is a plan that may be chosen.
type candidate struct {
	Plan
	bounded bool
	score   int // a first estimate of its use, which decides between equals
}

// candidates are plans for the indexes that bound or sort, the most promising first.
func candidates(coll *storage.Collection, q query) []candidate {
	var list []candidate
	for _, ix := range coll.Usable() {
		if !(guide{ix, q.pace}).holdsAll(q.Filter) {
			continue
		}
		if c := consider(ix, q); c.score > 0 {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return b.score - a.score })
	return list
}

// consider plans the use of an index. The score is 0 if the index neither bounds nor sorts.
func consider(ix storage.Index, q query) candidate {
	b := guide{ix, q.pace}.bound(q.Filter)
	c := candidate{Plan: Plan{Access: accessIndex, ix: ix, spans: b.spans, Sorted: q.Sort == nil}, bounded: b.used > 0, score: 8 * b.used}
	if b.used > 0 && !b.points {
		c.score -= 4
	}
	if !b.fence.open() {
		c.fence = &b.fence
		c.score += 2
	}
	c.unique = ix.Unique && b.fixed == len(ix.Parts)
	if q.Sort != nil {
		if c.Sorted, c.reverse = (guide{ix, q.pace}).sorts(q.order, b); c.Sorted {
			c.score += 2
		}
	}
	c.covered = q.Counting && guide{ix, q.pace}.covers(q.Filter, b)
	return c
}

// Use returns the plan that finds the documents of a filter by an index.
func Use(ix storage.Index, f *match.Filter) Plan { return consider(ix, query{Filter: f}).Plan }

// countsAll reports whether the number of all documents is wanted.
func (q query) countsAll() bool {
	terms, plain := q.Filter.Terms()
	return q.Counting && plain && len(terms) == 0
}

// naturalOrder reports whether the sort asks for the order in which documents are stored, and in which direction.
func (q query) naturalOrder() (dir int32, ok bool) {
	elements, err := q.Sort.Elements()
	if q.Sort == nil || err != nil || len(elements) != 1 || elements[0].Key() != "$natural" {
		return 0, false
	}
	n, ok := wire.Integer(elements[0].Value())
	return int32(n), ok && (n == 1 || n == -1)
}

// findHint returns the index that a hint names; nil for no hint and for {$natural: 1}.
func findHint(coll *storage.Collection, hint bson.RawValue) (*storage.Index, error) {
	if !field.Asks(hint) {
		return nil, nil
	}
	if doc, ok := hint.DocumentOK(); ok {
		if n, ok := wire.Integer(doc.Lookup("$natural")); ok && (n == 1 || n == -1) {
			return nil, nil
		}
	}
	meant := slices.DeleteFunc(coll.Usable(), func(ix storage.Index) bool { return !ix.AnswersTo(hint) })
	switch len(meant) {
	case 0:
		return nil, wire.Errorf(wire.BadValue, "error processing query: hint provided does not correspond to an existing index")
	case 1:
		return &meant[0], nil
	}
	return nil, wire.Errorf(wire.BadValue, "error processing query: the hint fits %d indexes; it must be the name of one", len(meant))
}

package docdb

import (
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query"
	"github.com/telamon-db/telamon/internal/wire"
)

// stage is the kind of access that a plan has, under the name that explain gives it.
type stage string

const (
	stageNone   stage = "EOF"                     // nothing can match
	stageIDHack stage = "IDHACK"                  // one _id
	stageIndex  stage = "IXSCAN"                  // ranges of an index
	stageOr     stage = "OR"                      // the plans of the branches of an $or, one after another
	stageAll    stage = "COLLSCAN"                // every document
	stageTally  stage = "RECORD_STORE_FAST_COUNT" // none: their number is kept
)

// plan says how the documents that a filter may match are found. Whatever it finds, the filter is applied to it.
type plan struct {
	stage   stage
	ix      index  // of stageIndex and stageIDHack
	spans   []span // of keys, in their order
	reverse bool
	sorted  bool // documents come in the order that was asked for
	covered bool // the keys say all that is wanted, which is a number
	unique  bool // there is one document at most

	branches []branch // of stageOr
	rejected []plan   // other plans
	shape    string   // under which the plan is remembered, or ""
	keys     int64    // that it was thought to examine
}

// wish is what a plan is made for.
type wish struct {
	filter *query.Filter
	sort   bson.Raw   // nil: no order
	order  query.Sort // sort, parsed

	wanted   int64 // how many documents are wanted, or 0 for all
	counting bool  // only their number is wanted
	hint     bson.RawValue
}

// choose plans access to coll, which may be nil, as r has it.
func choose(r pebble.Reader, coll *collection, w wish) (plan, error) {
	if coll == nil {
		return plan{stage: stageNone, sorted: true}, nil
	}
	dir, natural := w.naturalOrder()
	hinted, err := findHint(coll, w.hint)
	if err != nil {
		return plan{}, err
	}
	if w.countsAll() && (hinted == nil || !hinted.Sparse && hinted.partial == nil) {
		return plan{stage: stageTally, ix: idIndex, sorted: true}, nil
	}
	if natural || hinted == nil && asksForSomething(w.hint) {
		if !natural {
			dir = int32(truncated(w.hint.Document().Lookup("$natural")))
		}
		return plan{stage: stageAll, ix: idIndex, spans: wholeIndex, reverse: dir < 0, sorted: natural || w.sort == nil}, nil
	}
	if id, ok := w.filter.EqID(); ok && (hinted == nil || hinted.ID == idIndex.ID) {
		key := keys.Append(nil, id)
		return plan{stage: stageIDHack, ix: idIndex, spans: []span{{key, after(key)}}, sorted: true}, nil
	}
	if hinted != nil {
		if !w.filter.Implies(hinted.partial) {
			return plan{}, wire.Errorf(wire.BadValue, "error processing query: the hinted index %s is partial and may not hold all that the filter matches", hinted.Name)
		}
		return consider(*hinted, w).plan, nil
	}
	return best(r, coll, w)
}

func truncated(v bson.RawValue) int64 { n, _ := integer(v); return n }

// wholeCollection is the plan to look at every document.
var wholeCollection = plan{stage: stageAll, ix: idIndex, spans: wholeIndex}

// candidate is a plan that may be chosen.
type candidate struct {
	plan
	bounded bool
	score   int // a first guess of its worth, which decides between equals
}

// candidates are the indexes that bound or sort, the most promising first.
func candidates(coll *collection, w wish) []candidate {
	var list []candidate
	for _, ix := range coll.ready() {
		if !ix.holdsAll(w.filter) {
			continue
		}
		if c := consider(ix, w); c.score > 0 {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return b.score - a.score })
	return list
}

// consider plans the use of an index. Its score is nothing if it neither bounds nor sorts.
func consider(ix index, w wish) candidate {
	b := ix.bound(w.filter)
	c := candidate{plan: plan{stage: stageIndex, ix: ix, spans: b.spans, sorted: w.sort == nil}, bounded: b.used > 0, score: 8 * b.used}
	if b.used > 0 && !b.points {
		c.score -= 4
	}
	c.unique = ix.Unique && b.fixed == len(ix.Parts)
	if w.sort != nil {
		if c.sorted, c.reverse = ix.sorts(w.order, b); c.sorted {
			c.score += 2
		}
	}
	c.covered = w.counting && ix.covers(w.filter, b)
	return c
}

// countsAll reports whether the number of all documents is wanted.
func (w wish) countsAll() bool {
	terms, plain := w.filter.Terms()
	return w.counting && plain && len(terms) == 0
}

// naturalOrder reports whether the sort asks for the order in which documents are stored, and in which direction.
func (w wish) naturalOrder() (dir int32, ok bool) {
	elements, err := w.sort.Elements()
	if w.sort == nil || err != nil || len(elements) != 1 || elements[0].Key() != "$natural" {
		return 0, false
	}
	n, ok := integer(elements[0].Value())
	return int32(n), ok && (n == 1 || n == -1)
}

// findHint is the index that a hint names; nil for no hint and for {$natural: 1}.
func findHint(coll *collection, hint bson.RawValue) (*index, error) {
	if !asksForSomething(hint) {
		return nil, nil
	}
	if doc, ok := hint.DocumentOK(); ok {
		if n, ok := integer(doc.Lookup("$natural")); ok && (n == 1 || n == -1) {
			return nil, nil
		}
	}
	meant := slices.DeleteFunc(coll.ready(), func(ix index) bool { return !ix.answersTo(hint) })
	switch len(meant) {
	case 0:
		return nil, wire.Errorf(wire.BadValue, "error processing query: hint provided does not correspond to an existing index")
	case 1:
		return &meant[0], nil
	}
	return nil, wire.Errorf(wire.BadValue, "error processing query: the hint fits %d indexes; it must be the name of one", len(meant))
}

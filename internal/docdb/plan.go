package docdb

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query"
	"github.com/telamon-db/telamon/internal/wire"
)

// stage is the kind of access that a plan has, under the name that explain gives it.
type stage string

const (
	stageNone   stage = "EOF"      // nothing can match
	stageIDHack stage = "IDHACK"   // one _id
	stageIndex  stage = "IXSCAN"   // ranges of an index
	stageAll    stage = "COLLSCAN" // every document
)

// plan says how the documents that a filter may match are found. Whatever it finds, the filter is applied to it.
type plan struct {
	stage   stage
	ix      index  // of stageIndex and stageIDHack
	spans   []span // of keys, in their order
	reverse bool
	sorted  bool // documents come in the order that was asked for
}

// wish is what a plan is made for.
type wish struct {
	filter *query.Filter
	sort   bson.Raw   // nil: no order
	order  query.Sort // sort, parsed
	hint   bson.RawValue
}

// choose plans access to coll, which may be nil.
func choose(coll *collection, w wish) (plan, error) {
	if coll == nil {
		return plan{stage: stageNone, sorted: true}, nil
	}
	dir, natural := w.naturalOrder()
	hinted, err := findHint(coll, w.hint)
	if err != nil {
		return plan{}, err
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
		p, _ := consider(*hinted, w)
		return p, nil
	}
	return best(coll, w), nil
}

func truncated(v bson.RawValue) int64 { n, _ := integer(v); return n }

// wholeCollection is the plan to look at every document.
var wholeCollection = plan{stage: stageAll, ix: idIndex, spans: wholeIndex}

// best is the plan that promises the least work.
func best(coll *collection, w wish) plan {
	p, high := wholeCollection, 0
	p.sorted = w.sort == nil
	for _, ix := range coll.allIndexes() {
		if !ix.holdsAll(w.filter) {
			continue
		}
		if candidate, score := consider(ix, w); score > high {
			p, high = candidate, score
		}
	}
	if len(p.spans) == 0 {
		p.stage = stageNone
	}
	return p
}

// consider plans the use of an index and gives its worth: nothing if it neither bounds nor sorts, most if it leads to
// few points. An order for free decides between equals.
func consider(ix index, w wish) (plan, int) {
	b := ix.bound(w.filter)
	p := plan{stage: stageIndex, ix: ix, spans: b.spans}
	score := 8 * b.used
	switch {
	case b.used > 0 && !b.points:
		score -= 4
	case b.used == len(ix.Parts) && ix.Unique:
		score++
	}
	if w.sort == nil {
		p.sorted = true
	} else if p.sorted, p.reverse = ix.sorts(w.order, b); p.sorted {
		score += 2
	}
	return p, score
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
	for _, ix := range coll.allIndexes() {
		if ix.answersTo(hint) {
			return &ix, nil
		}
	}
	return nil, wire.Errorf(wire.BadValue, "error processing query: hint provided does not correspond to an existing index")
}

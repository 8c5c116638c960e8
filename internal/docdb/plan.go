package docdb

import (
	"bytes"

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
	ix      index // of stageIndex and stageIDHack
	bounds  []query.Interval
	bounded bool // bounds hold; else the whole index is meant
	reverse bool
	sorted  bool // documents come in the order that was asked for
}

// wish is what a plan is made for.
type wish struct {
	filter *query.Filter
	sort   bson.Raw // nil: no order
	hint   bson.RawValue
}

// choose plans access to coll, which may be nil.
func choose(coll *collection, w wish) (plan, error) {
	if coll == nil {
		return plan{stage: stageNone, sorted: true}, nil
	}
	path, dir, bySort := w.sortPath()
	natural := bySort && path == "$natural"
	hinted, err := findHint(coll, w.hint)
	if err != nil {
		return plan{}, err
	}
	if natural || hinted == nil && asksForSomething(w.hint) {
		if !natural {
			dir = int32(truncated(w.hint.Document().Lookup("$natural")))
		}
		return plan{stage: stageAll, ix: idIndex, reverse: dir < 0, sorted: natural || w.sort == nil}, nil
	}
	if id, ok := w.filter.EqID(); ok && (hinted == nil || hinted.ID == idIndex.ID) {
		key := keys.Append(nil, id)
		point := query.Interval{Lo: key, Hi: key, LoIncl: true, HiIncl: true}
		return plan{stage: stageIDHack, ix: idIndex, bounds: []query.Interval{point}, bounded: true, sorted: true}, nil
	}
	if hinted != nil {
		p, _ := consider(*hinted, w, path, dir)
		return p, nil
	}
	return best(coll, w, path, dir), nil
}

func truncated(v bson.RawValue) int64 { n, _ := integer(v); return n }

// best is the plan that promises the least work.
func best(coll *collection, w wish, path string, dir int32) plan {
	p, high := plan{stage: stageAll, ix: idIndex, sorted: w.sort == nil}, 0
	for _, ix := range coll.allIndexes() {
		if candidate, score := consider(ix, w, path, dir); score > high {
			p, high = candidate, score
		}
	}
	if p.bounded && len(p.bounds) == 0 {
		p.stage = stageNone
	}
	return p
}

// consider plans the use of an index and gives its worth: nothing if it neither bounds nor sorts, most if it leads to
// few points. An order for free decides between equals.
func consider(ix index, w wish, path string, dir int32) (plan, int) {
	p := plan{stage: stageIndex, ix: ix, sorted: w.sort == nil}
	score := 0
	if ix.Multikey {
		p.bounds, p.bounded = w.filter.Intervals(ix.Path)
	} else {
		p.bounds, p.bounded = w.filter.SingleIntervals(ix.Path)
	}
	if p.bounded {
		score = 4
		if allPoints(p.bounds) {
			score = 8
			if ix.Unique {
				score++
			}
		}
	}
	// Documents with several values sort by their least (or greatest), which bounds might hide.
	if path == ix.Path && (!ix.Multikey || !p.bounded) {
		p.sorted, p.reverse = true, dir < 0
		score += 2
	}
	return p, score
}

func allPoints(bounds []query.Interval) bool {
	for _, b := range bounds {
		if !bytes.Equal(b.Lo, b.Hi) {
			return false
		}
	}
	return true
}

// sortPath is the one path of a sort that an index could give.
func (w wish) sortPath() (path string, dir int32, ok bool) {
	elements, err := w.sort.Elements()
	if w.sort == nil || err != nil || len(elements) != 1 {
		return "", 0, false
	}
	n, ok := integer(elements[0].Value())
	return elements[0].Key(), int32(n), ok && (n == 1 || n == -1)
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

// answersTo reports whether v is the index's name or its key pattern.
func (ix index) answersTo(v bson.RawValue) bool {
	if name, ok := v.StringValueOK(); ok {
		return name == ix.Name
	}
	doc, _ := v.DocumentOK()
	elements, err := doc.Elements()
	if err != nil || len(elements) != 1 || elements[0].Key() != ix.Path {
		return false
	}
	n, ok := integer(elements[0].Value())
	return ok && n == int64(ix.Dir)
}

func (ix index) pattern() bson.D { return bson.D{{Key: ix.Path, Value: ix.Dir}} }

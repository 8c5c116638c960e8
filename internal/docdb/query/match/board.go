package match

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// boardBranches is from how many branches on a disjunction has a board, and boardPaths how many paths are tried for it.
const (
	boardBranches = 16
	boardPaths    = 8
)

// board finds, among many branches that each bound the values at one path, those that a document may match: one that has no
// value within a branch's bounds cannot match it.
type board struct {
	path    []string
	marks   marks
	each    bool // an array that matches a branch has an element within its bounds
	collate *keys.Collation
}

// newDisjunction makes a disjunction of branches, which is not to be looked through one by one if there are many. When p is
// over, it may be.
func newDisjunction(p *pace.Pace, branches []node) disjunction {
	d := disjunction{branches: branches}
	if len(branches) < boardBranches {
		return d
	}
	first, _ := branches[0].(conjunction)
	clauses := first.flat(nil)
	var least float64
	for _, n := range clauses[:min(len(clauses), boardPaths)] {
		at, ok := n.(field)
		if !ok {
			continue
		}
		b := boardOf(p, branches, at)
		if b == nil {
			continue
		}
		if held := b.marks.usual(p); d.board == nil || held < least {
			d.board, least = b, held
		}
	}
	return d
}

// boardOf makes a board of the bounds that the branches have for a path, or nil if one of them has none.
func boardOf(p *pace.Pace, branches []node, at field) *board {
	b := &board{path: at.path, each: true}
	for i, n := range branches {
		branch, _ := n.(conjunction)
		by := branch.bounding(at.name)
		if len(by) == 0 || p.Over(1) {
			return nil
		}
		b.collate, b.each = by[0].collation, b.each && len(by) == 1
		for _, iv := range bounds(p, by) {
			b.marks = append(b.marks, mark{Interval: iv, branch: i})
		}
	}
	b.marks.arrange(p)
	return b
}

// bounding are comparisons of the value at path that c asks for: one that asks for equality, or else all ranges. The values are
// of kinds that stand for nothing else.
func (c conjunction) bounding(path string) (by []*atom) {
	for _, a := range c.conditions(nil, path) {
		switch {
		case !a.plain || a.op == "$in" || !tellsAll(a):
		case a.op == "$eq":
			return []*atom{a}
		default:
			by = append(by, a)
		}
	}
	return by
}

// bounds are the intervals that comparisons have in common.
func bounds(p *pace.Pace, by []*atom) []Interval {
	common, _ := by[0].intervals(p)
	for _, a := range by[1:] {
		more, _ := a.intervals(p)
		common = intersect(common, more)
	}
	return common
}

func (b *board) match(x *evaluation, doc []byte, branches []node) bool {
	var room [64]byte
	among := func(v bson.RawValue) bool {
		return !x.Step(1) || b.marks.holding(b.collate.Append(room[:0], v), func(branch int) bool {
			return branches[branch].match(x, doc)
		})
	}
	if !b.each && b.arrays(doc) {
		return anyOf(branches, x, doc)
	}
	return value.Walk(doc, b.path, func(v bson.RawValue, spread bool) bool {
		if !spread || !value.IsArray(v) {
			return among(v)
		}
		for _, element := range keys.Elements(v.Value) {
			if among(element) {
				return true
			}
		}
		return false
	})
}

// arrays reports whether a document has more than one value at the board's path, so that two of them may satisfy a branch
// together.
func (b *board) arrays(doc []byte) bool {
	n := 0
	return value.Walk(doc, b.path, func(v bson.RawValue, spread bool) bool {
		n++
		return n > 1 || spread && value.IsArray(v)
	})
}

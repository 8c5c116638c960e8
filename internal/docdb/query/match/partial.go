package match

import (
	"bytes"
	"slices"

	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/wire"
)

// partialOperators are what a filter may use to say which documents an index holds.
// Source: MongoDB manual, "Partial Indexes": $exists only with true, $and and $or at any level.
var partialOperators = []string{"$eq", "$gt", "$gte", "$lt", "$lte", "$in", "$exists", "$type"}

// CheckPartial refuses a filter that cannot say which documents an index holds.
func (f *Filter) CheckPartial() error {
	if !describable(f.root) {
		return wire.Errorf(wire.CannotCreateIndex, "a partialFilterExpression takes equality, $exists: true, $gt, $gte, $lt, $lte, $in, $type, $and and $or only")
	}
	return nil
}

func describable(n node) bool {
	switch n := n.(type) {
	case conjunction:
		return !slices.ContainsFunc(n, func(n node) bool { return !describable(n) })
	case disjunction:
		return !slices.ContainsFunc(n.branches, func(n node) bool { return !describable(n) })
	case field:
		return !slices.ContainsFunc(n.tests, func(p predicate) bool {
			a, ok := p.(*atom)
			return !ok || !slices.Contains(partialOperators, a.op) || len(a.expressions) > 0
		})
	}
	return false
}

// Implies reports whether every document that f matches is matched by other as well, which has passed CheckPartial. It may
// say no where the answer is yes: each condition of other must follow from one of f on the same path.
func (f *Filter) Implies(p *pace.Pace, other *Filter) bool {
	return other == nil || f.implies(p, other.root)
}

func (f *Filter) implies(p *pace.Pace, n node) bool {
	switch n := n.(type) {
	case conjunction:
		return !slices.ContainsFunc(n, func(n node) bool { return !f.implies(p, n) })
	case disjunction:
		return slices.ContainsFunc(n.branches, func(n node) bool { return f.implies(p, n) })
	case field:
		return f != nil && !slices.ContainsFunc(n.tests, func(test predicate) bool { return !f.impliesAtom(p, n.name, test.(*atom)) })
	}
	return false
}

// impliesAtom looks for a condition on path that only values meet that meet wanted.
func (f *Filter) impliesAtom(p *pace.Pace, path string, wanted *atom) bool {
	if wanted.op == "$exists" && f.Requires(p, path) {
		return true
	}
	return slices.ContainsFunc(f.root.conditions(nil, path), func(a *atom) bool { return a.same(wanted) || a.narrows(p, wanted) })
}

// same reports whether a and b are the same comparison with the same operand.
func (a *atom) same(b *atom) bool {
	return a.op == b.op && a.op != "$in" && a.arg.Type != 0 && a.arg.Type == b.arg.Type && bytes.Equal(a.arg.Value, b.arg.Value)
}

// narrows reports whether every value that a is true of lies where b is true. Both are known by their intervals alone.
func (a *atom) narrows(p *pace.Pace, b *atom) bool {
	if !tellsAll(a) || !tellsAll(b) {
		return false
	}
	inner, bounded := a.intervals(p)
	outer, alsoBounded := b.intervals(p)
	return bounded && alsoBounded && !slices.ContainsFunc(inner, func(iv Interval) bool {
		// Of sorted, disjoint intervals this is the only one that iv may lie in.
		i, _ := slices.BinarySearchFunc(outer, iv, func(o, iv Interval) int { return bytes.Compare(o.Hi, iv.Hi) })
		return i == len(outer) || !iv.within(outer[i])
	})
}

func (iv Interval) within(outer Interval) bool {
	lo, hi := bytes.Compare(iv.Lo, outer.Lo), bytes.Compare(iv.Hi, outer.Hi)
	return (lo > 0 || lo == 0 && (outer.LoIncl || !iv.LoIncl)) && (hi < 0 || hi == 0 && (outer.HiIncl || !iv.HiIncl))
}

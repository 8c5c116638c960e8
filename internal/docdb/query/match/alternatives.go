package match

import (
	"slices"

	"github.com/telamon-db/telamon/internal/docdb/pace"
)

// Alternatives returns, for each $or that every match satisfies, filters of which every match satisfies one at least and
// nothing else does: the rest of the filter with one branch of the $or each. It leaves an $or of more than Branches
// branches to ManyAlternatives. Filters of more clauses than that have none.
func (f *Filter) Alternatives() [][]*Filter {
	return f.alternatives(func(branches int) bool { return branches <= Branches })
}

// ManyAlternatives are those of each $or of more than Branches branches.
func (f *Filter) ManyAlternatives() [][]*Filter {
	return f.alternatives(func(branches int) bool { return branches > Branches })
}

// Together returns the filter of what one of some alternatives means. When p is over, it may be slow.
func Together(p *pace.Pace, alternatives []*Filter) *Filter {
	branches := make([]node, len(alternatives))
	for i, f := range alternatives {
		branches[i] = f.root
	}
	or := newDisjunction(p, branches)
	or.joined = true
	return &Filter{root: conjunction{or}}
}

func (f *Filter) alternatives(wanted func(branches int) bool) [][]*Filter {
	if f == nil {
		return nil
	}
	clauses := f.root.flat(nil)
	if len(clauses) > Branches {
		return nil
	}
	var all [][]*Filter
	for i, n := range clauses {
		or, ok := n.(disjunction)
		if !ok || !wanted(len(or.branches)) {
			continue
		}
		rest := slices.Delete(slices.Clone(clauses), i, i+1)
		var list []*Filter
		for _, branch := range or.branches {
			list = append(list, &Filter{root: append(slices.Clip(rest), branch)})
		}
		all = append(all, list)
	}
	return all
}

// flat appends the conditions of c to list, those of conjunctions within it one by one.
func (c conjunction) flat(list conjunction) conjunction {
	for _, n := range c {
		if inner, ok := n.(conjunction); ok {
			list = inner.flat(list)
		} else {
			list = append(list, n)
		}
	}
	return list
}

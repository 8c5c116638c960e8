package match

import "slices"

// Alternatives returns, for each $or that every match satisfies, filters of which every match satisfies one at least and
// nothing else does: the rest of the filter with one branch of the $or each. Filters of more than limit clauses and
// branches are left alone.
func (f *Filter) Alternatives(limit int) [][]*Filter {
	if f == nil {
		return nil
	}
	clauses := f.root.flat(nil)
	var all [][]*Filter
	for i, n := range clauses {
		or, ok := n.(disjunction)
		if !ok || len(or)+len(clauses) > limit {
			continue
		}
		rest := slices.Delete(slices.Clone(clauses), i, i+1)
		var list []*Filter
		for _, branch := range or {
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

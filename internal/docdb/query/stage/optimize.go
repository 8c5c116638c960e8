package stage

import (
	"math"
	"slices"
	"strings"
)

// A rule looks at the beginning of a list of stages. If it fits, it returns what does the same with less work instead of the
// first n of them.
type rule func(s []Stage) (instead []Stage, n int, fits bool)

// rules are tried at every place until none fits. None undoes what another does. Source of what is sound: MongoDB manual,
// "Aggregation Pipeline Optimization".
var rules = []rule{mergeMatches, matchBeforeSort, mergeLimits, mergeSkips, dropSkip, windowBeforeProject, sortKeeps, unwindInLookup, matchBeforeJoin, windowBeforeLookup}

// Optimize returns a pipeline that gives the same documents with less work.
func (p *Pipeline) Optimize() *Pipeline {
	list := slices.Clone(p.stages)
	for i := 0; i < len(list); {
		if instead, n, fits := apply(list[i:]); fits {
			list = slices.Replace(list, i, i+n, instead...)
			i = max(0, i-2) // what has come may go on
			continue
		}
		i++
	}
	return &Pipeline{stages: list, size: p.size}
}

func apply(s []Stage) ([]Stage, int, bool) {
	for _, r := range rules {
		if instead, n, fits := r(s); fits {
			return instead, n, true
		}
	}
	return nil, 0, false
}

// two returns the first two stages if they are of the given types.
func two[A, B Stage](s []Stage) (a A, b B, ok bool) {
	if len(s) < 2 {
		return a, b, false
	}
	a, first := s[0].(A)
	b, second := s[1].(B)
	return a, b, first && second
}

// mergeMatches makes one $match of two.
func mergeMatches(s []Stage) ([]Stage, int, bool) {
	a, b, ok := two[Match, Match](s)
	if !ok {
		return nil, 0, false
	}
	return []Stage{newMatch(a.Filter.And(b.Filter))}, 2, true
}

// matchBeforeSort has fewer documents sorted.
func matchBeforeSort(s []Stage) ([]Stage, int, bool) {
	sort, match, ok := two[Sort, Match](s)
	return []Stage{match, sort}, 2, ok && sort.Keep == 0
}

// mergeLimits makes one $limit of two.
func mergeLimits(s []Stage) ([]Stage, int, bool) {
	a, b, ok := two[Limit, Limit](s)
	if !ok {
		return nil, 0, false
	}
	if a.N < b.N {
		b = a
	}
	return []Stage{b}, 2, true
}

// mergeSkips makes one $skip of two.
func mergeSkips(s []Stage) ([]Stage, int, bool) {
	a, b, ok := two[Skip, Skip](s)
	if !ok || a.N > math.MaxInt64-b.N {
		return nil, 0, false
	}
	return []Stage{newSkip(a.N + b.N)}, 2, true
}

// dropSkip drops a $skip of nothing.
func dropSkip(s []Stage) ([]Stage, int, bool) {
	skip, ok := s[0].(Skip)
	return nil, 1, ok && skip.N == 0
}

// windowBeforeProject shapes no document that is left out. A $limit and a $skip move to where a $sort may be.
func windowBeforeProject(s []Stage) ([]Stage, int, bool) {
	if project, limit, ok := two[Project, Limit](s); ok {
		return []Stage{limit, project}, 2, true
	}
	project, skip, ok := two[Project, Skip](s)
	return []Stage{skip, project}, 2, ok
}

// sortKeeps has a $sort keep no more than a $limit behind it lets through, also behind a $skip.
func sortKeeps(s []Stage) ([]Stage, int, bool) {
	sort, ok := s[0].(Sort)
	if !ok || sort.Keep > 0 || len(s) < 2 {
		return nil, 0, false
	}
	skipped, next := int64(0), s[1]
	if skip, ok := next.(Skip); ok && len(s) > 2 {
		skipped, next = skip.N, s[2]
	}
	limit, ok := next.(Limit)
	if !ok || limit.N > math.MaxInt64-skipped {
		return nil, 0, false
	}
	sort.Keep = skipped + limit.N
	return []Stage{sort}, 1, true
}

// unwindInLookup has a $lookup give a document for each that it finds, instead of an array that is taken apart behind it.
func unwindInLookup(s []Stage) ([]Stage, int, bool) {
	lookup, unwind, ok := two[Lookup, Unwind](s)
	if !ok || lookup.unwind != nil || !slices.Equal(lookup.as, unwind.path) {
		return nil, 0, false
	}
	lookup.unwind = &unwind
	return []Stage{lookup}, 2, true
}

// matchBeforeJoin joins and unwinds no document that is left out, where the filter looks at nothing that they make.
func matchBeforeJoin(s []Stage) ([]Stage, int, bool) {
	if len(s) < 2 {
		return nil, 0, false
	}
	match, ok := s[1].(Match)
	made := makes(s[0])
	if !ok || len(made) == 0 {
		return nil, 0, false
	}
	paths, whole := match.Filter.Paths()
	touches := func(path string) bool {
		return slices.ContainsFunc(made, func(m string) bool { return overlap(path, m) })
	}
	return []Stage{match, s[0]}, 2, !whole && !slices.ContainsFunc(paths, touches)
}

// makes are the paths at which a stage that joins or unwinds makes values; none for other stages.
func makes(s Stage) (paths []string) {
	var lists [][]string
	switch s := s.(type) {
	case Lookup:
		lists = [][]string{s.as}
		if s.unwind != nil {
			lists = append(lists, s.unwind.index)
		}
	case GraphLookup:
		lists = [][]string{s.as}
	case Unwind:
		lists = [][]string{s.path, s.index}
	}
	for _, list := range lists {
		if list != nil {
			paths = append(paths, strings.Join(list, "."))
		}
	}
	return paths
}

// overlap reports whether one of two paths is the other or lies in it.
func overlap(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}

// windowBeforeLookup joins no document that is left out by its place.
func windowBeforeLookup(s []Stage) ([]Stage, int, bool) {
	if lookup, limit, ok := two[Lookup, Limit](s); ok {
		return []Stage{limit, lookup}, 2, lookup.unwind == nil
	}
	lookup, skip, ok := two[Lookup, Skip](s)
	return []Stage{skip, lookup}, 2, ok && lookup.unwind == nil
}

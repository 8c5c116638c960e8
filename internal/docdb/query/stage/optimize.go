package stage

import (
	"math"
	"slices"
)

// A rule looks at the beginning of a list of stages. If it fits, it returns what does the same with less work instead of the
// first n of them.
type rule func(s []Stage) (instead []Stage, n int, fits bool)

// rules are tried at every place until none fits. None undoes what another does. Source of what is sound: MongoDB manual,
// "Aggregation Pipeline Optimization".
var rules = []rule{mergeMatches, matchBeforeSort, mergeLimits, mergeSkips, dropSkip, windowBeforeProject, sortKeeps}

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

package plan

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// A filter with an $or whose branches all have an index is answered branch by branch: each is planned and scanned like a
// query of its own. A document is returned by the first branch that it matches, so that it is returned once and need not be
// remembered.

// An $or of more than match.Branches branches is bounded as a whole, if one index bounds all of them. Otherwise the
// branches with the same index are answered together.

// branch is one way to match a filter with $or, and the plan for it.
type branch struct {
	Plan
	filter *match.Filter
}

// chooseBranches plans the branches of an $or for a filter that no index bounds as a whole; list has the indexes that only
// sort. ok is false if a branch has no index, or if reading in the order of an index of list is less work.
func chooseBranches(r storage.Reader, coll *storage.Collection, q query, list []candidate) (p Plan, ok bool, err error) {
	for _, alternatives := range q.Filter.Alternatives() {
		if p, ok, err = planBranches(r, coll, q, alternatives); err != nil {
			return Plan{}, false, err
		} else if ok {
			ok, err = p.beats(r, coll, q, list)
			return p, ok, err
		}
	}
	for _, alternatives := range q.Filter.ManyAlternatives() {
		if p, ok = planGroups(coll, q, alternatives); ok {
			ok, err = p.beats(r, coll, q, list)
			return p, ok, err
		}
	}
	return Plan{}, false, nil
}

// planGroups plans the branches of a large $or: each by the index that bounds most of it, and those of one index together.
func planGroups(coll *storage.Collection, q query, alternatives []*match.Filter) (p Plan, ok bool) {
	groups, filters := map[string]*branch{}, map[string][]*match.Filter{}
	var names []string // of the indexes, in the order of the first branches that use them
	for _, f := range alternatives {
		list := candidates(coll, query{Filter: f, pace: q.pace})
		if len(list) == 0 || q.pace.Over(1) {
			return Plan{}, false
		}
		best, name := list[0], list[0].ix.Name
		if groups[name] == nil {
			names = append(names, name)
			groups[name] = &branch{Plan: Plan{Access: accessIndex, ix: best.ix, Sorted: q.Sort == nil}}
		}
		groups[name].spans = append(groups[name].spans, best.spans...)
		filters[name] = append(filters[name], f)
	}
	p = Plan{Access: accessOr, ix: storage.IDIndex, Sorted: q.Sort == nil}
	for _, name := range names {
		b := groups[name]
		b.spans, b.filter = united(b.spans), match.Together(q.pace, filters[name])
		p.branches = append(p.branches, *b)
	}
	return p, true
}

func planBranches(r storage.Reader, coll *storage.Collection, q query, alternatives []*match.Filter) (p Plan, ok bool, err error) {
	p = Plan{Access: accessOr, ix: storage.IDIndex, Sorted: q.Sort == nil}
	for _, f := range alternatives {
		one := query{Filter: f, pace: q.pace}
		if p.Sorted {
			one.wanted = q.wanted
		}
		list := candidates(coll, one)
		if len(list) == 0 {
			return Plan{}, false, nil
		}
		b, err := bestOf(r, coll, one, list)
		if err != nil {
			return Plan{}, false, err
		}
		if b.Access != accessNone {
			p.branches = append(p.branches, branch{b, f})
		}
	}
	if len(p.branches) == 0 {
		p = Plan{Access: accessNone, ix: storage.IDIndex, Sorted: true}
	}
	return p, true, nil
}

// beats reports whether finding all documents by the branches of p, and then sorting them, is less work than each plan
// of list.
func (p Plan) beats(r storage.Reader, coll *storage.Collection, q query, list []candidate) (bool, error) {
	if len(list) == 0 {
		return true, nil
	}
	all, err := storage.ReadTally(r, coll.ID)
	if err != nil {
		return false, err
	}
	or := candidate{Plan: p}
	for _, b := range p.branches {
		n, err := b.count(q.pace, r, coll, lastTrial)
		if err != nil || n >= lastTrial {
			return false, err
		}
		or.Plan.keys += n
	}
	return !slices.ContainsFunc(list, func(c candidate) bool {
		c.Plan.keys = all.Docs
		return c.cost(q, max(or.Plan.keys, 1)) <= or.cost(q, or.Plan.keys)
	}), nil
}

// arm is the scan of one branch.
type arm struct {
	Scan
	found int64 // documents that it returned
}

// branches yields the documents of the plan's branches.
func (s *Scan) branches(r *stage.Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		for i, b := range s.Plan.branches {
			a := &arm{Scan: Scan{r: s.r, coll: s.coll, Plan: b.Plan, filter: b.filter, Lent: s.Lent, Most: s.Most}}
			s.arms = append(s.arms, a)
			more := a.walkBranch(r, s.Plan.branches[:i], yield)
			s.keysExamined += a.keysExamined
			s.docsExamined += a.docsExamined
			s.tell()
			if !more {
				return
			}
		}
	}
}

// walkBranch yields the branch's documents that match none of the branches before, and reports whether more are wanted.
func (a *arm) walkBranch(r *stage.Run, before []branch, yield func(bson.Raw, error) bool) bool {
	for doc, err := range a.Documents(r) {
		if err == nil && slices.ContainsFunc(before, func(b branch) bool { return b.filter.MatchIn(a.x, doc) }) {
			continue
		}
		if err == nil {
			err = a.x.Err()
		}
		if err == nil {
			a.found++
		}
		if !yield(doc, err) || err != nil {
			return false
		}
	}
	return true
}

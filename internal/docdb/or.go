package docdb

import (
	"context"
	"iter"
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query"
)

// A filter with an $or of which every branch has an index is answered branch by branch: each is planned and walked like a
// query of its own. A document belongs to the first branch that it matches, so each comes once and nothing needs to be
// remembered of those that came.

// maxClauses bounds the filters that are looked at in this way; larger ones are no faster than reading the collection.
const maxClauses = 100

// branch is one way to match a filter with $or, and the plan for it.
type branch struct {
	plan
	filter *query.Filter
}

// chooseBranches plans the branches of an $or, where no index bounds the filter as a whole: list has indexes that only sort.
// It has no plan if a branch has no index, or if reading in the order of an index is less work.
func chooseBranches(r pebble.Reader, coll *collection, w wish, list []candidate) (p plan, ok bool, err error) {
	for _, alternatives := range w.filter.Alternatives(maxClauses) {
		if p, ok, err = planBranches(r, coll, w, alternatives); err != nil {
			return plan{}, false, err
		} else if ok {
			ok, err = p.beats(r, coll, w, list)
			return p, ok, err
		}
	}
	return plan{}, false, nil
}

func planBranches(r pebble.Reader, coll *collection, w wish, alternatives []*query.Filter) (p plan, ok bool, err error) {
	p = plan{stage: stageOr, ix: idIndex, sorted: w.sort == nil}
	for _, f := range alternatives {
		one := wish{filter: f}
		if p.sorted {
			one.wanted = w.wanted
		}
		list := candidates(coll, one)
		if len(list) == 0 {
			return plan{}, false, nil
		}
		b, err := bestOf(r, coll, one, list)
		if err != nil {
			return plan{}, false, err
		}
		if b.stage != stageNone {
			p.branches = append(p.branches, branch{b, f})
		}
	}
	if len(p.branches) == 0 {
		p = plan{stage: stageNone, ix: idIndex, sorted: true}
	}
	return p, true, nil
}

// beats reports whether finding all documents by the branches of p, to sort them then, is less work than each of list.
func (p plan) beats(r pebble.Reader, coll *collection, w wish, list []candidate) (bool, error) {
	if len(list) == 0 {
		return true, nil
	}
	all, err := readTally(r, coll.id)
	if err != nil {
		return false, err
	}
	or := candidate{plan: p}
	for _, b := range p.branches {
		n, err := b.count(r, coll, lastTrial)
		if err != nil || n >= lastTrial {
			return false, err
		}
		or.plan.keys += n
	}
	return !slices.ContainsFunc(list, func(c candidate) bool {
		c.plan.keys = all.docs
		return c.cost(w, max(or.plan.keys, 1)) <= or.cost(w, or.plan.keys)
	}), nil
}

// arm is the walk along one branch.
type arm struct {
	scan
	found int64 // documents that belong to it
}

// branches yields the documents of the plan's branches.
func (s *scan) branches(ctx context.Context) iter.Seq2[bson.Raw, error] {
	return func(yield func(bson.Raw, error) bool) {
		for i, b := range s.plan.branches {
			a := &arm{scan: scan{r: s.r, coll: s.coll, plan: b.plan, filter: b.filter, lent: s.lent}}
			s.arms = append(s.arms, a)
			more := a.walkBranch(ctx, s.plan.branches[:i], yield)
			s.keysExamined += a.keysExamined
			s.docsExamined += a.docsExamined
			if !more {
				return
			}
		}
	}
}

// walkBranch yields what does not belong to one of the branches before, and reports whether more is wanted.
func (a *arm) walkBranch(ctx context.Context, before []branch, yield func(bson.Raw, error) bool) bool {
	for doc, err := range a.documents(ctx) {
		if err == nil && slices.ContainsFunc(before, func(b branch) bool { return b.filter.Match(doc) }) {
			continue
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

package docdb

import (
	"fmt"
	"slices"
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// The planner lets the indexes that could serve a query run against one another, as MongoDB's does: it counts the keys that
// each would examine, some more from round to round, until one is done. What won is remembered for all queries of the same
// shape, until the catalog's entry of the collection changes or the plan turns out to be much more work than it was.

// How many keys of each index are counted in the first and in the last round.
const (
	firstTrial = 100
	lastTrial  = 10_000
)

// sortShare is what sorting a document in memory costs, in documents read.
const sortShare = 0.5

// best is the plan that promises the least work. Where an index serves, the whole collection is not read.
func best(r pebble.Reader, coll *collection, w wish) (plan, error) {
	list := candidates(coll, w)
	if !slices.ContainsFunc(list, func(c candidate) bool { return c.bounded }) {
		if p, ok, err := chooseBranches(r, coll, w, list); ok || err != nil {
			return p, err
		}
	}
	if len(list) == 0 {
		p := wholeCollection
		p.sorted = w.sort == nil
		return p, nil
	}
	return bestOf(r, coll, w, list)
}

// bestOf chooses between candidates, of which there is one at least.
func bestOf(r pebble.Reader, coll *collection, w wish, list []candidate) (plan, error) {
	if i := slices.IndexFunc(list, func(c candidate) bool { return len(c.spans) == 0 }); i >= 0 {
		return plan{stage: stageNone, ix: idIndex, sorted: true}, nil
	}
	if i := slices.IndexFunc(list, func(c candidate) bool { return c.unique }); i >= 0 {
		return list[i].plan, nil
	}
	if len(list) == 1 {
		return list[0].plan, nil
	}
	shape := fmt.Sprintf("%s %x %t", w.filter.Shape(), []byte(w.sort), w.wanted > 0)
	if known, ok := coll.plans.get(shape); ok {
		if i := slices.IndexFunc(list, func(c candidate) bool { return c.ix.ID == known.index }); i >= 0 {
			p := list[i].plan
			p.shape, p.keys, p.rejected = shape, known.keys, others(list, i)
			return p, nil
		}
	}
	won, work, err := race(r, coll, w, list)
	if err != nil {
		return plan{}, err
	}
	p := list[won].plan
	p.keys = int64(work)
	coll.plans.put(shape, planned{p.ix.ID, p.keys})
	p.shape, p.rejected = shape, others(list, won)
	return p, nil
}

func others(list []candidate, won int) []plan {
	var rest []plan
	for i, c := range list {
		if i != won {
			rest = append(rest, c.plan)
		}
	}
	return rest
}

// race returns the number of the candidate that has the least to do, and how much.
func race(r pebble.Reader, coll *collection, w wish, list []candidate) (won int, work float64, err error) {
	all, err := readTally(r, coll.id)
	if err != nil {
		return 0, 0, err
	}
	matches := max(all.docs, 1)
	for limit := int64(firstTrial); limit <= lastTrial; limit *= 10 {
		for i := range list {
			c := &list[i]
			if c.plan.keys = all.docs; c.bounded {
				if c.plan.keys, err = c.count(r, coll, limit); err != nil {
					return 0, 0, err
				}
				matches = min(matches, max(c.plan.keys, 1))
			}
		}
		if matches < limit {
			break
		}
	}
	costs := make([]float64, len(list))
	for i, c := range list {
		costs[i] = c.cost(w, matches)
		if costs[i] < costs[won] {
			won = i
		}
	}
	return won, costs[won], nil
}

// cost estimates the work of a candidate when matches documents are there to be found, evenly spread.
func (c candidate) cost(w wish, matches int64) float64 {
	n := float64(c.plan.keys)
	switch {
	case !c.sorted:
		return n * (1 + sortShare)
	case w.wanted > 0:
		return n * min(1, float64(w.wanted)/float64(matches))
	}
	return n
}

// count counts the keys within a plan's spans, up to limit.
func (p plan) count(r pebble.Reader, coll *collection, limit int64) (n int64, err error) {
	it, err := r.NewIter(nil)
	if err != nil {
		return 0, err
	}
	defer it.Close()
	s := &scan{coll: coll, plan: p}
	for _, b := range s.ranges() {
		it.SetBounds(b.lo, b.hi)
		for ok := it.First(); ok; ok = it.Next() {
			if n++; n >= limit {
				return n, nil
			}
		}
	}
	return n, it.Error()
}

// planCache remembers what has been chosen for queries of a shape. The zero value is empty; nil remembers nothing.
type planCache struct {
	mu     sync.Mutex
	chosen map[string]planned
}

// planned is a choice: an index, and how many keys it was thought to examine.
type planned struct {
	index uint64
	keys  int64
}

// maxPlans is how many shapes a collection remembers before it begins anew.
const maxPlans = 500

func (c *planCache) get(shape string) (planned, bool) {
	if c == nil {
		return planned{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.chosen[shape]
	return p, ok
}

func (c *planCache) put(shape string, p planned) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.chosen == nil || len(c.chosen) >= maxPlans {
		c.chosen = map[string]planned{}
	}
	c.chosen[shape] = p
}

func (c *planCache) forget(shape string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.chosen, shape)
}

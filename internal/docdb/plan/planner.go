package plan

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// The planner makes the indexes that could serve a query compete, as MongoDB's does: it counts the keys that each would
// examine, more in each round, until one is done. The winner is cached for all queries of the same shape, until the
// collection's catalog entry changes, or the plan turns out to be much more work than it was.

// How many keys of each index are counted in the first and in the last round.
const (
	firstTrial = 100
	lastTrial  = 10_000
)

// sortShare is the cost of sorting a document in memory, where reading one costs 1.
const sortShare = 0.5

// best returns the plan with the least estimated work. If an index can be used, reading the whole collection is not
// considered.
func best(r storage.Reader, coll *storage.Collection, q query) (Plan, error) {
	list := candidates(coll, q)
	if !slices.ContainsFunc(list, func(c candidate) bool { return c.bounded }) {
		if p, ok, err := chooseBranches(r, coll, q, list); ok || err != nil {
			return p, err
		}
	}
	if len(list) == 0 {
		p := wholeCollection
		p.Sorted = q.Sort == nil
		return p, nil
	}
	return bestOf(r, coll, q, list)
}

// bestOf chooses between candidates, of which there is at least one.
func bestOf(r storage.Reader, coll *storage.Collection, q query, list []candidate) (Plan, error) {
	if i := slices.IndexFunc(list, func(c candidate) bool { return len(c.spans) == 0 }); i >= 0 {
		return Plan{Access: accessNone, ix: storage.IDIndex, Sorted: true}, nil
	}
	if i := slices.IndexFunc(list, func(c candidate) bool { return c.unique }); i >= 0 {
		return list[i].Plan, nil
	}
	if len(list) == 1 {
		return list[0].Plan, nil
	}
	shape := q.shape()
	if known, ok := PlansOf(coll).get(shape); ok {
		if i := slices.IndexFunc(list, func(c candidate) bool { return c.ix.ID == known.index }); i >= 0 {
			p := list[i].Plan
			p.shape, p.keys, p.Rejected = shape, known.keys, others(list, i)
			return p, nil
		}
	}
	won, work, err := race(r, coll, q, list)
	if err != nil {
		return Plan{}, err
	}
	p := list[won].Plan
	p.keys = int64(work)
	if shape != "" {
		PlansOf(coll).put(shape, planned{p.ix.ID, p.keys})
	}
	p.shape, p.Rejected = shape, others(list, won)
	return p, nil
}

// shape returns the key under which a plan is cached, or "" if it is not.
func (q query) shape() string {
	filter := q.Filter.Shape()
	if filter == "" {
		return ""
	}
	return fmt.Sprintf("%s %x %t", filter, []byte(q.Sort), q.wanted > 0)
}

func others(list []candidate, won int) []Plan {
	var rest []Plan
	for i, c := range list {
		if i != won {
			rest = append(rest, c.Plan)
		}
	}
	return rest
}

// race returns the position in list of the candidate with the least work, and how much work that is.
func race(r storage.Reader, coll *storage.Collection, q query, list []candidate) (won int, work float64, err error) {
	all, err := storage.ReadTally(r, coll.ID)
	if err != nil {
		return 0, 0, err
	}
	matches := max(all.Docs, 1)
	for limit := int64(firstTrial); limit <= lastTrial; limit *= 10 {
		for i := range list {
			c := &list[i]
			if c.Plan.keys = all.Docs; c.bounded {
				if c.Plan.keys, err = c.count(q.pace, r, coll, limit); err != nil {
					return 0, 0, err
				}
				matches = min(matches, max(c.Plan.keys, 1))
			}
		}
		if matches < limit {
			break
		}
	}
	costs := make([]float64, len(list))
	for i, c := range list {
		costs[i] = c.cost(q, matches)
		if costs[i] < costs[won] {
			won = i
		}
	}
	return won, costs[won], nil
}

// cost estimates the work of a candidate if there are so many matching documents, evenly spread.
func (c candidate) cost(q query, matches int64) float64 {
	n := float64(c.Plan.keys)
	switch {
	case !c.Sorted:
		return n * (1 + sortShare)
	case q.wanted > 0:
		return n * min(1, float64(q.wanted)/float64(matches))
	}
	return n
}

// skipShare is the cost of passing over a key, where reading a document by one costs 1.
const skipShare = 0.25

// count counts the keys that a plan would read documents by, and a share of those that it would pass over, up to limit.
func (p Plan) count(pace *pace.Pace, r storage.Reader, coll *storage.Collection, limit int64) (n int64, err error) {
	it, err := r.Iter(nil, nil)
	if err != nil {
		return 0, err
	}
	defer it.Close()
	p.reverse = false
	s, passed := &Scan{coll: coll, Plan: p}, int64(0)
	for b := range s.ranges() {
		if err := pace.Step(20); err != nil {
			return 0, err
		}
		it.SetBounds(b.lo, b.hi)
		for ok := it.First(); ok; {
			if n+passed >= limit {
				return limit, nil
			}
			if to, outside := p.passes(it.Key()); outside {
				passed++
				ok = it.SeekGE(to)
				continue
			}
			n++
			ok = it.Next()
		}
	}
	return n + int64(skipShare*float64(passed)), it.Error()
}

// passes reports whether a scan would pass over a key, and where it would go on.
func (p Plan) passes(key []byte) (to []byte, outside bool) {
	if p.fence == nil {
		return nil, false
	}
	return p.beyond(key)
}

// PlanCache has the plans chosen for the shapes of queries, for one value of a collection. The zero value is empty.
type PlanCache struct {
	mu     sync.Mutex
	chosen map[string]planned
}

type planKey struct{}

// PlansOf returns the plan cache of a collection.
func PlansOf(coll *storage.Collection) *PlanCache {
	return coll.Note(planKey{}, func() any { return new(PlanCache) }).(*PlanCache)
}

// planned is a cached choice: an index, and how many keys it was expected to examine.
type planned struct {
	index uint64
	keys  int64
}

// maxPlans is how many shapes are cached for a collection before the cache is emptied.
const maxPlans = 500

func (c *PlanCache) get(shape string) (planned, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.chosen[shape]
	return p, ok
}

func (c *PlanCache) put(shape string, p planned) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.chosen == nil || len(c.chosen) >= maxPlans {
		c.chosen = map[string]planned{}
	}
	c.chosen[shape] = p
}

func (c *PlanCache) forget(shape string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.chosen, shape)
}

// Cached is what a cache has for one shape of a query.
type Cached struct {
	Shape string
	Index uint64 // that was chosen
	Keys  int64  // that it was expected to examine
}

// All returns what the cache has, by shape.
func (c *PlanCache) All() (list []Cached) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, shape := range slices.Sorted(maps.Keys(c.chosen)) {
		list = append(list, Cached{shape, c.chosen[shape].index, c.chosen[shape].keys})
	}
	return list
}

// Forget drops the plan that is cached for the selection's shape.
func (sel *Selection) Forget(coll *storage.Collection) {
	for _, limited := range []int64{0, 1} {
		sel.wanted = limited
		PlansOf(coll).forget(sel.shape())
	}
}

// Size returns how many shapes are cached.
func (c *PlanCache) Size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.chosen)
}

// Clear empties the cache.
func (c *PlanCache) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.chosen = nil
}

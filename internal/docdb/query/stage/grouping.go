package stage

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/accumulate"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/spill"
)

// group is one group and what it has accumulated.
type group struct {
	id     bson.RawValue
	states []accumulate.Accumulator // nil: it has gone to disk
	size   int                      // of the memory that it holds
}

// add accumulates the evaluation's document, and returns by how many bytes the group has grown.
func (to *group) add(fields []groupField, x *expression.Evaluation) (grown int) {
	for i := range fields {
		grown += to.states[i].Add(x.Of(fields[i].operand))
	}
	return grown
}

// Stream groups a stream. Groups come out in the order of their first documents; those that went to disk come last.
func (g Group) Stream(in value.Documents, r *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		held := r.open("$group", expression.MaxMemory)
		defer held.Close()
		all := newGrouping(g, r.Evaluation(), &held, r.Spill, 0)
		defer all.close()
		for doc, err := range in {
			if err == nil {
				err = all.add(doc)
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
		if err := all.emit(yield); err != nil && err != errEnough {
			yield(nil, err)
		}
	}
}

// grouping is a $group at work.
type grouping struct {
	Group
	x      *expression.Evaluation
	held   *memory.Account
	groups map[string]*group // by their keys
	recent recent            // some of them
	order  []*group
	key    []byte        // of the document's group
	v      bson.RawValue // that is being accumulated
	disk   *spill.Disk   // nil: there is none to use
	away   *partitions   // nil: all groups are in memory
	depth  int           // groupings in whose partitions this one's documents were
}

func newGrouping(g Group, x *expression.Evaluation, held *memory.Account, disk *spill.Disk, depth int) *grouping {
	return &grouping{Group: g, x: x, held: held, disk: disk, depth: depth, groups: map[string]*group{}}
}

func (g *grouping) add(doc bson.Raw) error {
	x := g.x.Begin(doc)
	id := x.Of(g.id)
	if id.Type == 0 {
		id = &value.Null
	}
	to, list, err := g.find(id)
	switch {
	case err != nil:
		return err
	case list != nil:
		if err := g.write(list, id); err != nil {
			return err
		}
		return x.Err()
	}
	if grown := to.add(g.fields, x); grown != 0 {
		if err := g.take(to, grown); err != nil {
			return err
		}
	}
	return x.Err()
}

// find returns the group with an id, which it begins if there is none, or the list to which its documents go.
func (g *grouping) find(id *bson.RawValue) (*group, *spill.List, error) {
	at, known := g.recent.place(id)
	if known {
		return at.of, nil, nil
	}
	to, list, err := g.search(id)
	if at != nil {
		at.of = to
	}
	return to, list, err
}

// search is find by the key of the id.
func (g *grouping) search(id *bson.RawValue) (*group, *spill.List, error) {
	g.key = g.by.AppendAt(g.key[:0], id)
	to := g.groups[string(g.key)]
	if to != nil {
		return to, nil, nil
	}
	if list := g.away.of(g.key); list != nil {
		return nil, list, nil
	}
	to = g.newGroup(*id)
	g.groups[string(g.key)], g.order = to, append(g.order, to)
	if err := g.take(to, len(g.key)+len(id.Value)+128*(1+len(g.fields))); err != nil {
		return nil, nil, err
	}
	if to.states == nil {
		return nil, g.away.of(g.key), nil
	}
	return to, nil, nil
}

func (g Group) newGroup(id bson.RawValue) *group {
	to := &group{id: value.Clone(id)}
	for _, f := range g.fields {
		to.states = append(to.states, f.start())
	}
	return to
}

// emit gives the results, at first those in memory. The groups of each partition on disk are gathered when it is their turn.
func (g *grouping) emit(yield func(bson.Raw, error) bool) error {
	for _, group := range g.order {
		if !yield(g.result(group), nil) {
			return errEnough
		}
	}
	if g.away == nil {
		return nil
	}
	g.groups, g.order, g.recent = nil, nil, recent{}
	g.held.Close()
	return g.emitAway(yield)
}

func (g Group) result(group *group) bson.Raw {
	b := value.NewBuilder()
	b.Add("_id", group.id)
	for i, f := range g.fields {
		b.Add(f.name, value.OrNull(group.states[i].Result()))
	}
	return b.Bytes()
}

package stage

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/accumulate"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// group is one group and what it has accumulated.
type group struct {
	id     bson.RawValue
	states []accumulate.Accumulator
}

// add accumulates the evaluation's document, and returns by how many bytes the group has grown.
func (to *group) add(fields []groupField, x *expression.Evaluation) (grown int) {
	for i := range fields {
		grown += to.states[i].Add(x.Of(fields[i].operand))
	}
	return grown
}

// Stream groups a stream. Groups come out in the order of their first documents.
func (g Group) Stream(in value.Documents, r *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		held := r.Memory.Open("$group", expression.MaxMemory)
		defer held.Close()
		all := grouping{Group: g, x: r.Evaluation(), held: &held, groups: map[string]*group{}}
		for doc, err := range in {
			if err == nil {
				err = all.add(doc)
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
		for _, group := range all.order {
			if !yield(g.result(group), nil) {
				return
			}
		}
	}
}

// grouping is a $group at work.
type grouping struct {
	Group
	x      *expression.Evaluation
	held   *memory.Account
	groups map[string]*group // by their keys
	order  []*group
	key    []byte // of the document's group
}

func (g *grouping) add(doc bson.Raw) error {
	x := g.x.Begin(doc)
	id := x.Of(g.id)
	if id.Type == 0 {
		id = &value.Null
	}
	g.key = g.by.AppendAt(g.key[:0], id)
	to := g.groups[string(g.key)]
	if to == nil {
		to = g.newGroup(*id)
		g.groups[string(g.key)], g.order = to, append(g.order, to)
		if err := g.held.Take(len(g.key) + len(id.Value) + 128*(1+len(g.fields))); err != nil {
			return err
		}
	}
	if err := g.held.Take(to.add(g.fields, x)); err != nil {
		return err
	}
	return x.Err()
}

func (g Group) newGroup(id bson.RawValue) *group {
	to := &group{id: value.Clone(id)}
	for _, f := range g.fields {
		to.states = append(to.states, f.start())
	}
	return to
}

func (g Group) result(group *group) bson.Raw {
	b := value.NewBuilder()
	b.Add("_id", group.id)
	for i, f := range g.fields {
		b.Add(f.name, value.OrNull(group.states[i].Result()))
	}
	return b.Bytes()
}

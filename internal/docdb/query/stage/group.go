package stage

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

var (
	groupCode     = wire.Code{Number: 15955, Name: "Location15955"}
	groupFields   = wire.Code{Number: 40234, Name: "Location40234"}
	noAccumulator = wire.Code{Number: 15952, Name: "Location15952"}
)

// grouping is the $group stage.
type grouping struct {
	id     expression.Expression
	fields []groupField
}

// groupField is one accumulated field of the groups.
type groupField struct {
	name    string
	operand expression.Expression
	start   func() accumulator
}

// parseGroupStage reads {_id: expression, name: {$accumulator: expression}, ...}.
func parseGroupStage(v bson.RawValue) (stage, error) {
	if !value.IsDocument(v) {
		return nil, wire.Errorf(wire.Code{Number: 15947, Name: "Location15947"}, "a group's fields must be specified in an object")
	}
	var g grouping
	for key, spec := range keys.Elements(v.Value) {
		var err error
		if name := string(key); name == "_id" {
			g.id, err = expression.Parse(spec, 0)
		} else {
			err = g.parseField(name, spec)
		}
		if err != nil {
			return nil, err
		}
	}
	if g.id == nil {
		return nil, wire.Errorf(groupCode, "a group specification must include an _id")
	}
	return g.stage, nil
}

func (g *grouping) parseField(name string, spec bson.RawValue) error {
	if strings.Contains(name, ".") || strings.HasPrefix(name, "$") {
		return wire.Errorf(wire.Code{Number: 40235, Name: "Location40235"}, "The field name '%s' cannot contain '.' or start with '$'", name)
	}
	operator, _ := value.FirstName(spec)
	if !strings.HasPrefix(operator, "$") || len(value.Elements(spec)) != 1 {
		return wire.Errorf(groupFields, "The field '%s' must be an accumulator object", name)
	}
	definition, ok := accumulators[operator]
	if !ok {
		return wire.Errorf(noAccumulator, "unknown group operator '%s'", operator)
	}
	arg := keys.Lookup(spec.Value, operator)
	if _, nonEmpty := value.FirstName(arg); operator == "$count" && (!value.IsDocument(arg) || nonEmpty) {
		return wire.Errorf(wire.TypeMismatch, "$count takes no arguments, i.e. $count:{}")
	}
	operand, err := expression.Parse(arg, 0)
	g.fields = append(g.fields, groupField{name: name, operand: operand, start: definition.Parse})
	return err
}

// group is one group and what it has accumulated.
type group struct {
	id     bson.RawValue
	states []accumulator
}

// stage groups a stream. Groups come out in the order of their first documents.
func (g grouping) stage(in value.Documents, from *memory.Budget) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		held := from.Open("$group", expression.MaxMemory)
		defer held.Close()
		order, err := g.collect(in, &held)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, group := range order {
			if !yield(g.result(group), nil) {
				return
			}
		}
	}
}

func (g grouping) collect(in value.Documents, held *memory.Account) ([]*group, error) {
	var order []*group
	groups := map[string]*group{}
	var key []byte
	var x expression.Evaluation
	for doc, err := range in {
		if err != nil {
			return nil, err
		}
		x = expression.Evaluation{Doc: doc}
		id := value.OrNull(g.id(&x))
		key = keys.Append(key[:0], id)
		to := groups[string(key)]
		if to == nil {
			to = g.newGroup(id)
			groups[string(key)], order = to, append(order, to)
			if err := held.Take(len(key) + len(id.Value) + 128*(1+len(g.fields))); err != nil {
				return nil, err
			}
		}
		for i, f := range g.fields {
			if err := held.Take(to.states[i].add(f.operand(&x))); err != nil {
				return nil, err
			}
		}
		if err := x.Err(); err != nil {
			return nil, err
		}
	}
	return order, nil
}

func (g grouping) newGroup(id bson.RawValue) *group {
	to := &group{id: value.Clone(id)}
	for _, f := range g.fields {
		to.states = append(to.states, f.start())
	}
	return to
}

func (g grouping) result(group *group) bson.Raw {
	b := value.NewBuilder()
	b.Add("_id", group.id)
	for i, f := range g.fields {
		b.Add(f.name, value.OrNull(group.states[i].result()))
	}
	return b.Bytes()
}

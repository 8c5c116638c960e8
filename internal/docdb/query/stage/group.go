package stage

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

var (
	groupCode     = wire.Code{Number: 15955, Name: "Location15955"}
	groupFields   = wire.Code{Number: 40234, Name: "Location40234"}
	noAccumulator = wire.Code{Number: 15952, Name: "Location15952"}
)

// Group groups documents by a key and accumulates over each group.
type Group struct {
	named
	by     *keys.Collation
	id     expression.Expression
	fields []groupField
}

// groupField is one accumulated field of the groups.
type groupField struct {
	name string
	accumulation
}

// parseGroup reads {_id: expression, name: {$accumulator: expression}, ...}.
func parseGroup(p *expression.Parser, n named) (Stage, error) {
	v := n.spec
	if !value.IsDocument(v) {
		return nil, wire.Errorf(wire.Code{Number: 15947, Name: "Location15947"}, "a group's fields must be specified in an object")
	}
	g := Group{named: n, by: p.Collation}
	for key, spec := range keys.Elements(v.Value) {
		var err error
		if name := string(key); name == "_id" {
			g.id, err = expression.Parse(p, spec)
		} else {
			err = g.parseField(p, name, spec)
		}
		if err != nil {
			return nil, err
		}
	}
	if g.id == nil {
		return nil, wire.Errorf(groupCode, "a group specification must include an _id")
	}
	return g, nil
}

func (g *Group) parseField(p *expression.Parser, name string, spec bson.RawValue) error {
	if strings.Contains(name, ".") || strings.HasPrefix(name, "$") {
		return wire.Errorf(wire.Code{Number: 40235, Name: "Location40235"}, "The field name '%s' cannot contain '.' or start with '$'", name)
	}
	operator, _ := value.FirstName(spec)
	if !strings.HasPrefix(operator, "$") || len(value.Elements(spec)) != 1 {
		return wire.Errorf(groupFields, "The field '%s' must be an accumulator object", name)
	}
	definition, ok := accumulators[operator]
	if why, known := expression.Refused[operator]; known {
		return why.Error(operator)
	}
	if !ok {
		return wire.Errorf(noAccumulator, "unknown group operator '%s'", operator)
	}
	collected, err := definition.Parse(p, operator, keys.Lookup(spec.Value, operator))
	g.fields = append(g.fields, groupField{name, collected})
	return err
}

func (g Group) Needs(Needs) Needs {
	needs := needsOf(g.id)
	for _, f := range g.fields {
		needs = needs.and(needsOf(f.operand))
	}
	return needs
}

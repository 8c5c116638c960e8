package stage

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// filled computes what stands where values are null.
type filled struct {
	input expression.Expression
	fill  func(p *part, list []bson.RawValue) error
}

func parseFilled(fill func(*part, []bson.RawValue) error) func(windowSpec) (windowFunction, error) {
	return func(s windowSpec) (windowFunction, error) {
		if s.window.Type != 0 {
			return nil, wire.Errorf(wire.FailedToParse, "'window' field is not allowed in %s", s.name)
		}
		if s.name == "$linearFill" && len(s.by) != 1 {
			return nil, wire.Errorf(located(605001), "$linearFill must be specified with a top level sortBy expression with exactly one element")
		}
		e, err := expression.Parse(s.p, s.operand)
		return filled{e, fill}, err
	}
}

func (f filled) inputs() []expression.Expression { return []expression.Expression{f.input} }

func (f filled) compute(p *part) ([]bson.RawValue, error) {
	list, err := p.evaluated(f.input)
	if err != nil {
		return nil, err
	}
	return list, f.fill(p, list)
}

// carried has the last value go on.
func carried(_ *part, list []bson.RawValue) error {
	for i, v := range list {
		switch {
		case !value.IsNull(v):
		case i == 0:
			list[i] = value.Null
		default:
			list[i] = list[i-1]
		}
	}
	return nil
}

// interpolated draws a straight line between two numbers.
func interpolated(p *part, list []bson.RawValue) error {
	var places []bson.RawValue
	for i, d := range p.places {
		at := d.by
		if at.Type == bson.TypeDateTime {
			at = value.Int64(at.DateTime())
		}
		switch {
		case !at.IsNumber():
			return wire.Errorf(located(605001), "$linearFill needs documents that are sorted by numbers or dates, but one is by %s", value.TypeName(at))
		case i > 0 && keys.Equal(at, places[i-1]):
			return wire.Errorf(located(6050106), "There can be no repeated values in the sort field of $linearFill")
		case !value.IsNull(list[i]) && !list[i].IsNumber():
			return wire.Errorf(located(605002), "Value to be filled must be numeric or nullish, but is %s", value.TypeName(list[i]))
		}
		list[i] = value.OrNull(list[i])
		places = append(places, at)
	}
	last := -1
	for i, v := range slices.Clone(list) {
		if value.IsNull(v) {
			continue
		}
		for k := last + 1; last >= 0 && k < i; k++ {
			share := value.Divide(subtract(places[k], places[last]), subtract(places[i], places[last]))
			rise, _ := value.Multiply(subtract(v, list[last]), share)
			list[k] = sumOf(list[last], rise)
		}
		last = i
	}
	return nil
}

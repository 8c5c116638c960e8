package expression

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

var booleans = value.Table[parsing]{
	"$and": {Summary: "Reports whether all values are true; the first that is not ends the search.", Parse: parseUntil(false)},
	"$or":  {Summary: "Reports whether one of the values is true; the first that is ends the search.", Parse: parseUntil(true)},
	"$not": {Summary: "Reports whether a value is false.", Parse: exactly(1, func(_ *Evaluation, args []bson.RawValue) bson.RawValue { return boolean(!value.Truthy(args[0])) })},
}

// until computes its parts until one is what ends the search, which then is the result.
type until struct {
	parts []Expression
	ends  bool
}

func parseUntil(ends bool) parsing {
	return func(p *Parser, _ string, operand bson.RawValue) (Expression, error) {
		parts, err := parseOperands(p, operand)
		return until{parts, ends}, err
	}
}

func (u until) Inputs() []Expression { return u.parts }

func (u until) Value(x *Evaluation) bson.RawValue {
	for _, part := range u.parts {
		if value.Truthy(part.Value(x)) == u.ends {
			return x.value(boolean(u.ends))
		}
	}
	return x.value(boolean(!u.ends))
}

package expression

import (
	"cmp"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

var comparisons = value.Table[parsing]{
	"$cmp": {Summary: "Returns -1, 0 or 1 as a value is less than, equal to or greater than another.", Parse: comparison(func(order int) bson.RawValue { return value.Int32(int32(order)) })},
	"$eq":  {Summary: "Reports whether two values are equal.", Parse: compared(func(order int) bool { return order == 0 })},
	"$ne":  {Summary: "Reports whether two values are different.", Parse: compared(func(order int) bool { return order != 0 })},
	"$gt":  {Summary: "Reports whether a value is greater than another.", Parse: compared(func(order int) bool { return order > 0 })},
	"$gte": {Summary: "Reports whether a value is greater than another or equal.", Parse: compared(func(order int) bool { return order >= 0 })},
	"$lt":  {Summary: "Reports whether a value is less than another.", Parse: compared(func(order int) bool { return order < 0 })},
	"$lte": {Summary: "Reports whether a value is less than another or equal.", Parse: compared(func(order int) bool { return order <= 0 })},
}

func compared(accept func(order int) bool) parsing {
	return comparison(func(order int) bson.RawValue { return boolean(accept(order)) })
}

func comparison(result func(order int) bson.RawValue) parsing {
	return func(p *Parser, name string, operand bson.RawValue) (Expression, error) {
		by := p.Collation
		return exactly(2, func(x *Evaluation, args []bson.RawValue) bson.RawValue {
			if !x.Step(len(args[0].Value) >> 9) {
				return bson.RawValue{}
			}
			return result(compareAt(by, &args[0], &args[1]))
		})(p, name, operand)
	}
}

// compare is the order of values in expressions, where a missing value is less than null and greater than MinKey.
func compare(by *keys.Collation, a, b bson.RawValue) int { return compareAt(by, &a, &b) }

// compareAt is compare of values that are not copied.
func compareAt(by *keys.Collation, a, b *bson.RawValue) int {
	if missing(a) || missing(b) {
		return cmp.Compare(rank(a), rank(b))
	}
	return by.CompareAt(a, b)
}

func missing(v *bson.RawValue) bool { return v.Type == 0 || v.Type == bson.TypeUndefined }

// rank places missing values among the others.
func rank(v *bson.RawValue) int {
	switch {
	case v.Type == bson.TypeMinKey:
		return 0
	case missing(v):
		return 1
	}
	return 2
}

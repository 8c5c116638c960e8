package expression

import (
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

var roundings = value.Table[parsing]{
	"$ceil":  {Summary: "Returns the least whole number that is not less than a number.", Parse: exactly(1, toWhole("$ceil", math.Ceil, value.Ceiling))},
	"$floor": {Summary: "Returns the greatest whole number that is not greater than a number.", Parse: exactly(1, toWhole("$floor", math.Floor, value.Floor))},
	"$round": {Summary: "Rounds a number to a number of decimal places, or of digits before the point.", Parse: between(1, 2, toPlace("$round", value.HalfEven))},
	"$trunc": {Summary: "Truncates a number to a number of decimal places, or of digits before the point.", Parse: between(1, 2, toPlace("$trunc", value.TowardsZero))},
}

func toWhole(name string, double func(float64) float64, mode value.Rounding) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		v := args[0]
		switch {
		case absent(v):
			return value.Null
		case !v.IsNumber():
			return x.fail(28765, "%s only supports numeric types, not %s", name, value.TypeName(v))
		case v.Type == bson.TypeDouble:
			return value.Double(double(value.AsDouble(v)))
		case v.Type == bson.TypeDecimal128:
			return value.ToDecimal(v).Rounded(0, mode).Value()
		}
		return v
	}
}

// The places that numbers are rounded to. Source: MongoDB manual, "$round".
const leastPlace, mostPlace = -20, 100

func toPlace(name string, mode value.Rounding) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		v, place := args[0], int64(0)
		switch {
		case absent(v):
			return value.Null
		case !v.IsNumber():
			return x.fail(51081, "%s only supports numeric types, not %s", name, value.TypeName(v))
		}
		if len(args) > 1 {
			if absent(args[1]) {
				return value.Null
			}
			var ok bool
			if place, ok = value.Whole(args[1]); !ok {
				return x.fail(51082, "precision argument to %s must be a integral value", name)
			}
			if place < leastPlace || place > mostPlace {
				return x.fail(51083, "cannot apply %s with precision value %d value must be in [-20, 100]", name, place)
			}
		}
		return rounded(x, v, -int(place), mode)
	}
}

// rounded is v as a multiple of 10^e, in its own type; an int that outgrows it is a long.
func rounded(x *Evaluation, v bson.RawValue, e int, mode value.Rounding) bson.RawValue {
	i, isInteger := value.Integer(v)
	switch {
	case v.Type == bson.TypeDecimal128:
		return value.ToDecimal(v).Rounded(e, mode).Value()
	case !isInteger:
		return value.Double(value.ExactDecimal(value.AsDouble(v)).Rounded(e, mode).Double())
	case e <= 0:
		return v
	}
	n, ok := value.Whole(value.ToDecimal(value.Int64(i)).Rounded(e, mode).Value())
	if !ok {
		return x.fail(51080, "the rounded number is beyond a long: %d", i)
	}
	if v.Type == bson.TypeInt32 {
		return value.Narrow(n)
	}
	return value.Int64(n)
}

package expression

import (
	"math"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

var arithmetic = value.Table[parsing]{
	"$add":      {Summary: "Adds numbers, or numbers of milliseconds to a date.", Parse: anyNumber(sum)},
	"$subtract": {Summary: "Subtracts a number from another, or one date or a number of milliseconds from a date.", Parse: exactly(2, difference)},
	"$multiply": {Summary: "Multiplies numbers.", Parse: anyNumber(product)},
	"$divide":   {Summary: "Divides a number by another.", Parse: exactly(2, quotient)},
	"$mod":      {Summary: "Returns the remainder of a division.", Parse: exactly(2, remainder)},
	"$abs":      {Summary: "Returns the absolute value of a number.", Parse: exactly(1, magnitude)},
}

// sum adds numbers. One of them may be a date, and the sum is one then.
func sum(x *Evaluation, args []bson.RawValue) bson.RawValue {
	total, date := value.Int32(0), false
	for _, v := range args {
		switch {
		case absent(v):
			return value.Null
		case v.Type == bson.TypeDateTime && date:
			return x.fail(16612, "only one date allowed in an $add expression")
		case v.Type == bson.TypeDateTime:
			date, v = true, value.Int64(v.DateTime())
		case !v.IsNumber():
			return x.fail(14, "$add only supports numeric or date types, not %s", value.TypeName(v))
		}
		total = added(total, v)
	}
	if date {
		return asDate(x, total)
	}
	return total
}

// added is a+b; a long that overflows becomes a double.
func added(a, b bson.RawValue) bson.RawValue {
	if total, ok := value.Add(a, b); ok {
		return total
	}
	return value.Double(value.AsDouble(a) + value.AsDouble(b))
}

// asDate is the date of so many milliseconds.
func asDate(x *Evaluation, ms bson.RawValue) bson.RawValue {
	if f, ok := ms.DoubleOK(); ok {
		ms = value.Double(math.Round(f))
	}
	n, ok := value.Truncated(ms)
	if !ok {
		return x.fail(15, "a date of %v milliseconds would overflow", ms)
	}
	return value.Date(time.UnixMilli(n))
}

func difference(x *Evaluation, args []bson.RawValue) bson.RawValue {
	a, b := args[0], args[1]
	switch {
	case absent(a) || absent(b):
		return value.Null
	case a.IsNumber() && b.IsNumber():
		return subtracted(a, b)
	case a.Type == bson.TypeDateTime && b.Type == bson.TypeDateTime:
		return subtracted(value.Int64(a.DateTime()), value.Int64(b.DateTime()))
	case a.Type == bson.TypeDateTime && b.IsNumber():
		return asDate(x, subtracted(value.Int64(a.DateTime()), b))
	}
	return x.fail(14, "can't $subtract %s from %s", value.TypeName(b), value.TypeName(a))
}

// subtracted is a-b; a long that overflows becomes a double.
func subtracted(a, b bson.RawValue) bson.RawValue {
	if result, ok := value.Subtract(a, b); ok {
		return result
	}
	return value.Double(value.AsDouble(a) - value.AsDouble(b))
}

func product(x *Evaluation, args []bson.RawValue) bson.RawValue {
	total := value.Int32(1)
	for _, v := range args {
		switch {
		case absent(v):
			return value.Null
		case !v.IsNumber():
			return x.fail(14, "$multiply only supports numeric types, not %s", value.TypeName(v))
		}
		next, ok := value.Multiply(total, v)
		if !ok {
			next = value.Double(value.AsDouble(total) * value.AsDouble(v))
		}
		total = next
	}
	return total
}

func quotient(x *Evaluation, args []bson.RawValue) bson.RawValue {
	a, b := args[0], args[1]
	switch {
	case absent(a) || absent(b):
		return value.Null
	case !a.IsNumber() || !b.IsNumber():
		return x.fail(14, "$divide only supports numeric types, not %s and %s", value.TypeName(a), value.TypeName(b))
	case value.IsZero(b):
		return x.fail(2, "can't $divide by zero")
	}
	return value.Divide(a, b)
}

func remainder(x *Evaluation, args []bson.RawValue) bson.RawValue {
	a, b := args[0], args[1]
	switch {
	case absent(a) || absent(b):
		return value.Null
	case !a.IsNumber() || !b.IsNumber():
		return x.fail(16611, "$mod only supports numeric types, not %s and %s", value.TypeName(a), value.TypeName(b))
	case value.IsZero(b):
		return x.fail(16610, "can't $mod by zero")
	}
	return value.Remainder(a, b)
}

func magnitude(x *Evaluation, args []bson.RawValue) bson.RawValue {
	v := args[0]
	switch {
	case absent(v):
		return value.Null
	case !v.IsNumber():
		return x.fail(28765, "$abs only supports numeric types, not %s", value.TypeName(v))
	case v.Type == bson.TypeDouble:
		return value.Double(math.Abs(value.AsDouble(v)))
	case !value.IsNegative(v):
		return v
	}
	result, ok := value.Multiply(v, value.Int32(-1))
	if !ok {
		return x.fail(28680, "can't take $abs of long long min")
	}
	return result
}

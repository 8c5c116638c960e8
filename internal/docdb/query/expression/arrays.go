package expression

import (
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

var arrays = value.Table[parsing]{
	"$size":         {Summary: "Returns the length of an array.", Parse: exactly(1, length)},
	"$isArray":      {Summary: "Reports whether a value is an array.", Parse: exactly(1, func(_ *Evaluation, args []bson.RawValue) bson.RawValue { return boolean(value.IsArray(args[0])) })},
	"$arrayElemAt":  {Summary: "Returns the element of an array at a position, from its end if that is negative.", Parse: exactly(2, elementAt)},
	"$first":        {Summary: "Returns the first element of an array.", Parse: exactly(1, end("$first", 0))},
	"$last":         {Summary: "Returns the last element of an array.", Parse: exactly(1, end("$last", -1))},
	"$concatArrays": {Summary: "Concatenates arrays.", Parse: anyNumber(concatenated)},
	"$reverseArray": {Summary: "Reverses an array.", Parse: exactly(1, reversed)},
	"$in":           {Summary: "Reports whether a value is an element of an array.", Parse: parseIn},
}

func length(x *Evaluation, args []bson.RawValue) bson.RawValue {
	if !value.IsArray(args[0]) {
		return x.fail(17124, "The argument to $size must be an array, but was of type: %s", value.TypeName(args[0]))
	}
	return value.Int32(int32(len(value.Elements(args[0]))))
}

func elementAt(x *Evaluation, args []bson.RawValue) bson.RawValue {
	array, at := args[0], args[1]
	switch {
	case absent(array) || absent(at):
		return value.Null
	case !value.IsArray(array):
		return x.fail(28689, "$arrayElemAt's first argument must be an array, but is %s", value.TypeName(array))
	case !at.IsNumber():
		return x.fail(28690, "$arrayElemAt's second argument must be a numeric value, but is %s", value.TypeName(at))
	}
	i, ok := value.Whole(at)
	if !ok || i < math.MinInt32 || i > math.MaxInt32 {
		return x.fail(28691, "$arrayElemAt's second argument must be representable as a 32-bit integer: %v", at)
	}
	return pick(array, i)
}

// pick is the element at a position, or missing.
func pick(array bson.RawValue, i int64) bson.RawValue {
	list := value.Elements(array)
	if i < 0 {
		i += int64(len(list))
	}
	if i < 0 || i >= int64(len(list)) {
		return bson.RawValue{}
	}
	return list[i]
}

func end(name string, at int64) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		switch {
		case absent(args[0]):
			return value.Null
		case !value.IsArray(args[0]):
			return x.fail(28689, "%s's argument must be an array, but is %s", name, value.TypeName(args[0]))
		}
		return pick(args[0], at)
	}
}

func concatenated(x *Evaluation, args []bson.RawValue) bson.RawValue {
	var all []bson.RawValue
	for _, v := range args {
		switch {
		case absent(v):
			return value.Null
		case !value.IsArray(v):
			return x.fail(28664, "$concatArrays only supports arrays, not %s", value.TypeName(v))
		}
		all = append(all, value.Elements(v)...)
	}
	return value.Array(all)
}

func reversed(x *Evaluation, args []bson.RawValue) bson.RawValue {
	switch {
	case absent(args[0]):
		return value.Null
	case !value.IsArray(args[0]):
		return x.fail(34435, "The argument to $reverseArray must be an array, but was of type: %s", value.TypeName(args[0]))
	}
	list := value.Elements(args[0])
	slices.Reverse(list)
	return value.Array(list)
}

func parseIn(p *Parser, name string, operand bson.RawValue) (Expression, error) {
	by := p.Collation
	return exactly(2, func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		if !value.IsArray(args[1]) {
			return x.fail(40081, "$in requires an array as a second argument, found: %s", value.TypeName(args[1]))
		}
		for _, v := range keys.Elements(args[1].Value) {
			if !x.Step(1) {
				return bson.RawValue{}
			}
			if compare(by, args[0], v) == 0 {
				return boolean(true)
			}
		}
		return boolean(false)
	})(p, name, operand)
}

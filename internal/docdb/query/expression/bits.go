package expression

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

var bits = value.Table[parsing]{
	"$bitAnd": {Summary: "Returns the bitwise AND of integers.", Parse: anyNumber(bitwise("$bitAnd", -1, func(a, b int64) int64 { return a & b }))},
	"$bitOr":  {Summary: "Returns the bitwise OR of integers.", Parse: anyNumber(bitwise("$bitOr", 0, func(a, b int64) int64 { return a | b }))},
	"$bitXor": {Summary: "Returns the bitwise XOR of integers.", Parse: anyNumber(bitwise("$bitXor", 0, func(a, b int64) int64 { return a ^ b }))},
	"$bitNot": {Summary: "Returns the bitwise complement of an integer.", Parse: exactly(1, inverted)},
}

func bitwise(name string, none int64, both func(a, b int64) int64) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		total, long := none, false
		for _, v := range args {
			n, ok := value.Integer(v)
			switch {
			case absent(v):
				return value.Null
			case !ok:
				return x.fail(14, "%s only supports int and long operands.", name)
			}
			total, long = both(total, n), long || v.Type == bson.TypeInt64
		}
		if long {
			return value.Int64(total)
		}
		return value.Int32(int32(total))
	}
}

func inverted(x *Evaluation, args []bson.RawValue) bson.RawValue {
	n, ok := value.Integer(args[0])
	switch {
	case absent(args[0]):
		return value.Null
	case !ok:
		return x.fail(28765, "$bitNot only supports int and long, not: %s.", value.TypeName(args[0]))
	case args[0].Type == bson.TypeInt32:
		return value.Int32(^int32(n))
	}
	return value.Int64(^n)
}

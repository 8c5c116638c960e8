package update

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// bitwise are the operations of $bit.
var bitwise = map[string]func(a, b int64) int64{
	"and": func(a, b int64) int64 { return a & b },
	"or":  func(a, b int64) int64 { return a | b },
	"xor": func(a, b int64) int64 { return a ^ b },
}

// parseBit reads {and: n, or: n, xor: n}, which are done in their order. A missing field counts as 0.
func parseBit(_ *expression.Parser, path string, arg bson.RawValue) (changer, error) {
	if !value.IsDocument(arg) {
		return nil, wire.Errorf(wire.BadValue, "The $bit modifier is not compatible with a %s. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}", value.TypeName(arg))
	}
	for op, by := range keys.Elements(arg.Value) {
		switch {
		case bitwise[string(op)] == nil:
			return nil, wire.Errorf(wire.BadValue, "The $bit modifier only supports 'and', 'or', and 'xor', not '%s' which is an unknown operator: %s", op, arg)
		case !isInteger(by):
			return nil, wire.Errorf(wire.BadValue, "The $bit modifier field must be an Integer(32/64 bit); a '%s' is not supported here: %s", value.TypeName(by), arg)
		}
	}
	if len(arg.Value) == len(value.EmptyDoc) {
		return nil, wire.Errorf(wire.BadValue, "You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}")
	}
	return func(root *value.Tree, path []string, _ ApplyOptions) error {
		at, err := root.Make(path)
		if err != nil {
			return err
		}
		old := at.Value()
		if old.Type == 0 {
			old = value.Int32(0)
		}
		if !isInteger(old) {
			return wire.Errorf(wire.BadValue, "Cannot apply $bit to a value of non-integral type: the field '%s' is of type %s", strings.Join(path, "."), value.TypeName(old))
		}
		for op, by := range keys.Elements(arg.Value) {
			old = applyBits(bitwise[string(op)], old, by)
		}
		at.Assign(old)
		return nil
	}, nil
}

// applyBits is a long if one of the numbers is, else an int.
func applyBits(op func(a, b int64) int64, a, b bson.RawValue) bson.RawValue {
	n := op(a.AsInt64(), b.AsInt64())
	if a.Type == bson.TypeInt64 || b.Type == bson.TypeInt64 {
		return value.Int64(n)
	}
	return value.Int32(int32(n))
}

func isInteger(v bson.RawValue) bool { return v.Type == bson.TypeInt32 || v.Type == bson.TypeInt64 }

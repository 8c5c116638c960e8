package match

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

var numberTypes = []bson.Type{bson.TypeDouble, bson.TypeInt32, bson.TypeInt64, bson.TypeDecimal128}

func parseType(o operand) (predicate, error) {
	args := []bson.RawValue{o.value}
	if value.IsArray(o.value) {
		if args = value.Elements(o.value); len(args) == 0 {
			return nil, wire.Errorf(wire.FailedToParse, "$type must match at least one type")
		}
	}
	var wanted [256]bool
	for _, arg := range args {
		types, err := typesOf(arg)
		if err != nil {
			return nil, err
		}
		for _, t := range types {
			wanted[t] = true
		}
	}
	return &atom{op: "$type", arg: o.value, test: func(_ *evaluation, v bson.RawValue) bool { return wanted[v.Type] }}, nil
}

// typesOf reads one type: its alias, its number, or "number" for all numeric types.
func typesOf(arg bson.RawValue) ([]bson.Type, error) {
	if name, ok := value.Text(arg); ok {
		if name == "number" {
			return numberTypes, nil
		}
		if t, ok := value.TypeAliases[name]; ok {
			return []bson.Type{t}, nil
		}
		return nil, wire.Errorf(wire.BadValue, "Unknown type name alias: %s", name)
	}
	code, ok := value.Whole(arg)
	if !ok {
		return nil, wire.Errorf(wire.TypeMismatch, "type must be represented as a number or a string")
	}
	if code == -1 { // the one type whose number is written as negative
		return []bson.Type{bson.TypeMinKey}, nil
	}
	t := bson.Type(code)
	if _, known := value.TypeNames[t]; !known || code <= 0 || code > 255 {
		return nil, wire.Errorf(wire.BadValue, "Invalid numerical type code: %d", code)
	}
	return []bson.Type{t}, nil
}

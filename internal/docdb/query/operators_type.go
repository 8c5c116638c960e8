package query

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// typeAliases are the names that $type takes. Source: MongoDB manual, "BSON Types".
var typeAliases = map[string]bson.Type{
	"double": bson.TypeDouble, "string": bson.TypeString, "object": bson.TypeEmbeddedDocument, "array": bson.TypeArray,
	"binData": bson.TypeBinary, "undefined": bson.TypeUndefined, "objectId": bson.TypeObjectID, "bool": bson.TypeBoolean,
	"date": bson.TypeDateTime, "null": bson.TypeNull, "regex": bson.TypeRegex, "dbPointer": bson.TypeDBPointer,
	"javascript": bson.TypeJavaScript, "symbol": bson.TypeSymbol, "javascriptWithScope": bson.TypeCodeWithScope,
	"int": bson.TypeInt32, "timestamp": bson.TypeTimestamp, "long": bson.TypeInt64, "decimal": bson.TypeDecimal128,
	"minKey": bson.TypeMinKey, "maxKey": bson.TypeMaxKey,
}

var typeNames = func() map[bson.Type]string {
	names := map[bson.Type]string{0: "missing"}
	for name, t := range typeAliases {
		names[t] = name
	}
	return names
}()

// typeName is the alias of v's type, for messages.
func typeName(v bson.RawValue) string { return typeNames[v.Type] }

var numberTypes = []bson.Type{bson.TypeDouble, bson.TypeInt32, bson.TypeInt64, bson.TypeDecimal128}

func parseType(o operand) (predicate, error) {
	args := []bson.RawValue{o.value}
	if isArray(o.value) {
		if args = elements(o.value); len(args) == 0 {
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
	return &atom{op: "$type", arg: o.value, test: func(v bson.RawValue) bool { return wanted[v.Type] }}, nil
}

// typesOf reads one type: its alias, its number, or "number" for all numeric types.
func typesOf(arg bson.RawValue) ([]bson.Type, error) {
	if name, ok := stringOf(arg); ok {
		if name == "number" {
			return numberTypes, nil
		}
		if t, ok := typeAliases[name]; ok {
			return []bson.Type{t}, nil
		}
		return nil, wire.Errorf(wire.BadValue, "Unknown type name alias: %s", name)
	}
	code, ok := wholeNumber(arg)
	if !ok {
		return nil, wire.Errorf(wire.TypeMismatch, "type must be represented as a number or a string")
	}
	if code == -1 { // the one type whose number is written as negative
		return []bson.Type{bson.TypeMinKey}, nil
	}
	t := bson.Type(code)
	if _, known := typeNames[t]; !known || code <= 0 || code > 255 {
		return nil, wire.Errorf(wire.BadValue, "Invalid numerical type code: %d", code)
	}
	return []bson.Type{t}, nil
}

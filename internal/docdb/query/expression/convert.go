package expression

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

func newConversions() value.Table[parsing] {
	return value.Table[parsing]{
		"$convert":    {Summary: "Converts a value to another type.", Parse: parseConvert},
		"$toBool":     {Summary: "Converts a value to a bool.", Parse: toType(target{kind: bson.TypeBoolean})},
		"$toInt":      {Summary: "Converts a value to an int.", Parse: toType(target{kind: bson.TypeInt32})},
		"$toLong":     {Summary: "Converts a value to a long.", Parse: toType(target{kind: bson.TypeInt64})},
		"$toDouble":   {Summary: "Converts a value to a double.", Parse: toType(target{kind: bson.TypeDouble})},
		"$toDecimal":  {Summary: "Converts a value to a decimal.", Parse: toType(target{kind: bson.TypeDecimal128})},
		"$toString":   {Summary: "Converts a value to a string.", Parse: toType(target{kind: bson.TypeString, format: "auto"})},
		"$toDate":     {Summary: "Converts a value to a date.", Parse: toType(target{kind: bson.TypeDateTime})},
		"$toObjectId": {Summary: "Converts a value to an ObjectID.", Parse: toType(target{kind: bson.TypeObjectID})},
		"$toUUID":     {Summary: "Converts a string to a UUID.", Parse: toType(target{kind: bson.TypeBinary, subtype: bson.TypeBinaryUUID, format: "uuid"})},
	}
}

// target is what a value is converted to.
type target struct {
	kind    bson.Type
	subtype byte   // of binary data
	format  string // of binary data as text: base64, base64url, hex, utf8, uuid; of a string also auto
}

func toType(to target) parsing {
	return func(p *Parser, name string, operand bson.RawValue) (Expression, error) {
		args, err := parseOperands(p, operand)
		if err == nil && len(args) != 1 {
			err = wire.Errorf(location(50723), "%s requires a single argument, got %d", name, len(args))
		}
		if err != nil {
			return nil, err
		}
		return newAttempt(p, append(args, absentField{}, absentField{}), func(x *Evaluation, args []bson.RawValue) (bson.RawValue, error) {
			return converted(x, args[0], to)
		}), nil
	}
}

var convertFields = fields{wire.FailedToParse.Number, wire.FailedToParse.Number,
	[]part{{"input", wire.FailedToParse.Number}, {"to", wire.FailedToParse.Number}, {"format", 0}, {"onError", 0}, {"onNull", 0}}}

func parseConvert(p *Parser, name string, operand bson.RawValue) (Expression, error) {
	if keys.Lookup(operand.Value, "byteOrder").Type != 0 && value.IsDocument(operand) {
		return nil, wire.Errorf(wire.NotImplemented, "the option 'byteOrder' of $convert is not supported")
	}
	parts, err := convertFields.parse(p, name, operand)
	if err != nil {
		return nil, err
	}
	return newAttempt(p, parts, func(x *Evaluation, args []bson.RawValue) (bson.RawValue, error) {
		if absent(args[1]) {
			return value.Null, nil
		}
		to, err := parseTarget(args[1])
		if err != nil {
			return bson.RawValue{}, err
		}
		format, isText := value.Text(args[2])
		switch {
		case !isText && !absent(args[2]):
			return bson.RawValue{}, wire.Errorf(location(4341114), "$convert requires that 'format' be a string, found: %s", value.TypeName(args[2]))
		case isText && !slices.Contains(formats, format):
			return bson.RawValue{}, wire.Errorf(location(4341125), "Invalid 'format' argument for $convert: %s", format)
		}
		to.format = format
		return converted(x, args[0], to)
	}), nil
}

// formats are the names of the forms that binary data has as text.
var formats = []string{"auto", "base64", "base64url", "hex", "utf8", "uuid"}

// parseTarget reads a type by its name or number, or {type, subtype}.
func parseTarget(v bson.RawValue) (to target, err error) {
	if value.IsDocument(v) {
		subtype := keys.Lookup(v.Value, "subtype")
		n, ok := value.Whole(subtype)
		if subtype.Type != 0 && (!ok || n < 0 || n > 255) {
			return to, wire.Errorf(wire.FailedToParse, "$convert's 'subtype' must be a number from 0 to 255")
		}
		to.subtype = byte(n)
		v = keys.Lookup(v.Value, "type")
	}
	if name, isText := value.Text(v); isText {
		if to.kind = value.TypeAliases[name]; to.kind == 0 {
			return to, wire.Errorf(wire.BadValue, "Unknown type name: %s", name)
		}
		return to, nil
	}
	n, ok := value.Whole(v)
	switch {
	case !v.IsNumber():
		return to, wire.Errorf(wire.FailedToParse, "$convert's 'to' argument must be a string or number, but is %s", value.TypeName(v))
	case !ok:
		return to, wire.Errorf(wire.FailedToParse, "In $convert, numeric 'to' argument is not an integer")
	case n < -1 || n > 255 || value.TypeNames[bson.Type(n)] == "missing" || value.TypeNames[bson.Type(n)] == "":
		return to, wire.Errorf(wire.FailedToParse, "In $convert, numeric value for 'to' does not correspond to a BSON type: %d", n)
	}
	to.kind = bson.Type(n)
	return to, nil
}

// converter makes a value of another type of one that is not null.
type converter func(x *Evaluation, v bson.RawValue, to target) (bson.RawValue, error)

var converters map[bson.Type]converter

func init() {
	converters = map[bson.Type]converter{
		bson.TypeBoolean: convertToBool, bson.TypeInt32: convertToInt, bson.TypeInt64: convertToInt, bson.TypeDouble: convertToDouble, bson.TypeDecimal128: convertToDecimal,
		bson.TypeString: convertToString, bson.TypeDateTime: convertToDate, bson.TypeObjectID: convertToObjectID, bson.TypeBinary: convertToBinary,
	}
}

func converted(x *Evaluation, v bson.RawValue, to target) (bson.RawValue, error) {
	convert, ok := converters[to.kind]
	if !ok {
		return unsupported(v, to)
	}
	return convert(x, v, to)
}

func unsupported(v bson.RawValue, to target) (bson.RawValue, error) {
	return cannot("Unsupported conversion from %s to %s in $convert with no onError value", value.TypeName(v), value.TypeNames[to.kind])
}

func cannot(format string, args ...any) (bson.RawValue, error) {
	return bson.RawValue{}, wire.Errorf(conversionFailure, format, args...)
}

package expression

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// convertToBool takes every value but zero and false as true. Source: MongoDB manual, "$toBool".
func convertToBool(_ *Evaluation, v bson.RawValue, _ target) (bson.RawValue, error) {
	return boolean(value.Truthy(v)), nil
}

// convertToInt makes an int or a long.
func convertToInt(_ *Evaluation, v bson.RawValue, to target) (bson.RawValue, error) {
	var n int64
	ok := true
	switch {
	case v.Type == bson.TypeBoolean:
		n = map[bool]int64{true: 1}[value.Truthy(v)]
	case v.Type == bson.TypeDateTime && to.kind == bson.TypeInt64:
		n = v.DateTime()
	case value.IsNaN(v):
		return cannot("Attempt to convert NaN value to integer type in $convert with no onError value")
	case v.IsNumber() && math.IsInf(value.Float(v), 0):
		return cannot("Attempt to convert infinity value to integer type in $convert with no onError value")
	case v.IsNumber():
		n, ok = value.Truncated(v)
	case v.Type == bson.TypeString:
		text, _ := value.Text(v)
		var err error
		if n, err = strconv.ParseInt(text, 10, 64); err != nil {
			return cannot("Failed to parse number '%s' in $convert with no onError value", text)
		}
	default:
		return unsupported(v, to)
	}
	if !ok || to.kind == bson.TypeInt32 && int64(int32(n)) != n {
		return cannot("Conversion would overflow target type in $convert with no onError value: %v", v)
	}
	if to.kind == bson.TypeInt32 {
		return value.Int32(int32(n)), nil
	}
	return value.Int64(n), nil
}

// numeral is the text of a double or a decimal.
var numeral = regexp.MustCompile(`^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|(?i:inf|infinity|nan))$`)

func convertToDouble(_ *Evaluation, v bson.RawValue, to target) (bson.RawValue, error) {
	switch v.Type {
	case bson.TypeBoolean:
		return value.Double(map[bool]float64{true: 1}[value.Truthy(v)]), nil
	case bson.TypeDateTime:
		return value.Double(float64(v.DateTime())), nil
	case bson.TypeString:
		text, _ := value.Text(v)
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || !numeral.MatchString(text) {
			return cannot("Failed to parse number '%s' in $convert with no onError value", text)
		}
		return value.Double(f), nil
	}
	if !v.IsNumber() {
		return unsupported(v, to)
	}
	f := value.Float(v)
	if v.Type == bson.TypeDecimal128 && math.IsInf(f, 0) {
		if d, _ := v.Decimal128OK(); d.IsInf() == 0 {
			return cannot("Conversion would overflow target type in $convert with no onError value: %v", v)
		}
	}
	return value.Double(f), nil
}

func convertToDecimal(_ *Evaluation, v bson.RawValue, to target) (bson.RawValue, error) {
	switch v.Type {
	case bson.TypeDecimal128:
		return v, nil
	case bson.TypeBoolean:
		return value.ToDecimal(value.Int32(map[bool]int32{true: 1}[value.Truthy(v)])).Value(), nil
	case bson.TypeDateTime:
		return value.ToDecimal(value.Int64(v.DateTime())).Value(), nil
	case bson.TypeString:
		text, _ := value.Text(v)
		d, ok := value.ParseDecimal(text)
		if !ok || !numeral.MatchString(text) {
			return cannot("Failed to parse number '%s' in $convert with no onError value", text)
		}
		return d, nil
	}
	if !v.IsNumber() {
		return unsupported(v, to)
	}
	return value.ToDecimal(v).Value(), nil
}

func convertToString(x *Evaluation, v bson.RawValue, to target) (bson.RawValue, error) {
	switch v.Type {
	case bson.TypeString:
		return v, nil
	case bson.TypeBoolean:
		return value.String(strconv.FormatBool(value.Truthy(v))), nil
	case bson.TypeObjectID:
		id, _ := v.ObjectIDOK()
		return value.String(id.Hex()), nil
	case bson.TypeDouble:
		if f := value.AsDouble(v); f == 0 && math.Signbit(f) {
			return value.String("-0"), nil
		}
		return value.String(textOf(x, v)), nil
	case bson.TypeInt32, bson.TypeInt64, bson.TypeDecimal128, bson.TypeDateTime:
		return value.String(textOf(x, v)), nil
	case bson.TypeBinary:
		return binaryToString(v, to)
	}
	return unsupported(v, to)
}

func binaryToString(v bson.RawValue, to target) (bson.RawValue, error) {
	subtype, data, _ := v.BinaryOK()
	format := to.format
	if format == "auto" {
		if format = "base64"; subtype == bson.TypeBinaryUUID {
			format = "uuid"
		}
	}
	switch format {
	case "":
		return cannot("Conversion from BinData to String needs a 'format' in $convert with no onError value")
	case "base64":
		return value.String(base64.StdEncoding.EncodeToString(data)), nil
	case "base64url":
		return value.String(base64.RawURLEncoding.EncodeToString(data)), nil
	case "hex":
		return value.String(strings.ToUpper(hex.EncodeToString(data))), nil
	case "utf8":
		if !utf8.Valid(data) {
			return cannot("BinData is not valid UTF-8 in $convert with no onError value")
		}
		return value.String(string(data)), nil
	}
	id, err := uuid.FromBytes(data)
	if err != nil || subtype != bson.TypeBinaryUUID {
		return cannot("BinData is not a UUID in $convert with no onError value")
	}
	return value.String(id.String()), nil
}

func convertToBinary(_ *Evaluation, v bson.RawValue, to target) (bson.RawValue, error) {
	binary := func(data []byte, err error) (bson.RawValue, error) {
		if err != nil {
			return cannot("Input string is not a valid '%s' in $convert with no onError value", to.format)
		}
		return bson.RawValue{Type: bson.TypeBinary, Value: bsoncore.AppendBinary(nil, to.subtype, data)}, nil
	}
	text, isText := value.Text(v)
	switch subtype, _, isBinary := v.BinaryOK(); {
	case isBinary && subtype == to.subtype:
		return v, nil
	case isBinary:
		return cannot("Conversions between different BinData subtypes are not supported in $convert with no onError value")
	case !isText:
		return unsupported(v, to)
	case (to.format == "uuid") != (to.subtype == bson.TypeBinaryUUID):
		return cannot("A UUID has the format 'uuid' and the subtype 4 in $convert with no onError value")
	}
	switch to.format {
	case "base64":
		return binary(base64.StdEncoding.DecodeString(text))
	case "base64url":
		return binary(base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "=")))
	case "hex":
		return binary(hex.DecodeString(text))
	case "utf8":
		return binary([]byte(text), nil)
	case "uuid":
		id, err := uuid.Parse(text)
		if len(text) != 36 {
			err = strconv.ErrSyntax
		}
		return binary(id[:], err)
	}
	return cannot("Conversion from String to BinData needs a 'format' in $convert with no onError value")
}

func convertToObjectID(_ *Evaluation, v bson.RawValue, to target) (bson.RawValue, error) {
	text, isText := value.Text(v)
	switch {
	case v.Type == bson.TypeObjectID:
		return v, nil
	case !isText:
		return unsupported(v, to)
	}
	id, err := bson.ObjectIDFromHex(text)
	if err != nil {
		return cannot("Failed to parse objectId '%s' in $convert with no onError value: Invalid string length for parsing to OID, expected 24 but found %d", text, len(text))
	}
	return bson.RawValue{Type: bson.TypeObjectID, Value: id[:]}, nil
}

func convertToDate(x *Evaluation, v bson.RawValue, to target) (bson.RawValue, error) {
	if at, ok := moment(v); ok {
		return value.Date(at), nil
	}
	switch v.Type {
	case bson.TypeInt64, bson.TypeDouble, bson.TypeDecimal128:
		n, ok := value.Truncated(v)
		if !ok {
			return cannot("Conversion would overflow target type in $convert with no onError value: %v", v)
		}
		return milliseconds(n), nil
	case bson.TypeString:
		text, _ := value.Text(v)
		if !x.Step(5 + len(text)>>4) {
			return bson.RawValue{}, nil
		}
		t, _, err := readPlain(text, time.UTC)
		return value.Date(t), err
	}
	return unsupported(v, to)
}

package value

import (
	"math"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/keys"
)

// What many use.
var (
	Null       = bson.RawValue{Type: bson.TypeNull}
	EmptyDoc   = []byte{5, 0, 0, 0, 0}
	EmptyArray = bson.RawValue{Type: bson.TypeArray, Value: EmptyDoc}
)

// Int32 is an int.
func Int32(i int32) bson.RawValue {
	return bson.RawValue{Type: bson.TypeInt32, Value: bsoncore.AppendInt32(nil, i)}
}

// Int64 is a long.
func Int64(i int64) bson.RawValue {
	return bson.RawValue{Type: bson.TypeInt64, Value: bsoncore.AppendInt64(nil, i)}
}

// Double is a double.
func Double(f float64) bson.RawValue {
	return bson.RawValue{Type: bson.TypeDouble, Value: bsoncore.AppendDouble(nil, f)}
}

func decimalValue(d bson.Decimal128) bson.RawValue {
	high, low := d.GetBytes()
	return bson.RawValue{Type: bson.TypeDecimal128, Value: bsoncore.AppendDecimal128(nil, high, low)}
}

// Date is a date, of whole milliseconds.
func Date(t time.Time) bson.RawValue {
	return bson.RawValue{Type: bson.TypeDateTime, Value: bsoncore.AppendDateTime(nil, t.UnixMilli())}
}

// Timestamp is a timestamp.
func Timestamp(t bson.Timestamp) bson.RawValue {
	return bson.RawValue{Type: bson.TypeTimestamp, Value: bsoncore.AppendTimestamp(nil, t.T, t.I)}
}

// Bool is a bool.
func Bool(b bool) bson.RawValue {
	if b {
		return yes
	}
	return no
}

// The bools, which are asked for often.
var (
	yes = bson.RawValue{Type: bson.TypeBoolean, Value: []byte{1}}
	no  = bson.RawValue{Type: bson.TypeBoolean, Value: []byte{0}}
)

// String is a string.
func String(s string) bson.RawValue {
	return bson.RawValue{Type: bson.TypeString, Value: bsoncore.AppendString(nil, s)}
}

// Document is a document as a value.
func Document(doc []byte) bson.RawValue {
	return bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: doc}
}

// Array makes an array of values; missing ones become null.
func Array(values []bson.RawValue) bson.RawValue {
	b := NewBuilder()
	for i, v := range values {
		b.Add(indexName(i), OrNull(v))
	}
	return bson.RawValue{Type: bson.TypeArray, Value: b.Bytes()}
}

// OrNull turns a missing value into null.
func OrNull(v bson.RawValue) bson.RawValue {
	if v.Type == 0 {
		return Null
	}
	return v
}

// IsNull reports whether v is null or missing.
func IsNull(v bson.RawValue) bool { return v.Type == 0 || v.Type == bson.TypeNull }

// IsDocument reports whether v is a document.
func IsDocument(v bson.RawValue) bool { return v.Type == bson.TypeEmbeddedDocument }

// IsArray reports whether v is an array.
func IsArray(v bson.RawValue) bool { return v.Type == bson.TypeArray }

// Elements returns an array's values.
func Elements(array bson.RawValue) []bson.RawValue {
	var list []bson.RawValue
	for _, v := range keys.Elements(array.Value) {
		list = append(list, v)
	}
	return list
}

// Text returns a string value's text.
func Text(v bson.RawValue) (string, bool) {
	if v.Type != bson.TypeString {
		return "", false
	}
	return v.StringValueOK()
}

// Truthy is MongoDB's idea of a flag: false, zero, null and missing are false, everything else is true.
func Truthy(v bson.RawValue) bool {
	switch {
	case v.Type == bson.TypeBoolean:
		b, _ := v.BooleanOK()
		return b
	case v.IsNumber():
		return !keys.Equal(v, Int32(0))
	}
	return !IsNull(v) && v.Type != bson.TypeUndefined
}

// Whole returns a number of any type as an int64 if it is one exactly.
func Whole(v bson.RawValue) (int64, bool) {
	n, ok := Truncated(v)
	return n, ok && keys.Equal(v, Int64(n))
}

// Truncated returns a number of any type without its fraction, if that fits an int64.
func Truncated(v bson.RawValue) (int64, bool) {
	switch v.Type {
	case bson.TypeInt32:
		i, ok := v.Int32OK()
		return int64(i), ok
	case bson.TypeInt64:
		return v.Int64OK()
	case bson.TypeDouble:
		f, ok := v.DoubleOK()
		return int64(f), ok && f >= math.MinInt64 && f < math.MaxInt64
	case bson.TypeDecimal128:
		d, _ := v.Decimal128OK()
		return truncatedDecimal(d)
	}
	return 0, false
}

// IsNaN reports whether v is a number that is none.
func IsNaN(v bson.RawValue) bool {
	if v.Type == bson.TypeDecimal128 {
		d, _ := v.Decimal128OK()
		return d.IsNaN()
	}
	f, _ := keys.Real(v)
	return math.IsNaN(f)
}

// FirstName returns the name of a document's first field.
func FirstName(v bson.RawValue) (string, bool) {
	if !IsDocument(v) {
		return "", false
	}
	for name := range keys.Elements(v.Value) {
		return string(name), true
	}
	return "", false
}

// IsReference reports whether name is a field of a DBRef: these are data in spite of their dollar sign.
func IsReference(name string) bool { return name == "$ref" || name == "$id" || name == "$db" }

// Clone copies v out of the document that it is part of, which then can be freed.
func Clone(v bson.RawValue) bson.RawValue {
	v.Value = append([]byte(nil), v.Value...)
	return v
}

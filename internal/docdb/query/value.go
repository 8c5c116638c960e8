package query

import (
	"math"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/keys"
)

var (
	nullValue  = bson.RawValue{Type: bson.TypeNull}
	emptyDoc   = []byte{5, 0, 0, 0, 0}
	emptyArray = bson.RawValue{Type: bson.TypeArray, Value: emptyDoc}
)

func int32Value(i int32) bson.RawValue {
	return bson.RawValue{Type: bson.TypeInt32, Value: bsoncore.AppendInt32(nil, i)}
}

func int64Value(i int64) bson.RawValue {
	return bson.RawValue{Type: bson.TypeInt64, Value: bsoncore.AppendInt64(nil, i)}
}

func doubleValue(f float64) bson.RawValue {
	return bson.RawValue{Type: bson.TypeDouble, Value: bsoncore.AppendDouble(nil, f)}
}

func decimalValue(d bson.Decimal128) bson.RawValue {
	high, low := d.GetBytes()
	return bson.RawValue{Type: bson.TypeDecimal128, Value: bsoncore.AppendDecimal128(nil, high, low)}
}

func dateValue(t time.Time) bson.RawValue {
	return bson.RawValue{Type: bson.TypeDateTime, Value: bsoncore.AppendDateTime(nil, t.UnixMilli())}
}

func documentValue(doc []byte) bson.RawValue {
	return bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: doc}
}

// arrayValue makes an array of values; missing ones become null.
func arrayValue(values []bson.RawValue) bson.RawValue {
	b := newBuilder()
	for i, v := range values {
		b.add(indexName(i), orNull(v))
	}
	return bson.RawValue{Type: bson.TypeArray, Value: b.bytes()}
}

// orNull turns a missing value into null.
func orNull(v bson.RawValue) bson.RawValue {
	if v.Type == 0 {
		return nullValue
	}
	return v
}

func isNull(v bson.RawValue) bool { return v.Type == 0 || v.Type == bson.TypeNull }

func isDocument(v bson.RawValue) bool { return v.Type == bson.TypeEmbeddedDocument }

func isArray(v bson.RawValue) bool { return v.Type == bson.TypeArray }

// elements returns an array's values.
func elements(array bson.RawValue) []bson.RawValue {
	var list []bson.RawValue
	for _, v := range keys.Elements(array.Value) {
		list = append(list, v)
	}
	return list
}

// stringOf returns a string value's text.
func stringOf(v bson.RawValue) (string, bool) {
	if v.Type != bson.TypeString {
		return "", false
	}
	return v.StringValueOK()
}

// truthy is MongoDB's idea of a flag: false, zero, null and missing are false, everything else is true.
func truthy(v bson.RawValue) bool {
	switch {
	case v.Type == bson.TypeBoolean:
		b, _ := v.BooleanOK()
		return b
	case v.IsNumber():
		return !keys.Equal(v, int32Value(0))
	}
	return !isNull(v) && v.Type != bson.TypeUndefined
}

// wholeNumber returns a number of any type as an int64 if it is one exactly.
func wholeNumber(v bson.RawValue) (int64, bool) {
	n, ok := truncated(v)
	return n, ok && keys.Equal(v, int64Value(n))
}

// truncated returns a number of any type without its fraction, if that fits an int64.
func truncated(v bson.RawValue) (int64, bool) {
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

func isNaN(v bson.RawValue) bool { return v.IsNumber() && keys.Equal(v, nanValue) }

var nanValue = doubleValue(math.NaN())

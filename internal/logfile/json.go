package logfile

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// AppendDocument appends a BSON document as Extended JSON in its relaxed form, as bson.MarshalExtJSON writes it, at a
// quarter of the cost. A malformed document ends where it is malformed.
func AppendDocument(dst []byte, doc bson.Raw) []byte { return appendElements(dst, doc, '{', '}', true) }

func appendElements(dst, doc []byte, begin, end byte, named bool) []byte {
	dst = append(dst, begin)
	for rest, first := inside(doc), true; len(rest) > 0; first = false {
		var e bsoncore.Element
		var ok bool
		if e, rest, ok = bsoncore.ReadElement(rest); !ok {
			break
		}
		if !first {
			dst = append(dst, ',')
		}
		if named {
			dst = append(AppendString(dst, string(e.KeyBytes())), ':')
		}
		dst = appendValue(dst, e.Value())
	}
	return append(dst, end)
}

// inside is a document's elements.
func inside(doc []byte) []byte {
	if len(doc) < 5 {
		return nil
	}
	return doc[4 : len(doc)-1]
}

func appendValue(dst []byte, v bsoncore.Value) []byte {
	switch v.Type {
	case bsoncore.TypeEmbeddedDocument:
		return appendElements(dst, v.Data, '{', '}', true)
	case bsoncore.TypeArray:
		return appendElements(dst, v.Data, '[', ']', false)
	case bsoncore.TypeString:
		s, _ := v.StringValueOK()
		return AppendString(dst, s)
	case bsoncore.TypeInt32:
		return strconv.AppendInt(dst, int64(v.Int32()), 10)
	case bsoncore.TypeInt64:
		return strconv.AppendInt(dst, v.Int64(), 10)
	case bsoncore.TypeBoolean:
		return strconv.AppendBool(dst, v.Boolean())
	case bsoncore.TypeNull:
		return append(dst, "null"...)
	case bsoncore.TypeObjectID:
		id := v.ObjectID()
		dst = hex.AppendEncode(append(dst, `{"$oid":"`...), id[:])
		return append(dst, `"}`...)
	case bsoncore.TypeDouble:
		if f := v.Double(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return appendDouble(dst, f)
		}
	case bsoncore.TypeDateTime:
		if t := time.UnixMilli(v.DateTime()).UTC(); t.Year() >= 1970 && t.Year() <= 9999 {
			return AppendTime(dst, t)
		}
	}
	return appendRare(dst, v)
}

// appendDouble appends a double so that it is read as one.
func appendDouble(dst []byte, f float64) []byte {
	at := len(dst)
	dst = strconv.AppendFloat(dst, f, 'G', -1, 64)
	for _, c := range dst[at:] {
		if c == '.' || c == 'E' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

// appendRare leaves a value to the driver's library, which writes documents only.
func appendRare(dst []byte, v bsoncore.Value) []byte {
	doc, err := bson.MarshalExtJSON(bson.D{{Key: "v", Value: bson.RawValue{Type: bson.Type(v.Type), Value: v.Data}}}, false, false)
	const begin, end = `{"v":`, `}`
	if err != nil || len(doc) < len(begin)+len(end) {
		return append(dst, "null"...)
	}
	return append(dst, doc[len(begin):len(doc)-len(end)]...)
}

// AppendString appends a string as JSON.
func AppendString(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // a string never fails
			return append(dst, quoted...)
		}
	}
	return append(append(append(dst, '"'), s...), '"')
}

package expression

import (
	"math"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// isoFormat is how dates are written where no format is given.
const isoFormat = "2006-01-02T15:04:05.000Z"

// textOf is a value as the text that string operators see: "" for none. What has no text is an error.
func textOf(x *Evaluation, v bson.RawValue) string {
	switch v.Type {
	case 0, bson.TypeNull, bson.TypeUndefined:
		return ""
	case bson.TypeString, bson.TypeSymbol, bson.TypeJavaScript:
		text, _, _ := bsoncore.ReadString(v.Value)
		return text
	case bson.TypeInt32, bson.TypeInt64:
		n, _ := value.Integer(v)
		return strconv.FormatInt(n, 10)
	case bson.TypeDouble:
		return doubleText(value.AsDouble(v))
	case bson.TypeDecimal128:
		d, _ := v.Decimal128OK()
		return d.String()
	case bson.TypeDateTime:
		return time.UnixMilli(v.DateTime()).UTC().Format(isoFormat)
	case bson.TypeTimestamp:
		seconds, n, _ := v.TimestampOK()
		return time.Unix(int64(seconds), 0).UTC().Format("Jan _2 15:04:05") + ":" + strconv.Itoa(int(n))
	}
	x.fail(16007, "can't convert from BSON type %s to String", value.TypeName(v))
	return ""
}

// doubleText is the shortest text that is read as the same number.
func doubleText(f float64) string {
	switch size := math.Abs(f); {
	case math.IsInf(f, 0):
		return map[bool]string{true: "Infinity", false: "-Infinity"}[f > 0]
	case size != 0 && (size < 1e-4 || size >= 1e16):
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

package match

import (
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// What is shown of intervals: so many, and so many bytes of a bound.
const (
	shownIntervals = 1000
	shownBytes     = 200
)

// WholeBounds is how explain shows a part of an index that is not bounded, from its end to its beginning if backward.
func WholeBounds(backward bool) []string {
	return []string{edge{"MinKey", true}.to(edge{"MaxKey", true}, backward)}
}

// ShowBounds writes what Intervals or SingleIntervals has returned for path as MongoDB's explain does: "[5, 10)". Intervals
// are encoded keys, of which the values are found again among the filter's operands.
func (f *Filter) ShowBounds(path string, ivs []Interval, backward bool) []string {
	known := edges{values: map[string]string{}, limits: map[string]edge{}}
	for _, a := range f.atoms(path) {
		known.add(a)
	}
	for _, n := range f.root.flat(nil) {
		or, _ := n.(disjunction)
		for _, branch := range or.branches {
			for _, a := range (&Filter{root: conjunction{branch}}).atoms(path) {
				known.add(a)
			}
		}
	}
	denied := f.denied(path)
	for _, a := range denied {
		known.add(a)
	}
	if len(denied) > 0 {
		known.limit(bson.RawValue{Type: bson.TypeMinKey})
		known.limit(bson.RawValue{Type: bson.TypeMaxKey})
		known.values[string(keys.Append(nil, bson.RawValue{Type: bson.TypeUndefined}))] = "undefined"
		known.values[string(keys.Append(nil, value.Null))] = "null"
	}
	for _, t := range f.root.computedTerms(nil, path) {
		known.values[string(t.key)] = ShowValue(t.arg)
		known.limit(bson.RawValue{Type: bson.TypeMinKey})
		known.limit(bson.RawValue{Type: bson.TypeMaxKey})
	}
	shown := []string{}
	for _, iv := range ivs[:min(len(ivs), shownIntervals)] {
		shown = append(shown, known.find(iv.Lo, iv.LoIncl).to(known.find(iv.Hi, iv.HiIncl), backward))
	}
	if backward {
		slices.Reverse(shown)
	}
	if more := len(ivs) - len(shown); more > 0 {
		shown = append(shown, fmt.Sprintf("and %d more", more))
	}
	return shown
}

// edge is one end of an interval.
type edge struct {
	text   string
	closed bool
}

func (lo edge) to(hi edge, backward bool) string {
	if backward {
		lo, hi = hi, lo
	}
	opening, closing := "(", ")"
	if lo.closed {
		opening = "["
	}
	if hi.closed {
		closing = "]"
	}
	return opening + lo.text + ", " + hi.text + closing
}

// edges are the texts of encoded keys: of operands, and of the limits of their classes.
type edges struct {
	values map[string]string
	limits map[string]edge
}

func (k edges) find(key []byte, closed bool) edge {
	if text, ok := k.values[string(key)]; ok {
		return edge{text, closed}
	}
	return k.limits[string(key)]
}

// add takes in every key that the intervals of a may have.
func (k edges) add(a *atom) {
	for _, v := range append(slices.Clip(a.args), a.arg) {
		k.values[string(a.collation.Append(nil, v))] = ShowValue(v)
		if value.IsArray(v) {
			element := firstElement(v)
			k.values[string(a.collation.Append(nil, element))] = ShowValue(element)
		}
		k.limit(v)
	}
	if a.op == "$regex" {
		k.limit(bson.RawValue{Type: bson.TypeString})
	}
	if a.prefix != "" {
		lo, hi := keys.Prefix(a.prefix)
		k.values[string(lo)], k.values[string(hi)] = quote(string(lo[1:])), quote(string(hi[1:])) // behind the class
	}
	for _, e := range a.expressions {
		k.add(e)
	}
}

// limit takes in the limits of v's class.
func (k edges) limit(v bson.RawValue) {
	lo, hi := keys.Bounds(v)
	ends, known := classEnds[v.Type]
	if !known {
		ends = [2]edge{{v.Type.String(), true}, {v.Type.String(), true}}
	}
	k.limits[string(lo)], k.limits[string(hi)] = ends[0], ends[1]
	k.limits[string(keys.Append(nil, notANumber))] = numberEnds[0]
}

var numberEnds = [2]edge{{"-inf.0", true}, {"inf.0", true}}

// classEnds are the least and the greatest value of a class, or the least of the class behind it, which is no longer in it.
var classEnds = map[bson.Type][2]edge{
	bson.TypeMinKey:           {{"MinKey", true}, {"MinKey", true}},
	bson.TypeMaxKey:           {{"MaxKey", true}, {"MaxKey", true}},
	bson.TypeInt32:            numberEnds,
	bson.TypeInt64:            numberEnds,
	bson.TypeDouble:           numberEnds,
	bson.TypeDecimal128:       numberEnds,
	bson.TypeString:           {{`""`, true}, {"{}", false}},
	bson.TypeSymbol:           {{`""`, true}, {"{}", false}},
	bson.TypeEmbeddedDocument: {{"{}", true}, {"[]", false}},
	bson.TypeBinary:           {{"BinData(0, )", true}, {"ObjectId('000000000000000000000000')", false}},
	bson.TypeObjectID:         {{"ObjectId('000000000000000000000000')", true}, {"ObjectId('ffffffffffffffffffffffff')", true}},
	bson.TypeBoolean:          {{"false", true}, {"true", true}},
	bson.TypeDateTime:         {{"new Date(-9223372036854775808)", true}, {"new Date(9223372036854775807)", true}},
	bson.TypeTimestamp:        {{"Timestamp(0, 0)", true}, {"Timestamp(4294967295, 4294967295)", true}},
}

// showValue is a value as explain writes it, shortened if it is long.
func ShowValue(v bson.RawValue) string {
	text := showWhole(v)
	if len(text) > shownBytes {
		text = strings.ToValidUTF8(text[:shownBytes], "") + "..."
	}
	return text
}

func showWhole(v bson.RawValue) string {
	switch v.Type {
	case bson.TypeInt32, bson.TypeInt64:
		return strconv.FormatInt(v.AsInt64(), 10)
	case bson.TypeDouble:
		return showDouble(v.Double())
	case bson.TypeString:
		return quote(v.StringValue())
	case bson.TypeSymbol:
		return quote(v.Symbol())
	case bson.TypeBoolean:
		return strconv.FormatBool(v.Boolean())
	case 0, bson.TypeNull:
		return "null"
	case bson.TypeUndefined:
		return "undefined"
	case bson.TypeMinKey:
		return "MinKey"
	case bson.TypeMaxKey:
		return "MaxKey"
	case bson.TypeDateTime:
		return fmt.Sprintf("new Date(%d)", v.DateTime())
	case bson.TypeObjectID:
		return fmt.Sprintf("ObjectId('%s')", v.ObjectID().Hex())
	case bson.TypeDecimal128:
		return v.Decimal128().String()
	case bson.TypeTimestamp:
		t, i := v.Timestamp()
		return fmt.Sprintf("Timestamp(%d, %d)", t, i)
	case bson.TypeRegex:
		pattern, options := v.Regex()
		return "/" + pattern + "/" + options
	case bson.TypeBinary:
		subtype, data := v.Binary()
		return fmt.Sprintf("BinData(%d, %s)", subtype, strings.ToUpper(hex.EncodeToString(data[:min(len(data), shownBytes)])))
	case bson.TypeEmbeddedDocument, bson.TypeArray:
		return showNested(v)
	}
	return v.String()
}

// showNested writes no more members than can be shown.
func showNested(v bson.RawValue) string {
	var members []string
	size := 0
	for name, member := range keys.Elements(v.Value) {
		text := ShowValue(member)
		if value.IsDocument(v) {
			text = string(name) + ": " + text
		}
		members = append(members, text)
		if size += len(text); size > shownBytes {
			break
		}
	}
	opening, closing := "[", "]"
	if value.IsDocument(v) {
		opening, closing = "{", "}"
	}
	if len(members) == 0 {
		return opening + closing
	}
	return opening + " " + strings.Join(members, ", ") + " " + closing
}

func showDouble(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan.0"
	case math.IsInf(f, 0):
		return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(f, 'g', -1, 64), "+")) + ".0"
	}
	text := strconv.FormatFloat(f, 'g', 16, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

func quote(s string) string { return `"` + strings.ToValidUTF8(s, "\ufffd") + `"` }

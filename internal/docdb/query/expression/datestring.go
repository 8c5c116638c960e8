package expression

import (
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// written says how each letter of a format writes a date. Source: MongoDB manual, "$dateToString", format specifiers.
var written = map[byte]func(time.Time) string{
	'Y': func(t time.Time) string { return fmt.Sprintf("%04d", t.Year()) },
	'G': func(t time.Time) string { return fmt.Sprintf("%04d", isoYear(t)) },
	'm': func(t time.Time) string { return t.Format("01") },
	'b': func(t time.Time) string { return t.Format("Jan") },
	'B': func(t time.Time) string { return t.Format("January") },
	'd': func(t time.Time) string { return t.Format("02") },
	'H': func(t time.Time) string { return t.Format("15") },
	'M': func(t time.Time) string { return t.Format("04") },
	'S': func(t time.Time) string { return t.Format("05") },
	'L': func(t time.Time) string { return fmt.Sprintf("%03d", millisecond(t)) },
	'j': func(t time.Time) string { return fmt.Sprintf("%03d", t.YearDay()) },
	'w': func(t time.Time) string { return fmt.Sprint(int(t.Weekday()) + 1) },
	'u': func(t time.Time) string { return fmt.Sprint(isoDay(t)) },
	'U': func(t time.Time) string { return fmt.Sprintf("%02d", week(t)) },
	'V': func(t time.Time) string { return fmt.Sprintf("%02d", isoWeek(t)) },
	'z': func(t time.Time) string { return t.Format("-0700") },
	'Z': func(t time.Time) string { _, seconds := t.Zone(); return fmt.Sprintf("%+03d", seconds/60) },
	'%': func(time.Time) string { return "%" },
}

var toStringFields = fields{18629, 18534, []part{{"date", 18628}, {"format", 0}, {"timezone", 0}, {"onNull", 0}}}

func dateToString(x *Evaluation, args []bson.RawValue) bson.RawValue {
	text, isText := value.Text(args[1])
	if !isText && !absent(args[1]) {
		return x.fail(18533, "$dateToString requires that 'format' be a string, found: %s with value %v", value.TypeName(args[1]), args[1])
	}
	if absent(args[0]) && x.err == nil {
		return onNull(args[3])
	}
	t, ok := when(x, "$dateToString", args[0], args[2])
	switch {
	case !ok || args[1].Type != 0 && absent(args[1]):
		return onNull(args[3])
	case t.Year() < 0 || t.Year() > 9999:
		return x.fail(18537, "$dateToString is only defined on year 0-9999, tried to use year %d", t.Year())
	case !isText && t.Location() == time.UTC:
		text = "%Y-%m-%dT%H:%M:%S.%LZ"
	case !isText:
		text = "%Y-%m-%dT%H:%M:%S.%L"
	}
	return format(x, text, t)
}

// onNull is what an operator gives for null: what was given for it, else null.
func onNull(v bson.RawValue) bson.RawValue {
	if v.Type == 0 {
		return value.Null
	}
	return v
}

func format(x *Evaluation, text string, t time.Time) bson.RawValue {
	if !x.Step(1 + len(text)>>3) {
		return bson.RawValue{}
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b.WriteByte(text[i])
			continue
		}
		if i++; i == len(text) {
			return x.fail(18535, "Unmatched '%%' at end of format string")
		}
		write, ok := written[text[i]]
		if !ok {
			return x.fail(18536, "Invalid format character '%%%c' in format string", text[i])
		}
		b.WriteString(write(t))
	}
	return value.String(b.String())
}

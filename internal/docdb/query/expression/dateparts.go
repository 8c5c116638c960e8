package expression

import (
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

var dateParts = value.Table[parsing]{
	"$year":         {Summary: "Returns the year of a date.", Parse: ofDate(time.Time.Year)},
	"$month":        {Summary: "Returns the month of a date, from 1 to 12.", Parse: ofDate(func(t time.Time) int { return int(t.Month()) })},
	"$dayOfMonth":   {Summary: "Returns the day of a date's month, from 1 to 31.", Parse: ofDate(time.Time.Day)},
	"$dayOfYear":    {Summary: "Returns the day of a date's year, from 1 to 366.", Parse: ofDate(time.Time.YearDay)},
	"$dayOfWeek":    {Summary: "Returns the day of a date's week, from 1 for Sunday to 7.", Parse: ofDate(func(t time.Time) int { return int(t.Weekday()) + 1 })},
	"$isoDayOfWeek": {Summary: "Returns the day of a date's week, from 1 for Monday to 7.", Parse: ofDate(isoDay)},
	"$hour":         {Summary: "Returns the hour of a date, from 0 to 23.", Parse: ofDate(time.Time.Hour)},
	"$minute":       {Summary: "Returns the minute of a date, from 0 to 59.", Parse: ofDate(time.Time.Minute)},
	"$second":       {Summary: "Returns the second of a date, from 0 to 59.", Parse: ofDate(time.Time.Second)},
	"$millisecond":  {Summary: "Returns the millisecond of a date, from 0 to 999.", Parse: ofDate(millisecond)},
	"$week":         {Summary: "Returns the week of a date's year, from 0 to 53; the first Sunday begins week 1.", Parse: ofDate(week)},
	"$isoWeek":      {Summary: "Returns the week of a date's year by ISO 8601, from 1 to 53.", Parse: ofDate(isoWeek)},
	"$isoWeekYear":  {Summary: "Returns the year to which a date's week belongs by ISO 8601.", Parse: ofDateIn(func(t time.Time) bson.RawValue { return value.Int64(int64(isoYear(t))) })},
	"$dateToParts": {Summary: "Splits a date into its parts.",
		Parse: fields{40524, 40520, []part{{"date", 40522}, {"timezone", 0}, {"iso8601", 0}}}.with(takenApart)},
	"$tsSecond":    {Summary: "Returns the seconds of a timestamp.", Parse: exactly(1, ofTimestamp("$tsSecond", 5687301, func(seconds, _ uint32) uint32 { return seconds }))},
	"$tsIncrement": {Summary: "Returns the number of a timestamp within its second.", Parse: exactly(1, ofTimestamp("$tsIncrement", 5687302, func(_, n uint32) uint32 { return n }))},
}

func millisecond(t time.Time) int { return t.Nanosecond() / 1e6 }

func isoDay(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }

func week(t time.Time) int { return (t.YearDay() + 6 - int(t.Weekday())) / 7 }

func isoWeek(t time.Time) int { _, week := t.ISOWeek(); return week }

func isoYear(t time.Time) int { year, _ := t.ISOWeek(); return year }

func ofDate(part func(time.Time) int) parsing {
	return ofDateIn(func(t time.Time) bson.RawValue { return value.Int32(int32(part(t))) })
}

var dateFields = fields{0, 40535, []part{{"date", 40539}, {"timezone", 0}}}

// ofDateIn reads a date, or {date, timezone}.
func ofDateIn(part func(time.Time) bson.RawValue) parsing {
	return func(p *Parser, name string, operand bson.RawValue) (Expression, error) {
		rule := func(x *Evaluation, args []bson.RawValue) bson.RawValue {
			t, ok := when(x, name, args[0], args[1])
			if !ok {
				return value.Null
			}
			return part(t)
		}
		if first, _ := value.FirstName(operand); value.IsDocument(operand) && !strings.HasPrefix(first, "$") {
			return dateFields.with(rule)(p, name, operand)
		}
		args, err := parseOperands(p, operand)
		if err == nil && len(args) != 1 {
			err = wire.Errorf(location(40536), "%s accepts exactly one argument if given an array, but was given %d", name, len(args))
		}
		if err != nil {
			return nil, err
		}
		return p.fold(&call{append(args, absentField{}), rule}), nil
	}
}

func takenApart(x *Evaluation, args []bson.RawValue) bson.RawValue {
	t, ok := when(x, "$dateToParts", args[0], args[1])
	iso := args[2]
	switch {
	case !ok || iso.Type != 0 && absent(iso):
		return value.Null
	case iso.Type != 0 && iso.Type != bson.TypeBoolean:
		return x.fail(40521, "iso8601 must evaluate to a bool, found %s", value.TypeName(iso))
	}
	b := value.NewBuilder()
	add := func(name string, n int) { b.Add(name, value.Int32(int32(n))) }
	if value.Truthy(iso) {
		add("isoWeekYear", isoYear(t))
		add("isoWeek", isoWeek(t))
		add("isoDayOfWeek", isoDay(t))
	} else {
		add("year", t.Year())
		add("month", int(t.Month()))
		add("day", t.Day())
	}
	add("hour", t.Hour())
	add("minute", t.Minute())
	add("second", t.Second())
	add("millisecond", millisecond(t))
	return b.Document()
}

func ofTimestamp(name string, code int32, part func(seconds, n uint32) uint32) rule {
	return func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		seconds, n, ok := args[0].TimestampOK()
		switch {
		case absent(args[0]):
			return value.Null
		case !ok:
			return x.fail(code, "Argument to %s must be a timestamp, but is %s", name, value.TypeName(args[0]))
		}
		return value.Int64(int64(part(seconds, n)))
	}
}

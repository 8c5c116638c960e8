package expression

import (
	"math"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// A Unit is a span of time by which dates are counted: so many months, or so many milliseconds.
type Unit struct {
	months, millis int64
}

const day = 24 * 60 * 60 * 1000

var units = map[string]Unit{
	"year": {months: 12}, "quarter": {months: 3}, "month": {months: 1}, "week": {millis: 7 * day}, "day": {millis: day},
	"hour": {millis: 60 * 60 * 1000}, "minute": {millis: 60 * 1000}, "second": {millis: 1000}, "millisecond": {millis: 1},
}

// ParseUnit reads the name of a unit.
func ParseUnit(name string) (u Unit, err error) {
	u, ok := units[name]
	if !ok {
		return u, wire.Errorf(wire.FailedToParse, "unknown time unit value: %s", name)
	}
	return u, nil
}

// Millis is how long the unit is in milliseconds; ok is false where that depends on the date.
func (u Unit) Millis() (ms int64, ok bool) { return u.millis, u.months == 0 }

// byCalendar reports whether the unit goes from one day to another at the same time of the day.
func (u Unit) byCalendar() bool { return u.months > 0 || u.millis >= day }

// Add goes n units on from a date, in its zone. A day that a month does not have is its last. ok is false beyond the range of
// dates.
func (u Unit) Add(t time.Time, n int64) (at time.Time, ok bool) {
	const most = 1 << 40 // of days, far beyond all dates
	switch {
	case u.months > 0 && (n > most || n < -most):
		return at, false
	case u.months > 0:
		year, month, d := t.Date()
		first := time.Date(year, month+time.Month(n*u.months), 1, 0, 0, 0, 0, time.UTC)
		last := first.AddDate(0, 1, -1).Day()
		at = time.Date(first.Year(), first.Month(), min(d, last), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	case u.byCalendar() && (n > most || n < -most):
		return at, false
	case u.byCalendar():
		at = t.AddDate(0, 0, int(n*(u.millis/day)))
	default:
		if n > math.MaxInt64/u.millis || n < math.MinInt64/u.millis {
			return at, false
		}
		sum, fits := value.AddInt64(t.UnixMilli(), n*u.millis)
		return time.UnixMilli(sum).In(t.Location()), fits
	}
	const years = 290_000_000 // which milliseconds can hold
	return at, at.Year() < years && at.Year() > -years
}

// dateMath is $dateAdd and, with sign -1, $dateSubtract.
func dateMath(name string, sign int64) parsing {
	known := fields{5166400, 5166401, []part{{"startDate", 5166402}, {"unit", 5166402}, {"amount", 5166402}, {"timezone", 0}}}
	return known.with(func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		if slices.ContainsFunc(args[:3], absent) {
			return value.Null
		}
		zone, ok := zoneOf(x, name, args[3])
		if !ok {
			return value.Null
		}
		at, isDate := moment(args[0])
		unit, isText := value.Text(args[1])
		amount, isWhole := value.Whole(args[2])
		switch {
		case !isDate:
			return x.fail(5166403, "%s requires startDate to be convertible to a date", name)
		case !isText:
			return x.fail(5166404, "%s expects string defining the time unit", name)
		case !isWhole || amount == math.MinInt64:
			return x.fail(5166405, "%s expects integer amount of time units", name)
		}
		u, err := ParseUnit(unit)
		if err != nil {
			return x.Fail(err)
		}
		if at, ok = u.Add(at.In(zone), sign*amount); !ok {
			return x.fail(5166406, "%s overflowed", name)
		}
		return value.Date(at)
	})
}

// A count of days since the beginning of 1970, of the date as it is in its zone.
func dayNumber(t time.Time) int64 {
	y, m, d := t.Date()
	return floorDiv(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).UnixMilli(), day)
}

func monthNumber(t time.Time) int64 { return int64(t.Year())*12 + int64(t.Month()) - 1 }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// local is the milliseconds of a date as its zone's clocks show it.
func local(t time.Time) int64 {
	_, seconds := t.Zone()
	return t.UnixMilli() + int64(seconds)*1000
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// weekday reads a day of the week, in full or by its first three letters.
func weekday(name string) (day int64, ok bool) {
	name = strings.ToLower(name)
	i := slices.IndexFunc(weekdays, func(day string) bool { return name == day || name == day[:3] })
	return int64(i), i >= 0
}

// epochWeekday is the day of the week on which 1970 began, and on which weekOf begins weeks for day 0.
const epochWeekday = 4

// weekNumber counts weeks that begin on a day of the week.
func weekNumber(t time.Time, begins int64) int64 {
	return floorDiv(dayNumber(t)+epochWeekday-begins, 7)
}

// unitAndWeek reads a unit and the first day of a week, which matters for the unit week alone.
func unitAndWeek(x *Evaluation, name string, unit, start bson.RawValue, codes [4]int32) (u Unit, begins int64, ok bool) {
	text, isText := value.Text(unit)
	if !isText {
		x.fail(codes[0], "%s requires 'unit' to be a string, but got %s", name, value.TypeName(unit))
		return u, 0, false
	}
	u, known := units[text]
	if !known {
		x.fail(codes[1], "%s parameter 'unit' value parsing failed :: caused by :: unknown time unit value: %s", name, text)
		return u, 0, false
	}
	if text != "week" || start.Type == 0 {
		return u, 0, true
	}
	if text, isText = value.Text(start); !isText {
		x.fail(codes[2], "%s requires 'startOfWeek' to be a string, but got %s", name, value.TypeName(start))
		return u, 0, false
	}
	if begins, ok = weekday(text); !ok {
		x.fail(codes[3], "%s parameter 'startOfWeek' value parsing failed :: caused by :: unknown day of week value: %s", name, text)
	}
	return u, begins, ok
}

var diffFields = fields{5166301, 5166302, []part{{"startDate", 5166303}, {"endDate", 5166304}, {"unit", 5166305}, {"timezone", 0}, {"startOfWeek", 0}}}

// dateDiff counts the boundaries of units between two dates.
func dateDiff(x *Evaluation, args []bson.RawValue) bson.RawValue {
	if slices.ContainsFunc(args[:3], absent) || args[4].Type != 0 && absent(args[4]) {
		return value.Null
	}
	u, begins, ok := unitAndWeek(x, "$dateDiff", args[2], args[4], [4]int32{5439013, 5439014, 5439015, 5439016})
	if !ok {
		return bson.RawValue{}
	}
	zone, ok := zoneOf(x, "$dateDiff", args[3])
	if !ok {
		return value.Null
	}
	from, isDate := moment(args[0])
	to, isDateToo := moment(args[1])
	if !isDate || !isDateToo {
		return x.fail(5166307, "$dateDiff requires 'startDate' and 'endDate' to be dates, but got %s and %s", value.TypeName(args[0]), value.TypeName(args[1]))
	}
	return value.Int64(u.number(to.In(zone), begins) - u.number(from.In(zone), begins))
}

// number counts units; what it counts from does not matter. Spans shorter than a day are counted as they pass, not as
// clocks show them.
func (u Unit) number(t time.Time, begins int64) int64 {
	switch {
	case u.months > 0:
		return floorDiv(monthNumber(t), u.months)
	case u.millis == 7*day:
		return weekNumber(t, begins)
	case u.millis == day:
		return dayNumber(t)
	}
	_, seconds := t.Zone()
	shift := int64(seconds) * 1000 % u.millis
	return floorDiv(t.UnixMilli()+shift, u.millis)
}

var truncFields = fields{5439007, 5439008, []part{{"date", 5439009}, {"unit", 5439010}, {"binSize", 0}, {"timezone", 0}, {"startOfWeek", 0}}}

func dateTrunc(x *Evaluation, args []bson.RawValue) bson.RawValue {
	for i, v := range args {
		if absent(v) && (i < 2 || v.Type != 0) {
			return value.Null
		}
	}
	size, ok := int64(1), true
	if args[2].Type != 0 {
		size, ok = value.Whole(args[2])
	}
	switch {
	case !ok:
		return x.fail(5439017, "$dateTrunc requires 'binSize' to be a 64-bit integer, but got value '%v' of type %s", args[2], value.TypeName(args[2]))
	case size <= 0:
		return x.fail(5439018, "$dateTrunc requires 'binSize' to be greater than 0, but got value %d", size)
	}
	u, begins, ok := unitAndWeek(x, "$dateTrunc", args[1], args[4], [4]int32{5439013, 5439014, 5439015, 5439016})
	if !ok {
		return bson.RawValue{}
	}
	zone, ok := zoneOf(x, "$dateTrunc", args[3])
	if !ok {
		return value.Null
	}
	t, isDate := moment(args[0])
	if !isDate {
		return x.fail(5439012, "$dateTrunc requires 'date' to be a date, but got %s", value.TypeName(args[0]))
	}
	if size > math.MaxInt64/max(u.months*31*day, u.millis) {
		return x.fail(15, "$dateTrunc requires 'binSize' to be less than %d units", size)
	}
	return value.Date(u.truncate(t.In(zone), size, begins))
}

// truncate is the beginning of the bin in which a date lies, of bins of so many units. One of them begins with the year 2000,
// or where units are weeks with the first week that begins in it.
func (u Unit) truncate(t time.Time, size, begins int64) time.Time {
	base := time.Date(2000, time.January, 1, 0, 0, 0, 0, t.Location())
	if u.months > 0 {
		n := size * u.months
		return time.Date(2000, time.January+time.Month(floorDiv(monthNumber(t)-monthNumber(base), n)*n), 1, 0, 0, 0, 0, t.Location())
	}
	if u.byCalendar() {
		n, shift := size*(u.millis/day), int64(0)
		if u.millis == 7*day {
			const saturday = 6 // on which the year 2000 began
			shift = (begins - saturday + 7) % 7
		}
		days := floorDiv(dayNumber(t)-dayNumber(base)-shift, n)*n + shift
		return time.Date(2000, time.January, 1+int(days), 0, 0, 0, 0, t.Location())
	}
	n, since := size*u.millis, time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	late := local(t) - since
	return time.UnixMilli(t.UnixMilli() - (late - floorDiv(late, n)*n))
}

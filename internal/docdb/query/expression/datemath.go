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

package expression

import (
	"math"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

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

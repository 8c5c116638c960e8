package expression

import (
	"math"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// The parts of a date, in the order in which $dateFromParts has them.
const (
	yearPart = iota
	weekYearPart
	monthPart
	weekPart
	dayPart
	weekDayPart
	hourPart
	minutePart
	secondPart
	millisecondPart
	zonePart
)

var partFields = fields{40519, 40518, []part{{"year", 0}, {"isoWeekYear", 0}, {"month", 0}, {"isoWeek", 0}, {"day", 0}, {"isoDayOfWeek", 0}, {"hour", 0}, {"minute", 0}, {"second", 0}, {"millisecond", 0}, {"timezone", 0}}}

// partDefaults are what a part is that is not given.
var partDefaults = [...]int64{yearPart: 0, weekYearPart: 0, monthPart: 1, weekPart: 1, dayPart: 1, weekDayPart: 1, hourPart: 0, minutePart: 0, secondPart: 0, millisecondPart: 0}

func parseDateFromParts(p *Parser, name string, operand bson.RawValue) (Expression, error) {
	has := func(names ...string) bool {
		for _, n := range names {
			if keys.Lookup(operand.Value, n).Type != 0 {
				return true
			}
		}
		return false
	}
	switch e, err := partFields.with(composed)(p, name, operand); {
	case err != nil:
		return nil, err
	case !has("year", "isoWeekYear"):
		return nil, wire.Errorf(location(40516), "$dateFromParts requires either 'year' or 'isoWeekYear' to be present")
	case has("year") && has("isoWeekYear", "isoWeek", "isoDayOfWeek"):
		return nil, wire.Errorf(location(40489), "$dateFromParts does not allow mixing natural dates with ISO dates")
	case has("isoWeekYear") && has("year", "month", "day"):
		return nil, wire.Errorf(location(40525), "$dateFromParts does not allow mixing ISO dates with natural dates")
	default:
		return e, nil
	}
}

func composed(x *Evaluation, args []bson.RawValue) bson.RawValue {
	var n [zonePart]int64
	for i, v := range args[:zonePart] {
		var ok bool
		switch n[i], ok = value.Whole(v); {
		case v.Type == 0:
			n[i] = partDefaults[i]
		case absent(v):
			return value.Null
		case !ok:
			return x.fail(40515, "'%s' must evaluate to an integer, found %s with value :%v", partFields.known[i].name, value.TypeName(v), v)
		case (i == yearPart || i == weekYearPart) && (n[i] < 1 || n[i] > 9999):
			return x.fail(40523, "'%s' must evaluate to an integer in the range 1 to 9999, found %d", partFields.known[i].name, n[i])
		case i > weekYearPart && i < secondPart && (n[i] < math.MinInt16 || n[i] > math.MaxInt16):
			return x.fail(31034, "'%s' must evaluate to a value in the range [-32768, 32767]; value is %d", partFields.known[i].name, n[i])
		}
	}
	zone, ok := zoneOf(x, "$dateFromParts", args[zonePart])
	if !ok {
		return value.Null
	}
	year, month, day := int(n[yearPart]), time.Month(n[monthPart]), int(n[dayPart])
	if args[weekYearPart].Type != 0 {
		year, month, day = isoDate(int(n[weekYearPart]), int(n[weekPart]), int(n[weekDayPart]))
	}
	const most = math.MaxInt64 / 4000
	if n[secondPart] > most || n[secondPart] < -most || n[millisecondPart] > most || n[millisecondPart] < -most {
		return x.fail(15, "the parts of $dateFromParts are beyond the range of dates")
	}
	at := time.Date(year, month, day, int(n[hourPart]), int(n[minutePart]), 0, 0, zone).UnixMilli()
	return milliseconds(at + n[secondPart]*1000 + n[millisecondPart])
}

func milliseconds(ms int64) bson.RawValue { return value.Date(time.UnixMilli(ms)) }

// isoDate is the day of a week by ISO 8601: week 1 is that of January 4th.
func isoDate(year, week, day int) (int, time.Month, int) {
	fourth := time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC)
	return year, time.January, 4 - isoDay(fourth) + (week-1)*7 + day
}

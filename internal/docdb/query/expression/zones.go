package expression

import (
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the zones, for machines that have none

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// zones are the time zones that have been asked for by name; there are some hundreds.
var zones sync.Map

// zoneOf reads a time zone: a name such as Europe/Berlin, or an offset such as +02:00, +0200 or +02. None is UTC; ok is false for
// null and where there is none of the name.
func zoneOf(x *Evaluation, operator string, v bson.RawValue) (zone *time.Location, ok bool) {
	name, isText := value.Text(v)
	switch {
	case v.Type == 0:
		return time.UTC, true
	case absent(v):
		return nil, false
	case !isText:
		x.fail(40517, "%s: timezone must evaluate to a string, found %s", operator, value.TypeName(v))
		return nil, false
	}
	if zone = namedZone(name); zone == nil {
		x.fail(40485, "unrecognized time zone identifier: %q", name)
	}
	return zone, zone != nil
}

func namedZone(name string) *time.Location {
	if name == "" || name == "Local" {
		return nil
	}
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location)
	}
	if seconds, ok := offset(name); ok {
		if seconds == 0 {
			return time.UTC
		}
		return time.FixedZone("", seconds)
	}
	zone, err := time.LoadLocation(name)
	if name == "Z" {
		zone, err = time.UTC, nil
	}
	if err != nil {
		return nil
	}
	zones.Store(name, zone)
	return zone
}

// offset reads an offset from UTC, in seconds.
func offset(text string) (seconds int, ok bool) {
	if text == "" || text[0] != '+' && text[0] != '-' {
		return 0, false
	}
	digits := text[1:]
	if len(digits) == 5 && digits[2] == ':' {
		digits = digits[:2] + digits[3:]
	}
	if len(digits) != 2 && len(digits) != 4 || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	hours, _ := strconv.Atoi(digits[:2])
	minutes, _ := strconv.Atoi("0" + digits[2:])
	if seconds = (hours*60 + minutes) * 60; text[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// moment is the time of a date, a timestamp or an ObjectID; ok is false for other types.
func moment(v bson.RawValue) (at time.Time, ok bool) {
	switch v.Type {
	case bson.TypeDateTime:
		return time.UnixMilli(v.DateTime()).UTC(), true
	case bson.TypeTimestamp:
		seconds, _, _ := v.TimestampOK()
		return time.Unix(int64(seconds), 0).UTC(), true
	case bson.TypeObjectID:
		id, _ := v.ObjectIDOK()
		return id.Timestamp().UTC(), true
	}
	return time.Time{}, false
}

// when is a moment in a zone. ok is false where one of both is null, and in an error.
func when(x *Evaluation, operator string, date, zone bson.RawValue) (at time.Time, ok bool) {
	in, ok := zoneOf(x, operator, zone)
	if !ok || absent(date) {
		return at, false
	}
	if at, ok = moment(date); !ok {
		x.fail(16006, "can't convert from BSON type %s to Date", value.TypeName(date))
		return at, false
	}
	return at.In(in), true
}

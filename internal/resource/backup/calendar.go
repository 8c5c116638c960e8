package backup

import (
	"strings"
	"time"
)

const (
	day       = 24 * time.Hour
	lastOfAll = 40 // stands for the last day of a month
)

// around returns when the item was due last, at or before t, and when it is due next. A day begins ref after midnight, UTC.
func (i PolicyItem) around(t time.Time, ref time.Duration) (latest, next time.Time) {
	n := time.Duration(i.FrequencyInterval)
	switch i.FrequencyType {
	case "hourly":
		return every(n*time.Hour, ref%(n*time.Hour), t)
	case "daily":
		return every(day, ref, t)
	case "weekly":
		return every(7*day, (n-1)*day+ref, t) // weeks begin on Monday, as the calendar of package time does
	case "yearly":
		return months(12, i.FrequencyInterval, 1, ref, t)
	}
	return months(1, int(t.Month()), i.FrequencyInterval, ref, t)
}

// every returns the last instant at or before t, and the next one, of a series: one instant in each period, after its
// beginning by a given time.
func every(period, after time.Duration, t time.Time) (latest, next time.Time) {
	latest = t.Add(-after).Truncate(period).Add(after)
	return latest, latest.Add(period)
}

// months is every for a period of n months: one period has its instant in month m of t's year, on a given day.
func months(n, m, dayOfMonth int, ref time.Duration, t time.Time) (latest, next time.Time) {
	at := func(m int) time.Time {
		first := time.Date(t.Year(), time.Month(m), 1, 0, 0, 0, 0, time.UTC)
		if dayOfMonth == lastOfAll {
			return first.AddDate(0, 1, -1).Add(ref)
		}
		return first.AddDate(0, 0, dayOfMonth-1).Add(ref)
	}
	if at(m).After(t) {
		m -= n
	}
	return at(m), at(m + n)
}

// retention is how long a snapshot is kept: a value and a unit, such as 3 weeks. The unit may be in capitals.
type retention struct {
	unit  string
	value int
}

// after returns t plus the retention. With a negative value it is before t.
func (k retention) after(t time.Time) time.Time {
	switch strings.ToLower(k.unit) {
	case "weeks":
		return t.AddDate(0, 0, 7*k.value)
	case "months":
		return t.AddDate(0, k.value, 0)
	case "years":
		return t.AddDate(k.value, 0, 0)
	}
	return t.AddDate(0, 0, k.value)
}

// tooLong reports whether k is longer than longestRetention.
func (k retention) tooLong() bool {
	t := time.Time{}
	k.value = min(k.value, longestRetention+1)
	return k.after(t).After(t.AddDate(0, 0, longestRetention))
}

func (i PolicyItem) kept() retention { return retention{i.RetentionUnit, i.RetentionValue} }

// from returns when the item is due next, after t, leaving out instants whose snapshots would have expired at until.
func (i PolicyItem) from(t, until time.Time, ref time.Duration) time.Time {
	k := i.kept()
	k.value = -k.value
	if back := k.after(until); back.After(t) {
		t = back
	}
	_, next := i.around(t, ref)
	return next
}

package backup

import (
	"strings"
	"time"
)

const (
	day       = 24 * time.Hour
	lastOfAll = 40 // the day of a month that is its last one
)

// around returns the item's latest instant that is not after t, and the one that follows it. Days begin at ref after
// midnight, UTC.
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

// every returns the instants around t of what comes back after a period, that long after the period's beginning.
func every(period, after time.Duration, t time.Time) (latest, next time.Time) {
	latest = t.Add(-after).Truncate(period).Add(after)
	return latest, latest.Add(period)
}

// months returns the instants around t of what comes back after n months: in the month m of t's year, on a day.
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

// retention is for how long a snapshot stays: value units, such as 3 weeks, in small letters or capitals.
type retention struct {
	unit  string
	value int
}

// after is when what is taken at t goes; a negative value leads back.
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

// tooLong reports whether k is longer than anything is kept.
func (k retention) tooLong() bool {
	t := time.Time{}
	k.value = min(k.value, longestRetention+1)
	return k.after(t).After(t.AddDate(0, 0, longestRetention))
}

func (i PolicyItem) kept() retention { return retention{i.RetentionUnit, i.RetentionValue} }

// from returns the item's first instant after t whose snapshot is still there at until, or is at until or later.
func (i PolicyItem) from(t, until time.Time, ref time.Duration) time.Time {
	k := i.kept()
	k.value = -k.value
	if back := k.after(until); back.After(t) {
		t = back
	}
	_, next := i.around(t, ref)
	return next
}

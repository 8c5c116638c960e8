package monitoring

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/series"
)

// iso8601 is a duration of ISO 8601 in days and less. Months and years have no length of their own.
var iso8601 = regexp.MustCompile(`^P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$`)

// duration reads a duration of ISO 8601, such as P1DT12H; ok is false if s is none, or zero.
func duration(s string) (d time.Duration, ok bool) {
	parts := iso8601.FindStringSubmatch(s)
	if parts == nil {
		return 0, false
	}
	const day = 24 * time.Hour
	for i, unit := range []time.Duration{7 * day, day, time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(parts[1+i]) // digits, or nothing
		d += time.Duration(min(n, int(longest/unit)+1)) * unit
	}
	return min(d, longest+1), d > 0
}

// longest is the longest period that is told apart from longer ones: all are more than what is kept.
const longest = 100 * 366 * 24 * time.Hour

// spanIn says what part of a series is asked for.
type spanIn struct {
	Granularity string     `query:"granularity" api:"required,maxLen=32" doc:"Step between two points, as a duration of ISO 8601: PT1M, PT5M, PT1H or P1D."`
	Period      string     `query:"period" api:"maxLen=64" doc:"Length of the time to return, as a duration of ISO 8601 such as P1DT12H: up to now, from start on, or up to end. One of period and start is required."`
	Start       *time.Time `query:"start" doc:"Beginning of the time to return."`
	End         *time.Time `query:"end" doc:"End of the time to return. Without it: now."`
}

// granularities are the steps that series are kept in, as the API writes them.
var granularities = []string{"PT1M", "PT5M", "PT1H", "P1D"}

// span is a part of a series.
type span struct {
	granularity string
	step        time.Duration
	from, until time.Time
}

// read checks what is asked for, as of now.
func (in spanIn) read(now time.Time) (s span, err error) {
	var bad fault.Problems
	steps, kept := series.Steps()
	step, ok := duration(in.Granularity)
	i := slices.Index(steps, step)
	if !ok || i < 0 {
		bad.Add("granularity", "must be PT1M, PT5M, PT1H or P1D, or the same duration in other words")
		i = len(steps) - 1
	}
	s = between(in.Start, in.End, in.Period, now, &bad)
	if s.from.Before(now.Add(-kept[i] - steps[i])) {
		bad.Add(s.granularity, "must not reach back further than what is kept in steps of %s: %d hours", in.Granularity, int(kept[i].Hours()))
	}
	s.granularity, s.step = granularities[i], steps[i]
	return s, bad.Err()
}

// between is the time that start, end and period name. Its granularity is the name of the field that says where it begins.
func between(start, end *time.Time, period string, now time.Time, bad *fault.Problems) (s span) {
	length, ok := duration(period)
	if period != "" && (!ok || length > longest) {
		bad.Add("period", "must be a duration of ISO 8601 in weeks, days, hours, minutes and seconds, such as PT24H")
	}
	s = span{granularity: "period", from: now.Add(-length), until: now}
	switch {
	case start != nil && end != nil && period != "":
		bad.Add("period", "must not be there if both start and end are")
	case start == nil && period == "":
		bad.Add("period", "is needed, or start")
	case start != nil && end != nil:
		s.granularity, s.from, s.until = "start", *start, *end
	case start != nil && period != "":
		s.granularity, s.from, s.until = "start", *start, start.Add(length)
	case start != nil:
		s.granularity, s.from = "start", *start
	case end != nil:
		s.from, s.until = end.Add(-length), *end
	}
	if !s.from.Before(s.until) {
		bad.Add("start", "must be before the end")
	}
	if s.from.After(now) {
		bad.Add("start", "must not be in the future")
	}
	return s
}

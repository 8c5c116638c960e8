package alert

import (
	"slices"

	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/measure"
)

// ends are the events that tell of a condition, and those that tell of its end. What happens at one moment has no end.
var ends = map[event.Type]event.Type{
	"OUTSIDE_METRIC_THRESHOLD": "INSIDE_METRIC_THRESHOLD", "OUTSIDE_FLEX_METRIC_THRESHOLD": "INSIDE_FLEX_METRIC_THRESHOLD",
	"OUTSIDE_SERVERLESS_METRIC_THRESHOLD": "INSIDE_SERVERLESS_METRIC_THRESHOLD", "NO_PRIMARY": "ONE_PRIMARY", "HOST_DOWN": "HOST_UP",
	"REPLICATION_OPLOG_WINDOW_RUNNING_OUT": "REPLICATION_OPLOG_WINDOW_HEALTHY",
}

// ofMetric are the types of events that compare a metric with a threshold.
var ofMetric = []event.Type{"OUTSIDE_METRIC_THRESHOLD", "OUTSIDE_FLEX_METRIC_THRESHOLD", "OUTSIDE_SERVERLESS_METRIC_THRESHOLD"}

// hours are how many hours a unit of a threshold is.
var hours = map[string]float64{"MINUTES": 1. / 60, "HOURS": 1, "DAYS": 24, "SECONDS": 1. / 3600, "min": 1. / 60, "hours": 1, "days": 24, "sec": 1. / 3600}

// checkThreshold refuses thresholds that nothing can be compared with.
func checkThreshold(w *GroupAlertsConfig) error {
	var bad fault.Problems
	if m := w.MetricThreshold; m != nil {
		if watched, known := measure.WatchedNamed(m.MetricName); known {
			if _, ok := watched.Kind.Factor(m.Units); !ok {
				bad.Add("metricThreshold.units", "must be there, and a unit of %s", map[measure.Quantity]string{
					measure.Number: "numbers: RAW", measure.Data: "data, such as BYTES", measure.Times: "time, such as MILLISECONDS"}[watched.Kind])
			}
			if m.Operator == "" {
				bad.Add("metricThreshold.operator", "is needed")
			}
		}
	} else if slices.Contains(ofMetric, w.EventTypeName) {
		bad.Add("metricThreshold", "is needed for this type of event")
	}
	if w.EventTypeName == "REPLICATION_OPLOG_WINDOW_RUNNING_OUT" {
		switch {
		case w.Threshold == nil:
			bad.Add("threshold", "is needed for this type of event")
		case hours[w.Threshold.Units] == 0:
			bad.Add("threshold.units", "must be there, and a unit of time, such as HOURS")
		}
	}
	for i, m := range w.Matchers {
		if _, err := m.compile(); err != nil {
			bad.Add("matchers", "number %d has no regular expression as its value", i+1)
		}
	}
	return bad.Err()
}

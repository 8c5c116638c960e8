package monitoring_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/measure"
)

// measured are the values of a measurement by the API, by time; a null is absent.
func (s *scene) measured(path string, query url.Values, name string) (times []string, values map[string]float64) {
	s.t.Helper()
	got := s.Owner().Get(s.group + path + "?" + query.Encode()).Want(http.StatusOK).Object()
	values = map[string]float64{}
	for _, m := range got["measurements"].([]any) {
		if m.(object)["name"] != name {
			continue
		}
		for _, p := range m.(object)["dataPoints"].([]any) {
			at := p.(object)["timestamp"].(string)
			times = append(times, at)
			if v, ok := p.(object)["value"].(float64); ok {
				values[at] = v
			}
		}
	}
	return times, values
}

func sum(values map[string]float64) (n float64) {
	for _, v := range values {
		n += v
	}
	return n
}

func minutely(names ...string) url.Values {
	return url.Values{"granularity": {"PT1M"}, "period": {"PT2H"}, "m": names}
}

func (s *scene) primary() (process string) {
	for _, p := range s.Owner().Get(s.group + "/processes").Want(http.StatusOK).Results() {
		if p["typeName"] == "REPLICA_PRIMARY" {
			process = p["id"].(string)
		}
	}
	return "/processes/" + process
}

// TestMeasurements: what an application does is what is measured, minute by minute, over restarts and moves of the clock.
func TestMeasurements(t *testing.T) {
	s := newScene(t)
	coll := s.client("ann").Database("shop").Collection("orders")
	process := s.primary()
	for i := range 30 {
		if _, err := coll.InsertOne(t.Context(), bson.M{"_id": i, "x": 1}); err != nil {
			t.Fatal(err)
		}
	}
	for range 12 {
		if _, err := coll.Find(t.Context(), bson.M{"x": 1}); err != nil {
			t.Fatal(err)
		}
	}
	s.Advance(2 * time.Minute)
	for name, want := range map[string]float64{"OPCOUNTER_INSERT": 30, "OPCOUNTER_QUERY": 12, "DOCUMENT_METRICS_INSERTED": 30, "DOCUMENT_METRICS_RETURNED": 360} {
		if _, values := s.measured(process+"/measurements", minutely(name), name); int(60*sum(values)+.5) != int(want) {
			t.Errorf("%s: %v, want %v in all", name, values, want)
		}
	}
	if _, values := s.measured(process+"/measurements", minutely("CONNECTIONS"), "CONNECTIONS"); len(values) == 0 || sum(values) == 0 {
		t.Errorf("CONNECTIONS: %v", values)
	}
	if _, values := s.measured(process+"/databases/shop/measurements", minutely("DATABASE_OBJECT_COUNT"), "DATABASE_OBJECT_COUNT"); sum(values) == 0 || int(sum(values))%30 != 0 {
		t.Errorf("DATABASE_OBJECT_COUNT: %v", values)
	}
	if _, values := s.measured(process+"/disks/data/measurements", minutely("DISK_PARTITION_SPACE_USED"), "DISK_PARTITION_SPACE_USED"); sum(values) == 0 {
		t.Errorf("DISK_PARTITION_SPACE_USED: %v", values)
	}

	s.Advance(48 * time.Hour)
	s.Restart()
	s.locate()
	process = s.primary()
	times, values := s.measured(process+"/measurements", url.Values{"granularity": {"PT1M"}, "period": {"PT24H"}, "m": {"OPCOUNTER_INSERT"}}, "OPCOUNTER_INSERT")
	if len(times) < 24*60-3 || sum(values) != 0 {
		t.Errorf("a quiet day has %d minutes with %v inserts", len(times), sum(values))
	}
	_, hours := s.measured(process+"/measurements", url.Values{"granularity": {"PT1H"}, "period": {"P5D"}, "m": {"OPCOUNTER_INSERT"}}, "OPCOUNTER_INSERT")
	if got := 3600 * sum(hours); int(got+.5) != 30 {
		t.Errorf("the hours have %v inserts", got)
	}
}

// TestAllNames: without names, all measurements come in the service's order, and those that are not made have no values.
func TestAllNames(t *testing.T) {
	s := newScene(t)
	process := s.primary()
	for path, all := range map[string]measure.Measurements{
		process + "/measurements": measure.OfProcess, process + "/disks/data/measurements": measure.OfDisk,
	} {
		got := s.Owner().Get(s.group + path + "?granularity=PT1M&period=PT1H").Want(http.StatusOK).Object()["measurements"].([]any)
		var names []string
		for _, m := range got {
			names = append(names, m.(object)["name"].(string))
		}
		if !slices.Equal(names, all.Names()) {
			t.Errorf("%s: %v", path, names)
		}
	}
	if _, _, err := s.SDK().MonitoringAndLogsApi.GetHostMeasurements(t.Context(), s.ProjectID, process[len("/processes/"):]).Granularity("PT1M").Period("PT1H").Execute(); err != nil {
		t.Error(err)
	}
}

// TestPeriods: granularities, periods and instants that make no sense are refused by the field.
func TestPeriods(t *testing.T) {
	s := newScene(t)
	at := s.group + s.primary() + "/measurements?"
	now := s.Now()
	instant := func(d time.Duration) string { return url.QueryEscape(now.Add(d).Format(time.RFC3339)) }
	for query, field := range map[string]string{
		"period=PT1H":                                      "granularity",
		"granularity=PT10S&period=PT1H":                    "granularity",
		"granularity=60&period=PT1H":                       "granularity",
		"granularity=P1M&period=PT1H":                      "granularity",
		"granularity=PT1M":                                 "period",
		"granularity=PT1M&period=1H":                       "period",
		"granularity=PT1M&period=P":                        "period",
		"granularity=PT1M&period=PT0S":                     "period",
		"granularity=PT1M&period=-PT1H":                    "period",
		"granularity=PT1M&period=P999999W":                 "period",
		"granularity=PT1M&period=P30D":                     "period",
		"granularity=PT1M&start=" + instant(-90*time.Hour): "start",
		"granularity=PT1M&start=" + instant(time.Hour):     "start",
		"granularity=PT1M&start=yesterday":                 "start",
		"granularity=PT1M&period=PT1H&m=NOTHING":           "m",
		fmt.Sprintf("granularity=PT1M&start=%s&end=%s", instant(-time.Hour), instant(-2*time.Hour)):             "start",
		fmt.Sprintf("granularity=PT1M&start=%s&end=%s&period=PT1H", instant(-2*time.Hour), instant(-time.Hour)): "period",
	} {
		if got := s.Owner().Get(at+query).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Contains(got, field) {
			t.Errorf("%s: %v, want %s", query, got, field)
		}
	}
	for _, query := range []string{"granularity=PT60S&period=PT1H", "granularity=PT5M&period=P2D", "granularity=P1D&period=P1W", "granularity=PT1H&period=P1DT12H",
		"granularity=PT1M&start=" + instant(-time.Hour) + "&period=PT30M"} {
		s.Owner().Get(at + query).Want(http.StatusOK)
	}
	s.Owner().Get(s.group+"/processes/127.0.0.1:1/measurements?granularity=PT1M&period=PT1H").WantError(http.StatusNotFound, "HOST_NOT_FOUND")
	s.Owner().Get(s.group+s.primary()+"/databases/none/measurements?granularity=PT1M&period=PT1H").WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	s.Owner().Get(s.group+s.primary()+"/disks/none/measurements?granularity=PT1M&period=PT1H").WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
}

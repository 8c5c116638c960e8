package alert_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// TestDefaults: a project that is to begin with the usual configurations has them, and any other has none.
func TestDefaults(t *testing.T) {
	s := apitest.Start(t)
	for with, want := range map[bool]int{true: 7, false: 0} {
		name := map[bool]string{true: "with", false: "without"}[with]
		id := s.Owner().Post("/groups", object{"name": name, "orgId": s.OrgID, "withDefaultAlertsSettings": with}).Want(http.StatusOK).Object()["id"].(string)
		all := s.Owner().Get("/groups/" + id + "/alertConfigs").Want(http.StatusOK).Results()
		if len(all) != want {
			t.Errorf("%s: %d configurations, want %d", name, len(all), want)
		}
		var metrics []string
		for _, c := range all {
			if m, ok := c["metricThreshold"].(object); ok {
				metrics = append(metrics, m["metricName"].(string))
			}
			n := c["notifications"].([]any)[0].(object)
			if c["enabled"] != true || n["typeName"] != "GROUP" || n["notifierId"] == "" {
				t.Errorf("%s has %v", name, c)
			}
		}
		if slices.Sort(metrics); with && !slices.Equal(metrics, []string{"CONNECTIONS_PERCENT", "DISK_PARTITION_SPACE_USED_DATA", "QUERY_TARGETING_SCANNED_OBJECTS_PER_RETURNED"}) {
			t.Errorf("metrics: %v", metrics)
		}
		s.Owner().Delete("/groups/" + id).Want(http.StatusNoContent)
	}
}

package events_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// TestActivity: the link of a feed leads to the events that its filters select.
func TestActivity(t *testing.T) {
	s := apitest.Start(t)
	for _, place := range []string{"/groups/" + s.ProjectID, "/orgs/" + s.OrgID} {
		link := s.Owner().At("2025-03-12").Get(place + "/activityFeed?minDate=2020-01-01T00:00:00Z&eventType=ALERT_CONFIG_ADDED_AUDIT").Want(http.StatusOK).Object()["link"].(string)
		_, path, found := strings.Cut(link, "/api/atlas/v2")
		if !found || !strings.HasPrefix(link, s.URL) {
			t.Fatalf("the link is %s", link)
		}
		before := len(s.Owner().Get(path).Want(http.StatusOK).Results())
		s.Owner().Post("/groups/"+s.ProjectID+"/alertConfigs", map[string]any{"eventTypeName": "CLUSTER_CREATED", "notifications": []map[string]any{{"typeName": "GROUP"}}}).Want(http.StatusOK)
		if after := len(s.Owner().Get(path).Want(http.StatusOK).Results()); after != before+1 {
			t.Errorf("%s has %d events, and then %d", path, before, after)
		}
	}
	got := s.Owner().At("2025-03-12").Get("/groups/"+s.ProjectID+"/activityFeed?minDate=2021-01-01T00:00:00Z&maxDate=2020-01-01T00:00:00Z").WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	if !slices.Equal(got, []string{"minDate"}) {
		t.Errorf("an end before the beginning: %v", got)
	}
}

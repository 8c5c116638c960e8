package maintenance_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

func TestWindow(t *testing.T) {
	s := apitest.Start(t)
	owner, path := s.Owner(), "/groups/"+s.ProjectID+"/maintenanceWindow"
	is := func(want string) {
		t.Helper()
		if got := string(s.Owner().Get(path).Want(http.StatusOK).Body); got != want {
			t.Errorf("the window is %s, want %s", got, want)
		}
	}
	is(`{"autoDeferOnceEnabled":false,"dayOfWeek":0,"hourOfDay":0,"numberOfDeferrals":0,"startASAP":false,"timeZoneId":"UTC"}`)
	if a := owner.Patch(path, `{"dayOfWeek":1,"hourOfDay":1,"numberOfDeferrals":7,"timeZoneId":"CET"}`).Want(http.StatusOK); len(a.Body) != 0 {
		t.Errorf("a change is answered with %s", a.Body)
	}
	is(`{"autoDeferOnceEnabled":false,"dayOfWeek":1,"hourOfDay":1,"numberOfDeferrals":0,"startASAP":false,"timeZoneId":"UTC"}`)
	owner.Patch(path, `{"dayOfWeek":7,"protectedHours":{"startHourOfDay":9,"endHourOfDay":17}}`).Want(http.StatusOK)
	s.Restart()
	owner = s.Owner()
	is(`{"autoDeferOnceEnabled":false,"dayOfWeek":7,"hourOfDay":1,"numberOfDeferrals":0,"protectedHours":{"endHourOfDay":17,"startHourOfDay":9},"startASAP":false,"timeZoneId":"UTC"}`)
	owner.Post(path+"/autoDefer", nil).Want(http.StatusOK)
	for range 3 {
		owner.Post(path+"/defer", nil).Want(http.StatusOK)
	}
	owner.Patch(path, `{"dayOfWeek":7,"protectedHours":{}}`).Want(http.StatusOK)
	is(`{"autoDeferOnceEnabled":true,"dayOfWeek":7,"hourOfDay":1,"numberOfDeferrals":2,"startASAP":false,"timeZoneId":"UTC"}`)
	owner.Delete(path).Want(http.StatusNoContent)
	is(`{"autoDeferOnceEnabled":false,"dayOfWeek":0,"hourOfDay":0,"numberOfDeferrals":0,"startASAP":false,"timeZoneId":"UTC"}`)

	want := []string{
		"ATLAS_MAINTENANCE_AUTO_DEFER_DISABLED", "ATLAS_MAINTENANCE_WINDOW_REMOVED", "ATLAS_MAINTENANCE_PROTECTED_HOURS_REMOVED",
		"ATLAS_MAINTENANCE_DEFERRED", "ATLAS_MAINTENANCE_DEFERRED", "ATLAS_MAINTENANCE_AUTO_DEFER_ENABLED",
		"ATLAS_MAINTENANCE_PROTECTED_HOURS_CREATED", "ATLAS_MAINTENANCE_WINDOW_MODIFIED", "ATLAS_MAINTENANCE_WINDOW_ADDED", "GROUP_CREATED",
	}
	if got := s.EventTypes(s.ProjectID); !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}

// The Kubernetes operator asks for maintenance at once with day 0.
func TestAtOnce(t *testing.T) {
	s := apitest.Start(t)
	path := "/groups/" + s.ProjectID + "/maintenanceWindow"
	s.Owner().Patch(path, `{"dayOfWeek":0,"startASAP":true}`).Want(http.StatusOK)
	if w := s.Owner().Get(path).Want(http.StatusOK).Object(); w["startASAP"] != true {
		t.Errorf("the window is %v", w)
	}
}

func TestRefusals(t *testing.T) {
	s := apitest.Start(t)
	path := "/groups/" + s.ProjectID + "/maintenanceWindow"
	for body, field := range map[string]string{
		`{"dayOfWeek":9}`:                             "dayOfWeek",
		`{"dayOfWeek":-1}`:                            "dayOfWeek",
		`{"dayOfWeek":null}`:                          "dayOfWeek",
		`{"hourOfDay":3}`:                             "dayOfWeek",
		`{"dayOfWeek":1,"hourOfDay":24}`:              "hourOfDay",
		`{"protectedHours":{"startHourOfDay":1}}`:     "protectedHours.endHourOfDay",
		`{"protectedHours":{"endHourOfDay":1}}`:       "protectedHours.startHourOfDay",
		`{"protectedHours":{"endHourOfDay":"night"}}`: "protectedHours.endHourOfDay",
		`{"weekday":1}`:                               "weekday",
	} {
		if got := s.Owner().Patch(path, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{field}) {
			t.Errorf("%s: %v", body, got)
		}
	}
	if got := s.EventTypes(s.ProjectID); len(got) != 1 {
		t.Errorf("refused changes have made events: %v", got)
	}
}

// A project that goes takes its window along: one that is made afterwards has none.
func TestProjectsGo(t *testing.T) {
	s := apitest.Start(t)
	id := s.Owner().Post("/groups", map[string]any{"name": "second", "orgId": s.OrgID}).Want(http.StatusOK).Object()["id"].(string)
	s.Owner().Patch("/groups/"+id+"/maintenanceWindow", `{"dayOfWeek":1}`).Want(http.StatusOK)
	s.Owner().Delete("/groups/" + id).Want(http.StatusNoContent)
	s.Owner().Get("/groups/"+id+"/maintenanceWindow").WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
}

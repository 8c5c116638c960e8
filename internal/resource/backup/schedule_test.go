package backup_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

const newest, oldest = "2024-08-05", "2023-01-01"

// items are the frequencyTypes and the ids of the items of a schedule's one policy.
func items(t *testing.T, schedule object) (rhythms, ids []string) {
	t.Helper()
	policies := schedule["policies"].([]any)
	if len(policies) != 1 {
		t.Fatalf("there are %d policies", len(policies))
	}
	for _, v := range policies[0].(object)["policyItems"].([]any) {
		item := v.(object)
		rhythms, ids = append(rhythms, item["frequencyType"].(string)), append(ids, item["id"].(string))
	}
	return rhythms, ids
}

// TestSchedule makes the calls of the Terraform provider, in both versions.
func TestSchedule(t *testing.T) {
	for _, date := range []string{oldest, newest} {
		t.Run(date, func(t *testing.T) {
			s := apitest.Start(t)
			cluster(s, s.ProjectID, "alpha")
			settle(s)
			owner := s.Owner().At(date)
			path := "/groups/" + s.ProjectID + "/clusters/alpha/backup/schedule"
			first := owner.Get(path).Want(http.StatusOK).Object()
			rhythms, ids := items(t, first)
			if !slices.Equal(rhythms, []string{"hourly", "daily", "weekly", "monthly", "yearly"}) || first["restoreWindowDays"] != 7.0 ||
				first["autoExportEnabled"] != false || len(first["copySettings"].([]any)) != 0 || first["clusterName"] != "alpha" || first["referenceHourOfDay"] == nil {
				t.Errorf("the usual schedule is %v", first)
			}
			changed := owner.Patch(path, object{"restoreWindowDays": 3, "referenceHourOfDay": 5, "updateSnapshots": true}).Want(http.StatusOK).Object()
			if _, again := items(t, changed); !slices.Equal(ids, again) || changed["restoreWindowDays"] != 3.0 || changed["referenceHourOfDay"] != 5.0 || changed["updateSnapshots"] != nil {
				t.Errorf("the changed schedule is %v", changed)
			}
			policy := first["policies"].([]any)[0].(object)["id"]
			item := func(rhythm string, interval int) object {
				return object{"frequencyType": rhythm, "frequencyInterval": interval, "retentionUnit": "days", "retentionValue": 2}
			}
			changed = owner.Patch(path, object{"policies": []object{{"id": policy, "policyItems": []object{item("daily", 1), item("weekly", 2), item("weekly", 3)}}}}).
				Want(http.StatusOK).Object()
			rhythms, again := items(t, changed)
			if !slices.Equal(rhythms, []string{"daily", "weekly", "weekly"}) || again[0] != ids[1] || again[1] != ids[2] || again[2] == ids[2] {
				t.Errorf("the items are %v with %v of %v", rhythms, again, ids)
			}
			left := owner.Delete(path).Want(http.StatusOK).Object()
			if rhythms, _ := items(t, left); rhythms != nil || left["restoreWindowDays"] != 3.0 || left["policies"].([]any)[0].(object)["id"] != policy {
				t.Errorf("without items the schedule is %v", left)
			}
			if got := owner.Get(path).Want(http.StatusOK).Object(); got["restoreWindowDays"] != 3.0 {
				t.Errorf("the schedule is %v", got)
			}
			if got := s.EventTypes(s.ProjectID); !slices.Contains(got, "CPS_SNAPSHOT_SCHEDULE_UPDATED_AUDIT") {
				t.Errorf("the events are %v", got)
			}
		})
	}
}

// TestScheduledCopies: copies are named by zone, and in the older version by replica set.
func TestScheduledCopies(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	settle(s)
	one := "/groups/" + s.ProjectID + "/clusters/alpha"
	path := one + "/backup/schedule"
	zone := s.Owner().At(newest).Get(one).Want(http.StatusOK).Object()["replicationSpecs"].([]any)[0].(object)
	copies := func(date string) object {
		all := s.Owner().At(date).Get(path).Want(http.StatusOK).Object()["copySettings"].([]any)
		if len(all) != 1 {
			t.Fatalf("%s: there are %d copies", date, len(all))
		}
		return all[0].(object)
	}
	setting := object{"cloudProvider": "AWS", "regionName": "EU_WEST_1", "frequencies": []string{"DAILY"}, "shouldCopyOplogs": false}
	setting["replicationSpecId"] = zone["id"]
	s.Owner().At(oldest).Patch(path, object{"copySettings": []object{setting}}).Want(http.StatusOK)
	if got := copies(newest); got["zoneId"] != zone["zoneId"] || got["regionName"] != "EU_WEST_1" {
		t.Errorf("the newest version shows %v", got)
	}
	if got := copies(oldest); got["replicationSpecId"] != zone["id"] {
		t.Errorf("the oldest version shows %v", got)
	}
	setting["replicationSpecId"] = "0123456789abcdef01234567"
	s.Owner().At(oldest).Patch(path, object{"copySettings": []object{setting}}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
}

func TestScheduleRefuses(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	settle(s)
	path := "/groups/" + s.ProjectID + "/clusters/alpha/backup/schedule"
	policies := func(items ...object) object { return object{"policies": []object{{"policyItems": items}}} }
	item := func(rhythm string, interval, keep int) object {
		return object{"frequencyType": rhythm, "frequencyInterval": interval, "retentionUnit": "days", "retentionValue": keep}
	}
	for name, c := range map[string]struct {
		body  object
		field string
	}{
		"hours":         {policies(item("hourly", 5, 1)), "policies[0].policyItems[0].frequencyInterval"},
		"days":          {policies(item("daily", 1, 1), item("daily", 1, 2)), "policies[0].policyItems[1].frequencyType"},
		"months":        {policies(item("monthly", 29, 1)), "policies[0].policyItems[0].frequencyInterval"},
		"on demand":     {policies(item("ondemand", 1, 1)), "policies[0].policyItems[0].frequencyType"},
		"no retention":  {policies(object{"frequencyType": "daily", "frequencyInterval": 1, "retentionUnit": "days"}), "policies[0].policyItems[0].retentionValue"},
		"another":       {object{"policies": []object{{"id": "0123456789abcdef01234567", "policyItems": []object{}}}}, "policies"},
		"no policy":     {object{"policies": []object{}}, "policies"},
		"an hour":       {object{"referenceHourOfDay": 24}, "referenceHourOfDay"},
		"export":        {object{"autoExportEnabled": true}, "export.exportBucketId"},
		"export bucket": {object{"export": object{"exportBucketId": "0123456789abcdef01234567", "frequencyType": "monthly"}}, "export.exportBucketId"},
	} {
		if got := s.Owner().At(newest).Patch(path, c.body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{c.field}) {
			t.Errorf("%s: it is refused for %v", name, got)
		}
	}
}

// TestRetentionChanges changes how long a snapshot is kept.
func TestRetentionChanges(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	settle(s)
	path := snapshots(s.ProjectID, "alpha") + "/" + take(t, s, s.ProjectID, "alpha")
	snapshot := s.Owner().Get(path).Want(http.StatusOK).Object()
	for _, body := range []object{{}, {"retentionUnit": "DAYS"}, {"retentionValue": 3}, {"retentionUnit": "YEARS", "retentionValue": 101}} {
		s.Owner().Patch(path, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	}
	changed := s.Owner().Patch(path, object{"retentionUnit": "WEEKS", "retentionValue": 2}).Want(http.StatusOK).Object()
	s.Advance(13 * aDay)
	s.Owner().Get(path).Want(http.StatusOK)
	s.Advance(2 * aDay)
	s.Owner().Get(path).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	if changed["expiresAt"] == snapshot["expiresAt"] {
		t.Errorf("it still ends at %v", changed["expiresAt"])
	}
	if got := s.EventTypes(s.ProjectID); !slices.Contains(got, "CPS_SNAPSHOT_RETENTION_MODIFIED_AUDIT") {
		t.Errorf("the events are %v", got)
	}
}

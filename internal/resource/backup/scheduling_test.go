package backup_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/resource/backup"
	"github.com/telamon-db/telamon/internal/store"
)

func schedule(groupID, cluster string) string {
	return clusters(groupID) + "/" + cluster + "/backup/schedule"
}

// backedUp makes a cluster with backups.
func backedUp(s *apitest.Server, groupID, name string) {
	cluster(s, groupID, name)
	s.Owner().Patch(clusters(groupID)+"/"+name, object{"backupEnabled": true}).Want(http.StatusOK)
	settle(s)
}

// scheduled are the snapshots of a cluster that were taken by schedule, newest first.
func scheduled(t *testing.T, s *apitest.Server, groupID, name string) (all []object) {
	t.Helper()
	for _, snap := range s.Owner().Get(snapshots(groupID, name) + "?itemsPerPage=500").Want(http.StatusOK).Results() {
		if snap["snapshotType"] != "scheduled" {
			continue
		}
		if snap["status"] != "completed" {
			t.Errorf("the snapshot is %v", snap)
		}
		all = append(all, snap)
	}
	return all
}

func when(t *testing.T, o object, field string) time.Time {
	t.Helper()
	text, _ := o[field].(string)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatalf("%s of %v: %v", field, o, err)
	}
	return at
}

// moveTo moves the clock to an instant.
func moveTo(s *apitest.Server, at time.Time) { s.Advance(at.Sub(s.Now())) }

// TestAYearOfSnapshots runs the default schedule for a year. After each month's end there must be the snapshots of the last
// week, of the last four Saturdays, of every month's end and of December's beginning, and no others.
func TestAYearOfSnapshots(t *testing.T) {
	s := apitest.Start(t)
	backedUp(s, s.ProjectID, "alpha")
	path := schedule(s.ProjectID, "alpha")
	s.Owner().Patch(path, object{"referenceHourOfDay": 3, "referenceMinuteOfHour": 30}).Want(http.StatusOK)
	begun := s.Now()
	for range 12 {
		now := s.Now()
		end := time.Date(now.Year(), now.Month()+1, 0, 5, 0, 0, 0, time.UTC) // an hour and a half after the month's snapshot
		if !end.After(now) {
			end = time.Date(now.Year(), now.Month()+2, 0, 5, 0, 0, 0, time.UTC)
		}
		moveTo(s, end)
		if got, want := takenAt(t, scheduled(t, s, s.ProjectID, "alpha")), usualSnapshots(begun, end); !slices.Equal(got, want) {
			t.Fatalf("at %v there are\n%v, want\n%v", end, got, want)
		}
	}
	if got := when(t, s.Owner().Get(path).Want(http.StatusOK).Object(), "nextSnapshot"); got.Sub(s.Now()) > 6*time.Hour || !got.After(s.Now()) {
		t.Errorf("the next is due at %v, it is %v", got, s.Now())
	}
	if got := len(files(t, s)); got != len(scheduled(t, s, s.ProjectID, "alpha")) {
		t.Errorf("there are files of %d snapshots", got)
	}
}

// TestAYearAtOnce: a move of the clock over a year takes only the snapshots that exist at its end.
func TestAYearAtOnce(t *testing.T) {
	s := apitest.Start(t)
	backedUp(s, s.ProjectID, "alpha")
	s.Owner().Patch(schedule(s.ProjectID, "alpha"), object{"referenceHourOfDay": 3, "referenceMinuteOfHour": 30}).Want(http.StatusOK)
	begun := s.Now()
	end := begun.AddDate(1, 0, 0).Truncate(aDay).Add(5 * time.Hour)
	moveTo(s, end)
	all := scheduled(t, s, s.ProjectID, "alpha")
	if got, want := takenAt(t, all), usualSnapshots(begun, end); !slices.Equal(got, want) {
		t.Fatalf("there are\n%v, want\n%v", got, want)
	}
	started := 0
	for _, e := range s.EventTypes(s.ProjectID) {
		if e == "CPS_SNAPSHOT_STARTED" {
			started++
		}
	}
	if started > len(all)+4 {
		t.Errorf("%d snapshots were begun for %d", started, len(all))
	}
}

// takenAt is when snapshots were taken, to the minute, newest first.
func takenAt(t *testing.T, all []object) (at []string) {
	t.Helper()
	for _, snap := range all {
		at = append(at, when(t, snap, "createdAt").Format("2006-01-02 15:04"))
	}
	return at
}

// usualSnapshots are the instants of the snapshots that the usual schedule with its days at 03:30 has taken since begun and
// keeps at end, newest first.
func usualSnapshots(begun, end time.Time) (at []string) {
	first := begun.Truncate(6 * time.Hour).Add(-3*time.Hour + 30*time.Minute)
	for i := first; !i.After(end); i = i.Add(6 * time.Hour) {
		if !i.After(begun) {
			continue
		}
		atTheDay := i.Hour() == 3
		kept := i.AddDate(0, 0, 7).After(end) ||
			atTheDay && i.Weekday() == time.Saturday && i.AddDate(0, 0, 28).After(end) ||
			atTheDay && i.AddDate(0, 0, 1).Day() == 1 && i.AddDate(0, 12, 0).After(end) ||
			atTheDay && i.Day() == 1 && i.Month() == time.December && i.AddDate(1, 0, 0).After(end)
		if kept {
			at = append(at, i.Format("2006-01-02 15:04"))
		}
	}
	slices.Reverse(at)
	return at
}

// TestOneSnapshotForAllItems: a snapshot has the frequencyType and the retention of the item that keeps it longest.
func TestOneSnapshotForAllItems(t *testing.T) {
	s := apitest.Start(t)
	backedUp(s, s.ProjectID, "alpha")
	path := schedule(s.ProjectID, "alpha")
	set := func(body object) (ids []string) {
		_, ids = items(t, s.Owner().Patch(path, body).Want(http.StatusOK).Object())
		return ids
	}
	item := func(rhythm string, interval, days int) object {
		return object{"frequencyType": rhythm, "frequencyInterval": interval, "retentionUnit": "days", "retentionValue": days}
	}
	policy := func(items ...object) []object { return []object{{"policyItems": items}} }
	ref := s.Now().Add(aDay).Truncate(time.Hour)
	ids := set(object{"referenceHourOfDay": ref.Hour(), "referenceMinuteOfHour": 0, "policies": policy(item("hourly", 12, 2), item("daily", 1, 30)),
		"extraRetentionSettings": []object{{"frequencyType": "DAILY", "retentionDays": 5}}})
	moveTo(s, ref.Add(13*time.Hour))
	all := scheduled(t, s, s.ProjectID, "alpha")
	if len(all) < 3 || all[0]["frequencyType"] != "hourly" || all[1]["frequencyType"] != "daily" || len(all[1]["policyItems"].([]any)) != 2 {
		t.Fatalf("there are %v", all)
	}
	if got := when(t, all[1], "expiresAt"); got != ref.AddDate(0, 0, 35) {
		t.Errorf("the daily one is kept until %v, want 35 days from %v", got, ref)
	}
	if got := all[0]["policyItems"].([]any); len(got) != 1 || got[0] != ids[0] {
		t.Errorf("the hourly one is of %v", got)
	}

	set(object{"policies": policy(item("hourly", 12, 4), item("daily", 1, 10)), "extraRetentionSettings": []object{}})
	if got := when(t, scheduled(t, s, s.ProjectID, "alpha")[0], "expiresAt"); got != ref.Add(12*time.Hour+2*aDay) {
		t.Errorf("without updateSnapshots it is kept until %v", got)
	}
	set(object{"policies": policy(item("hourly", 12, 3), item("daily", 1, 10)), "updateSnapshots": true})
	changed := scheduled(t, s, s.ProjectID, "alpha")
	if h, d := when(t, changed[0], "expiresAt"), when(t, changed[1], "expiresAt"); h != ref.Add(12*time.Hour+3*aDay) || d != ref.AddDate(0, 0, 10) {
		t.Errorf("with it they are kept until %v and %v", h, d)
	}
	set(object{"policies": policy(item("daily", 1, 10)), "deleteSnapshots": true})
	settle(s)
	for _, snap := range scheduled(t, s, s.ProjectID, "alpha") {
		if len(snap["policyItems"].([]any)) < 2 {
			t.Errorf("left: %v", snap)
		}
	}
	s.Owner().Delete(path).Want(http.StatusOK)
	if got := s.Owner().Get(path).Want(http.StatusOK).Object(); got["nextSnapshot"] != nil {
		t.Errorf("without items the schedule is %v", got)
	}
	before := len(scheduled(t, s, s.ProjectID, "alpha"))
	s.Advance(3 * aDay)
	if after := len(scheduled(t, s, s.ProjectID, "alpha")); after > before {
		t.Errorf("%d snapshots became %d", before, after)
	}
}

// TestWhatIsMissed: no snapshots are taken of a cluster without backups, or while it is paused. One snapshot is taken for
// all that were missed.
func TestWhatIsMissed(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	owner, path := s.Owner(), clusters(s.ProjectID)+"/alpha"
	if got := owner.Get(schedule(s.ProjectID, "alpha")).Want(http.StatusOK).Object(); got["nextSnapshot"] != nil {
		t.Errorf("without backups the schedule is %v", got)
	}
	s.Advance(2 * aDay)
	none := func(when string) {
		t.Helper()
		if got := scheduled(t, s, s.ProjectID, "alpha"); len(got) > 0 {
			t.Fatalf("%s there are %v", when, got)
		}
	}
	none("without backups")
	owner.Patch(path, object{"backupEnabled": true}).Want(http.StatusOK)
	owner.Patch(path, object{"paused": true}).Want(http.StatusOK)
	settle(s)
	s.Advance(2 * aDay)
	s.Owner().Patch(path, object{"paused": false}).Want(http.StatusOK)
	settle(s)
	if got := scheduled(t, s, s.ProjectID, "alpha"); len(got) != 1 {
		t.Fatalf("after the pause there are %v", got)
	}
	// The work of a schedule that is lost is scheduled again by a start.
	onDisk(t, s, func(tx store.Tx) error {
		return backup.Schedules.DeleteAll(tx, store.Query{})
	})
	s.Advance(aDay)
	if got := scheduled(t, s, s.ProjectID, "alpha"); len(got) < 5 {
		t.Errorf("a day later there are %d", len(got))
	}
}

// TestSnapshotsThatOutliveTheirCluster: snapshots outlive their cluster if the request or a compliance policy says so,
// until they expire or are deleted, or the project is. They can be restored.
func TestSnapshotsThatOutliveTheirCluster(t *testing.T) {
	for name, retain := range map[string]bool{"asked for": true, "by policy": false} {
		t.Run(name, func(t *testing.T) {
			s := apitest.Start(t)
			admit(s, s.ProjectID)
			cluster(s, s.ProjectID, "alpha")
			insert(t, orders(t, s, s.ProjectID, "alpha"), 1, 2)
			id := take(t, s, s.ProjectID, "alpha")
			remove := clusters(s.ProjectID) + "/alpha"
			if retain {
				remove += "?retainBackups=true"
			} else {
				s.Owner().Do(http.MethodPut, policy(s.ProjectID), demand(nil)).Want(http.StatusOK)
			}
			s.Owner().Delete(remove).Want(http.StatusAccepted)
			settle(s)
			one := snapshots(s.ProjectID, "alpha") + "/" + id
			if got := s.Owner().Get(one).Want(http.StatusOK).Object(); got["status"] != "completed" {
				t.Errorf("the snapshot is %v", got)
			}
			s.Owner().Post(snapshots(s.ProjectID, "alpha"), object{}).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
			s.Owner().Get(schedule(s.ProjectID, "alpha")).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
			cluster(s, s.ProjectID, "beta")
			s.Owner().Post(jobs(s.ProjectID, "alpha"), restore(id, s.ProjectID, "beta")).Want(http.StatusOK)
			settle(s)
			want(t, orders(t, s, s.ProjectID, "beta"), 1, 2)
			s.Advance(8 * aDay)
			s.Owner().Get(one).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
			if got := files(t, s); len(got) > 0 {
				t.Errorf("files of %v are left", got)
			}
		})
	}
}

// TestAProjectTakesItsSnapshotsAlong: snapshots that have outlived their clusters are deleted with the project.
func TestAProjectTakesItsSnapshotsAlong(t *testing.T) {
	s := apitest.Start(t)
	group := s.Owner().Post("/groups", object{"name": "doomed", "orgId": s.OrgID}).Want(http.StatusOK).Object()["id"].(string)
	cluster(s, group, "alpha")
	take(t, s, group, "alpha")
	s.Owner().Delete(clusters(group) + "/alpha?retainBackups=true").Want(http.StatusAccepted)
	settle(s)
	if got := files(t, s); len(got) != 1 {
		t.Fatalf("there are files of %v", got)
	}
	s.Owner().Delete("/groups/" + group).Want(http.StatusNoContent)
	settle(s)
	if got := files(t, s); len(got) > 0 {
		t.Errorf("files of %v are left", got)
	}
}

// TestCopiesAreRecords: a snapshot shows in which regions its schedule wants copies. Nothing is copied.
func TestCopiesAreRecords(t *testing.T) {
	s := apitest.Start(t)
	backedUp(s, s.ProjectID, "alpha")
	zone := s.Owner().At(newest).Get(clusters(s.ProjectID) + "/alpha").Want(http.StatusOK).Object()["replicationSpecs"].([]any)[0].(object)["zoneId"]
	s.Owner().At(newest).Patch(schedule(s.ProjectID, "alpha"), object{"copySettings": []object{
		{"cloudProvider": "AWS", "regionName": "EU_WEST_1", "frequencies": []string{"DAILY", "WEEKLY"}, "shouldCopyOplogs": false, "zoneId": zone},
	}}).Want(http.StatusOK)
	s.Advance(2 * aDay)
	copied := 0
	for _, snap := range scheduled(t, s, s.ProjectID, "alpha") {
		regions, daily := snap["copyRegions"].([]any), snap["frequencyType"] == "daily" || snap["frequencyType"] == "weekly"
		if daily != (len(regions) == 1 && regions[0] == "EU_WEST_1") {
			t.Errorf("the copies of %v are %v", snap["frequencyType"], regions)
		}
		copied += len(regions)
	}
	if copied == 0 {
		t.Error("nothing is copied")
	}
}

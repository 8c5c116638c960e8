package backup_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// flip changes one bit of a snapshot.
func flip(t *testing.T, s *apitest.Server, snapshot string) {
	t.Helper()
	logs, err := filepath.Glob(filepath.Join(s.DataDir, "snapshots", snapshot, "*.log"))
	if err != nil || len(logs) == 0 {
		t.Fatalf("the snapshot's logs: %v (%v)", logs, err)
	}
	raw, err := os.ReadFile(logs[0])
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(logs[0], raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// why is the reason in the newest event of a type.
func why(s *apitest.Server, kind string) string {
	all := s.Owner().Get("/groups/" + s.ProjectID + "/events?includeRaw=true&eventType=" + kind).Want(http.StatusOK).Results()
	if len(all) == 0 {
		return ""
	}
	return all[0]["raw"].(object)["description"].(string)
}

// TestADamagedSnapshotIsNotRestored: the restore of a snapshot with a flipped bit fails at once and says why, and the
// snapshot becomes a failed one.
func TestADamagedSnapshotIsNotRestored(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	cluster(s, s.ProjectID, "alpha")
	c := orders(t, s, s.ProjectID, "alpha")
	insert(t, c, 1)
	id := take(t, s, s.ProjectID, "alpha")
	insert(t, c, 2)
	flip(t, s, id)
	job := s.Owner().Post(jobs(s.ProjectID, "alpha"), restore(id, s.ProjectID, "alpha")).Want(http.StatusOK).Object()["id"].(string)
	settle(s)
	if done := s.Owner().Get(jobs(s.ProjectID, "alpha") + "/" + job).Object(); done["failed"] != true || done["finishedAt"] != nil {
		t.Errorf("ended as %v", done)
	}
	want(t, c, 1, 2)
	insert(t, c, 3)
	for _, kind := range []string{"CPS_RESTORE_FAILED", "CPS_SNAPSHOT_FAILED"} {
		if got := why(s, kind); !strings.Contains(got, "snapshot is damaged: the file") {
			t.Errorf("%s says %q", kind, got)
		}
	}
	if snap := s.Owner().Get(snapshots(s.ProjectID, "alpha") + "/" + id).Object(); snap["status"] != "failed" {
		t.Errorf("the snapshot is %v", snap["status"])
	}
	s.Owner().Post(jobs(s.ProjectID, "alpha"), restore(id, s.ProjectID, "alpha")).WantError(http.StatusConflict, "SNAPSHOT_NOT_COMPLETED")
}

// TestDamageIsFoundInTime: damage is found within a day, without a request.
func TestDamageIsFoundInTime(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	cluster(s, s.ProjectID, "alpha")
	insert(t, orders(t, s, s.ProjectID, "alpha"), 1)
	whole, damaged := take(t, s, s.ProjectID, "alpha"), take(t, s, s.ProjectID, "alpha")
	flip(t, s, damaged)
	s.Advance(aDay)
	for id, status := range map[string]string{whole: "completed", damaged: "failed"} {
		if snap := s.Owner().Get(snapshots(s.ProjectID, "alpha") + "/" + id).Object(); snap["status"] != status {
			t.Errorf("the snapshot %s is %v, want %s", id, snap["status"], status)
		}
	}
	if got := events(s, s.ProjectID, 3); !slices.Contains(got, "CPS_SNAPSHOT_FAILED") {
		t.Errorf("events %v", got)
	}
	s.Advance(8 * aDay) // the failed one expires, and its files are removed
	if left := files(t, s); len(left) > 0 && slices.Contains(left, damaged) {
		t.Errorf("files of %v", left)
	}
}

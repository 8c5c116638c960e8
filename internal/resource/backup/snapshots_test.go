package backup_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

func TestLifeOfASnapshot(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	cluster(s, s.ProjectID, "alpha")
	list := snapshots(s.ProjectID, "alpha")
	asked := owner.Post(list, object{"description": "before the move", "retentionInDays": 3}).Want(http.StatusOK).Object()
	if asked["status"] != "queued" || asked["snapshotType"] != "onDemand" || asked["description"] != "before the move" || asked["type"] != "replicaSet" {
		t.Errorf("asked for %v", asked)
	}
	if got := lasts(t, asked); got != 3*aDay {
		t.Errorf("it is kept for %v", got)
	}
	settle(s)
	one := list + "/" + asked["id"].(string)
	snap := owner.Get(one).Want(http.StatusOK).Object()
	if size, _ := snap["storageSizeBytes"].(float64); snap["status"] != "completed" || size == 0 || snap["cloudProvider"] != "AWS" ||
		!strings.HasPrefix(snap["replicaSetName"].(string), "atlas-") || !strings.HasPrefix(snap["mongodVersion"].(string), "8.0.") {
		t.Errorf("completed as %v", snap)
	}
	second := take(t, s, s.ProjectID, "alpha")
	page := owner.Get(list + "?itemsPerPage=1").Want(http.StatusOK).Object()
	if newest := page["results"].([]any)[0].(object); page["totalCount"] != 2.0 || newest["id"] != second || lasts(t, newest) != 7*aDay {
		t.Errorf("the newest is %v", page)
	}
	s.Restart()
	owner = s.Owner()
	owner.Delete(one).Want(http.StatusNoContent)
	settle(s)
	for _, a := range []*apitest.Answer{owner.Get(one), owner.Delete(one), owner.Get(list + "/" + nothing)} {
		a.WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	}
	if got := files(t, s); !slices.Equal(got, []string{second}) {
		t.Errorf("files of %v are left, want %s", got, second)
	}
	taken := []string{"CPS_ON_DEMAND_SNAPSHOT_REQUESTED", "CPS_SNAPSHOT_STARTED", "CPS_SNAPSHOT_SUCCESSFUL"}
	if got := events(s, s.ProjectID, 7); !slices.Equal(got, slices.Concat(taken, taken, []string{"CPS_SNAPSHOT_DELETED_AUDIT"})) {
		t.Errorf("events %v", got)
	}
}

// lasts is how long a snapshot is kept.
func lasts(t *testing.T, snap object) time.Duration {
	t.Helper()
	from, err := time.Parse(time.RFC3339, snap["createdAt"].(string))
	if err != nil {
		t.Fatal(err)
	}
	to, err := time.Parse(time.RFC3339, snap["expiresAt"].(string))
	if err != nil {
		t.Fatal(err)
	}
	return to.Sub(from)
}

func TestOneSnapshotAtATime(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	id := take(t, s, s.ProjectID, "alpha")
	holdBack(t, s, id)
	owner, list := s.Owner(), snapshots(s.ProjectID, "alpha")
	owner.Post(list, object{}).WantError(http.StatusConflict, "UNFINISHED_ON_DEMAND_SNAPSHOT")
	owner.Delete(list+"/"+id).WantError(http.StatusConflict, "UNFINISHED_ON_DEMAND_SNAPSHOT")
	owner.Post(jobs(s.ProjectID, "alpha"), restore(id, s.ProjectID, "alpha")).WantError(http.StatusConflict, "SNAPSHOT_NOT_COMPLETED")
	if got := owner.Get(list + "/" + id).Object()["status"]; got != "inProgress" {
		t.Errorf("it is %v", got)
	}
	s.Advance(2 * aDay)
	take(t, s, s.ProjectID, "alpha")
}

func TestOnlyWhatRunsIsCopied(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	id := take(t, s, s.ProjectID, "alpha")
	owner, list := s.Owner(), snapshots(s.ProjectID, "alpha")
	owner.Patch(clusters(s.ProjectID)+"/alpha", object{"paused": true}).Want(http.StatusOK)
	settle(s)
	owner.Post(list, object{}).WantError(http.StatusConflict, "CLUSTER_NOT_READY")
	owner.Post(jobs(s.ProjectID, "alpha"), restore(id, s.ProjectID, "alpha")).WantError(http.StatusConflict, "CLUSTER_NOT_READY")
	owner.Get(list + "/" + id).Want(http.StatusOK)
	owner.Patch(clusters(s.ProjectID)+"/alpha", object{"paused": false}).Want(http.StatusOK)
	settle(s)
	owner.Post(list, object{}).Want(http.StatusOK)

	onDisk(t, s, func(tx store.Tx) error {
		c, err := state.ClusterByName(tx, s.ProjectID, "alpha")
		if err != nil {
			return err
		}
		c.State, c.Settled = model.Creating, tx.Now().Add(aDay)
		return state.Clusters.Put(tx, c)
	})
	s.Owner().Post(list, object{}).WantError(http.StatusConflict, "CLUSTER_NOT_READY")
}

func TestRefusedSnapshots(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	owner, list := s.Owner(), snapshots(s.ProjectID, "alpha")
	for body, fields := range map[string][]string{
		`{"retentionInDays":0}`:               {"retentionInDays"},
		`{"retentionInDays":36501}`:           {"retentionInDays"},
		`{"retentionInDays":"x","days":1}`:    {"days", "retentionInDays"},
		`{"retentionInDays":1.5}`:             {"retentionInDays"},
		`{"description":7,"snapshotType":""}`: {"description", "snapshotType"},
		`[]`:                                  {"body"},
	} {
		got := owner.Post(list, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
		if slices.Sort(got); !slices.Equal(got, fields) {
			t.Errorf("%s: fields %v, want %v", body, got, fields)
		}
	}
	reader := keyWith(s, "ORG_READ_ONLY")
	reader.Get(list).Want(http.StatusOK)
	reader.Post(list, object{}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	id := take(t, s, s.ProjectID, "alpha")
	reader.Get(list + "/" + id).Want(http.StatusOK)
	reader.Delete(list+"/"+id).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")

	for _, path := range []string{snapshots(s.ProjectID, "beta"), snapshots(s.ProjectID, "beta") + "/" + id, jobs(s.ProjectID, "beta")} {
		owner.Get(path).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	}
	owner.Post(snapshots(s.ProjectID, "beta"), object{}).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	owner.Get(list+"/x").WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	cluster(s, s.ProjectID, "beta")
	owner.Get(snapshots(s.ProjectID, "beta")+"/"+id).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	owner.Delete(snapshots(s.ProjectID, "beta")+"/"+id).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
}

// A Flex cluster has no snapshots of this kind.
func TestFlex(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	owner.Post("/groups/"+s.ProjectID+"/serverless", object{
		"name": "flex", "providerSettings": object{"providerName": "SERVERLESS", "backingProviderName": "AWS", "regionName": "US_EAST_1"},
	}).Want(http.StatusCreated)
	settle(s)
	owner.Post(snapshots(s.ProjectID, "flex"), object{}).WantError(http.StatusBadRequest, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API")
	owner.Get(jobs(s.ProjectID, "flex")).WantError(http.StatusBadRequest, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API")
}

func TestRetention(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	list := snapshots(s.ProjectID, "alpha")
	s.Owner().Post(list, object{"retentionInDays": 2}).Want(http.StatusOK)
	longer := take2(t, s, list)
	s.Advance(aDay)
	if n := len(s.Owner().Get(list).Results()); n != 2 {
		t.Errorf("after a day there are %d snapshots", n)
	}
	s.Restart()
	s.Advance(aDay)
	left := s.Owner().Get(list).Results()
	if len(left) != 1 || left[0]["id"] != longer {
		t.Errorf("after two days there are %v", left)
	}
	settle(s)
	if got := files(t, s); !slices.Equal(got, []string{longer}) {
		t.Errorf("files of %v are left, want %s", got, longer)
	}
	if got := events(s, s.ProjectID, 1); !slices.Equal(got, []string{"CPS_SNAPSHOT_DELETED_AUDIT"}) {
		t.Errorf("event %v", got)
	}
}

// take2 waits for the running snapshot, and takes another one that is kept for three days.
func take2(t *testing.T, s *apitest.Server, list string) string {
	t.Helper()
	settle(s)
	id := s.Owner().Post(list, object{"retentionInDays": 3}).Want(http.StatusOK).Object()["id"].(string)
	settle(s)
	return id
}

func TestASnapshotThatCannotBeTaken(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	list := snapshots(s.ProjectID, "alpha")
	dir := filepath.Join(s.DataDir, "snapshots")
	if err := os.WriteFile(dir, []byte("no directory"), 0o600); err != nil {
		t.Fatal(err)
	}
	id := s.Owner().Post(list, object{}).Want(http.StatusOK).Object()["id"].(string)
	settle(s)
	if got := s.Owner().Get(list + "/" + id).Object()["status"]; got != "failed" {
		t.Errorf("it is %v", got)
	}
	if got := events(s, s.ProjectID, 2); !slices.Equal(got, []string{"CPS_SNAPSHOT_STARTED", "CPS_SNAPSHOT_FAILED"}) {
		t.Errorf("events %v", got)
	}
	s.Owner().Post(jobs(s.ProjectID, "alpha"), restore(id, s.ProjectID, "alpha")).WantError(http.StatusConflict, "SNAPSHOT_NOT_COMPLETED")
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	take(t, s, s.ProjectID, "alpha")
	s.Owner().Delete(list + "/" + id).Want(http.StatusNoContent)
}

func TestAClusterTakesItsSnapshotsAlong(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	cluster(s, s.ProjectID, "beta")
	take(t, s, s.ProjectID, "alpha")
	kept := take(t, s, s.ProjectID, "beta")
	id := take(t, s, s.ProjectID, "alpha")
	holdBack(t, s, id) // and one that is being taken
	s.Owner().Delete(clusters(s.ProjectID) + "/alpha").Want(http.StatusAccepted)
	settle(s)
	if got := files(t, s); !slices.Equal(got, []string{kept}) {
		t.Errorf("files of %v are left, want %s", got, kept)
	}
	cluster(s, s.ProjectID, "alpha")
	if got := s.Owner().Get(snapshots(s.ProjectID, "alpha")).Results(); len(got) > 0 {
		t.Errorf("another cluster of the name has %v", got)
	}
	s.Owner().Get(snapshots(s.ProjectID, "alpha")+"/"+id).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	s.Advance(2 * aDay)
}

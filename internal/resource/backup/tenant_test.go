package backup_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

// flexCluster makes a Flex cluster that runs.
func flexCluster(s *apitest.Server, groupID, name string) {
	s.Owner().Post("/groups/"+groupID+"/flexClusters", object{
		"name": name, "providerSettings": object{"backingProviderName": "AWS", "regionName": "US_EAST_1"},
	}).Want(http.StatusCreated)
	settle(s)
}

// backupPaths are the paths of a Flex cluster's snapshots and jobs, by the kind of operation.
var backupPaths = map[string]struct{ snapshots, jobs, restore string }{
	"flex":       {"/flexClusters/alpha/backup/snapshots", "/flexClusters/alpha/backup/restoreJobs", "/flexClusters/alpha/backup/restoreJobs"},
	"tenant":     {"/clusters/alpha/backup/tenant/snapshots", "/clusters/alpha/backup/tenant/restores", "/clusters/alpha/backup/tenant/restore"},
	"serverless": {"/serverless/alpha/backup/snapshots", "/serverless/alpha/backup/restoreJobs", "/serverless/alpha/backup/restoreJobs"},
}

// TestSnapshotsOfFlexClusters: a Flex cluster has a snapshot for each of the last eight days, and the operations of all
// kinds return the same.
func TestSnapshotsOfFlexClusters(t *testing.T) {
	s := apitest.Start(t)
	group := "/groups/" + s.ProjectID
	flexCluster(s, s.ProjectID, "alpha")
	created := when(t, s.Owner().Get(group+"/flexClusters/alpha").Want(http.StatusOK).Object(), "createDate")
	for name, p := range backupPaths {
		if page := s.Owner().Get(group + p.snapshots).Want(http.StatusOK).Object(); page["totalCount"] != 0.0 {
			t.Errorf("%s: a new cluster has %v", name, page)
		}
	}
	s.Advance(12 * aDay)
	list := s.Owner().Get(group + backupPaths["flex"].snapshots).Want(http.StatusOK).Results()
	if len(list) != 8 {
		t.Fatalf("there are %d snapshots", len(list))
	}
	for i, snap := range list {
		due := created.AddDate(0, 0, 5+i)
		if !when(t, snap, "scheduledTime").Equal(due) || !when(t, snap, "expiration").Equal(due.AddDate(0, 0, 8)) || snap["status"] != "COMPLETED" ||
			when(t, snap, "startTime").Before(due) || when(t, snap, "finishTime").Before(when(t, snap, "startTime")) {
			t.Errorf("snapshot %d, due at %v, is %v", i, due, snap)
		}
	}
	for name, p := range backupPaths {
		var ids []any
		for _, snap := range s.Owner().Get(group + p.snapshots).Want(http.StatusOK).Results() {
			ids = append(ids, snap["id"])
			s.Owner().Get(group + p.snapshots + "/" + snap["id"].(string)).Want(http.StatusOK)
		}
		if name == "serverless" { // the newest first
			slices.Reverse(ids)
		}
		if len(ids) != len(list) || ids[0] != list[0]["id"] {
			t.Errorf("%s: there are %v", name, ids)
		}
		s.Owner().Get(group+p.snapshots+"/"+nothing).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
		s.Owner().Get(group+p.jobs+"/"+nothing).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	}
	s.Advance(aDay)
	told := s.EventTypes(s.ProjectID)
	for _, what := range []string{"TENANT_SNAPSHOT_STARTED_AUDIT", "TENANT_SNAPSHOT_COMPLETED_AUDIT", "TENANT_SNAPSHOT_DELETED_AUDIT"} {
		if !slices.Contains(told, what) {
			t.Errorf("no event %s", what)
		}
	}
}

// TestRestoreOfFlexClusters: operations of each kind restore a Flex cluster's snapshot, to itself and to a dedicated
// cluster.
func TestRestoreOfFlexClusters(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	group := "/groups/" + s.ProjectID
	flexCluster(s, s.ProjectID, "alpha")
	cluster(s, s.ProjectID, "beta")
	source, other := ordersOf(t, s, group+"/flexClusters/alpha"), orders(t, s, s.ProjectID, "beta")
	insert(t, source, 1, 2)
	s.Advance(aDay + time.Hour)
	snap := s.Owner().Get(group + backupPaths["flex"].snapshots).Want(http.StatusOK).Results()[0]
	insert(t, source, 3)
	insert(t, other, 9)
	for name, p := range backupPaths {
		for target, c := range map[string]func() []int{
			"alpha": func() []int { return have(t, source) }, "beta": func() []int { return have(t, other) },
		} {
			body := object{"snapshotId": snap["id"], "targetDeploymentItemName": target, "targetProjectId": s.ProjectID}
			if name == "serverless" {
				body = restore(snap["id"].(string), s.ProjectID, target)
			}
			job := s.Owner().Post(group+p.restore, body).Want(http.StatusOK).Object()
			s.Owner().Post(group+p.restore, body).WantError(http.StatusConflict, "UNFINISHED_RESTORE_JOB")
			settle(s)
			one := s.Owner().Get(group + p.jobs + "/" + job["id"].(string)).Want(http.StatusOK).Object()
			if one["status"] != "COMPLETED" && one["finishedAt"] == nil {
				t.Errorf("%s to %s: the job is %v", name, target, one)
			}
			if name == "flex" && (job["status"] != "PENDING" && job["status"] != "RUNNING" || one["restoreFinishedDate"] == nil || one["deliveryType"] != "RESTORE" ||
				one["instanceName"] != "alpha" || one["targetDeploymentItemName"] != target || one["snapshotFinishedDate"] != snap["finishTime"] ||
				when(t, one, "expirationDate").Sub(when(t, one, "restoreScheduledDate")) != 6*time.Hour) {
				t.Errorf("the job is %v", one)
			}
			if got := c(); !slices.Equal(got, []int{1, 2}) {
				t.Errorf("%s to %s: there are %v", name, target, got)
			}
		}
	}
	if jobs := s.Owner().Get(group + backupPaths["tenant"].jobs).Want(http.StatusOK).Results(); len(jobs) != 6 {
		t.Errorf("there are %d jobs", len(jobs))
	}
	if got := s.EventTypes(s.ProjectID); !slices.Contains(got, "TENANT_RESTORE_REQUESTED_AUDIT") || !slices.Contains(got, "TENANT_RESTORE_COMPLETED_AUDIT") {
		t.Errorf("the events are %v", got)
	}
}

// A snapshot of a Flex cluster is fetched as a file by a link that the job has for an hour.
func TestDownloadOfFlexClusters(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	group := "/groups/" + s.ProjectID
	flexCluster(s, s.ProjectID, "alpha")
	cluster(s, s.ProjectID, "beta")
	other := take(t, s, s.ProjectID, "beta")
	insert(t, ordersOf(t, s, group+"/flexClusters/alpha"), 1, 2)
	s.Advance(aDay + time.Hour)
	snap := s.Owner().Get(group + backupPaths["flex"].snapshots).Want(http.StatusOK).Results()[0]
	path := group + "/flexClusters/alpha/backup/download"
	asked := s.Owner().Post(path, object{"snapshotId": snap["id"]}).Want(http.StatusOK).Object()
	if asked["deliveryType"] != "DOWNLOAD" || asked["status"] != "RUNNING" || asked["snapshotUrl"] != nil || asked["expirationDate"] != nil || asked["instanceName"] != "alpha" {
		t.Errorf("asked for %v", asked)
	}
	settle(s)
	one := group + backupPaths["flex"].jobs + "/" + asked["id"].(string)
	ready := s.Owner().Get(one).Want(http.StatusOK).Object()
	link, _ := ready["snapshotUrl"].(string)
	if ready["status"] != "COMPLETED" || link == "" || when(t, ready, "expirationDate").Sub(when(t, ready, "restoreFinishedDate")) != time.Hour {
		t.Fatalf("ready as %v", ready)
	}
	got, raw := fetch(t, link, "")
	if got.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", link, got.Status)
	}
	if files := packed(t, raw); len(files["restore-"+snap["id"].(string)+"/shop/orders.bson"]) == 0 {
		t.Errorf("it has %d files", len(files))
	}
	owner := s.Owner()
	for body, field := range map[string]string{`{}`: "snapshotId", `{"snapshotId":"x"}`: "snapshotId", `{"snapshotId":"` + nothing + `","a":1}`: "a"} {
		if got := owner.Post(path, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{field}) {
			t.Errorf("%s: %v", body, got)
		}
	}
	owner.Post(path, object{"snapshotId": nothing}).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	owner.Post(path, object{"snapshotId": other}).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND") // of another cluster
	owner.Post(group+"/flexClusters/beta/backup/download", object{"snapshotId": other}).WantError(http.StatusBadRequest, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API")
	s.Advance(time.Hour)
	if over := s.Owner().Get(one).Want(http.StatusOK).Object(); over["snapshotUrl"] != nil || over["status"] != "COMPLETED" || len(downloads(t, s)) > 0 {
		t.Errorf("over as %v", over)
	}
	if got, _ := fetch(t, link, ""); got.StatusCode != http.StatusNotFound {
		t.Errorf("an expired link: %s", got.Status)
	}
}

func TestRefusedOrders(t *testing.T) {
	s := apitest.Start(t)
	group, owner := "/groups/"+s.ProjectID, s.Owner()
	flexCluster(s, s.ProjectID, "alpha")
	cluster(s, s.ProjectID, "beta")
	id := take(t, s, s.ProjectID, "beta")
	p := group + backupPaths["flex"].restore
	for body, fields := range map[string][]string{
		`{}`: {"snapshotId", "targetDeploymentItemName"},
		`{"snapshotId":"x","targetDeploymentItemName":"beta"}`:                              {"snapshotId"},
		`{"snapshotId":"` + nothing + `","targetDeploymentItemName":"beta","deadline":"1"}`: {"deadline"},
	} {
		if got := owner.Post(p, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, fields) {
			t.Errorf("%s: %v, want %v", body, got, fields)
		}
	}
	// A snapshot of another cluster, and the operations of another kind of cluster.
	owner.Post(p, object{"snapshotId": id, "targetDeploymentItemName": "beta"}).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	owner.Get(group+"/serverless/beta/backup/snapshots").WantError(http.StatusBadRequest, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API")
	owner.Get(group+"/flexClusters/beta/backup/snapshots/"+id).WantError(http.StatusBadRequest, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API")
	owner.Get(group+"/clusters/beta/backup/tenant/snapshots").WantError(http.StatusBadRequest, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API")
	owner.Get(group+"/clusters/none/backup/tenant/restores").WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	owner.Get(group+"/clusters/alpha/backup/snapshots").WantError(http.StatusBadRequest, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API")
	s.Advance(aDay + time.Hour)
	snap := s.Owner().Get(group + backupPaths["flex"].snapshots).Want(http.StatusOK).Results()[0]["id"]
	owner = s.Owner()
	owner.Post(p, object{"snapshotId": snap, "targetDeploymentItemName": "none"}).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	owner.Post(p, object{"snapshotId": snap, "targetDeploymentItemName": "beta", "targetProjectId": nothing}).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	if got := owner.Post(group+backupPaths["serverless"].restore, object{"deliveryType": "download", "targetClusterName": "beta", "targetGroupId": s.ProjectID}).
		WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{"deliveryType", "snapshotId"}) {
		t.Errorf("a download names %v", got)
	}
}

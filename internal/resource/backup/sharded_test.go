package backup_test

import (
	"net/http"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// TestSharded reads the snapshot of a replica set by the operation for sharded clusters, as the Terraform provider always
// does.
func TestSharded(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	id := take(t, s, s.ProjectID, "alpha")
	owner, list := s.Owner(), snapshots(s.ProjectID, "alpha")
	snap := owner.Get(list + "/shardedCluster/" + id).Want(http.StatusOK).Object()
	if snap["id"] != id || snap["status"] != "completed" || len(snap["members"].([]any)) != 0 || len(snap["snapshotIds"].([]any)) != 0 {
		t.Errorf("the snapshot is %v", snap)
	}
	if page := owner.Get(list + "/shardedClusters").Want(http.StatusOK).Object(); page["totalCount"] != 0.0 || len(page["results"].([]any)) != 0 {
		t.Errorf("the list is %v", page)
	}
	owner.Delete(list+"/shardedCluster/"+id).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	owner.Get(list + "/" + id).Want(http.StatusOK)
	for _, path := range []string{"/shardedCluster/" + nothing, "/shardedCluster/" + s.ProjectID} {
		owner.Get(list+path).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
		owner.Delete(list+path).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	}
	owner.Get(snapshots(s.ProjectID, "none")+"/shardedClusters").WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
}

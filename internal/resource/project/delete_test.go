package project_test

import (
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

func TestDeleteEmptyProject(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	id := create(s, "short-lived")
	keyWith(s, "ORG_READ_ONLY").Delete("/groups/"+id).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	owner.Delete("/groups/" + id).Want(http.StatusNoContent)
	owner.Get("/groups/"+id).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	owner.Delete("/groups/"+id).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
	if e := owner.Get("/orgs/" + s.OrgID + "/events").Want(http.StatusOK).Results()[0]; e["eventTypeName"] != "GROUP_DELETED" || e["groupId"] != id {
		t.Errorf("the organization's newest event is %v", e)
	}
	create(s, "short-lived")
}

func TestAProjectWithClustersStays(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	id := create(s, "busy")
	owner.Post("/groups/"+id+"/databaseUsers", databaseUser).Want(http.StatusCreated)
	owner.Post("/groups/"+id+"/clusters", cluster).Want(http.StatusCreated)
	owner.Delete("/groups/"+id).WantError(http.StatusConflict, "CANNOT_CLOSE_GROUP_ACTIVE_ATLAS_CLUSTERS")
	owner.Get("/groups/" + id + "/databaseUsers/admin/ann").Want(http.StatusOK)
	if n := owner.Get("/groups/" + id).Object()["clusterCount"]; n != 1.0 {
		t.Errorf("%v clusters", n)
	}
	s.Advance(time.Minute)
	owner.Delete("/groups/" + id + "/clusters/alpha").Want(http.StatusAccepted)
	owner.Delete("/groups/"+id).WantError(http.StatusConflict, "CANNOT_CLOSE_GROUP_ACTIVE_ATLAS_CLUSTERS")
	s.Advance(time.Minute)
	owner.Delete("/groups/" + id).Want(http.StatusNoContent)
}

var cluster = object{"name": "alpha", "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
	"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
}}}}}

var databaseUser = object{
	"databaseName": "admin", "username": "ann", "password": "a password of the tests", "roles": []object{{"databaseName": "shop", "roleName": "read"}},
	"deleteAfterDate": time.Now().Add(time.Hour),
}

// A project that goes takes everything along: afterwards no table names it, but for the log of what happened.
func TestNothingIsLeftBehind(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	id := create(s, "full")
	at := "/groups/" + id
	owner.Post(at+"/databaseUsers", databaseUser).Want(http.StatusCreated)
	owner.Post(at+"/accessList", []object{{"cidrBlock": "10.0.0.0/8", "deleteAfterDate": time.Now().Add(time.Hour)}, {"ipAddress": "1.2.3.4"}}).Want(http.StatusOK)
	owner.Patch(at+"/auditLog", object{"enabled": true}).Want(http.StatusOK)
	owner.Patch(at+"/awsCustomDNS", object{"enabled": true}).Want(http.StatusOK)
	owner.Post("/users", object{
		"country": "US", "firstName": "Jane", "lastName": "Doe", "mobileNumber": "2125550179", "password": "Tr0ub4dor-and-3-horses",
		"username": "jane@telamon.example", "roles": []object{{"groupId": id, "roleName": "GROUP_OWNER"}},
	}).Want(http.StatusOK)
	owner.Post(at+"/clusters", cluster).Want(http.StatusCreated)
	s.Advance(time.Minute)
	owner.Post(at+"/clusters/alpha/backup/snapshots", object{"retentionInDays": 1}).Want(http.StatusOK)
	s.Advance(time.Minute)
	snapshot := owner.Get(at + "/clusters/alpha/backup/snapshots").Results()[0]["id"]
	owner.Post(at+"/clusters/alpha/backup/restoreJobs", object{
		"deliveryType": "automated", "snapshotId": snapshot, "targetClusterName": "alpha", "targetGroupId": id,
	}).Want(http.StatusOK)
	s.Advance(time.Minute)
	owner.Delete(at + "/clusters/alpha").Want(http.StatusAccepted)
	s.Advance(time.Minute)
	if got := s.Mentions(id); len(got) < 6 {
		t.Fatalf("the project is in the tables %v only", got)
	}
	s.Owner().Delete(at).Want(http.StatusNoContent)
	s.Advance(2 * time.Hour) // what was to be done when its time came finds nothing
	if got := s.Mentions(id); len(got) > 0 {
		t.Errorf("the project is gone, but it is in the tables %v", got)
	}
	if left, err := filepath.Glob(filepath.Join(s.DataDir, "*s", "*")); err != nil || len(left) > 0 {
		t.Errorf("files are left: %v (%v)", left, err)
	}
}

package backup_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/bucket/buckettest"
	"github.com/telamon-db/telamon/telamontest"
)

const role = "0123456789abcdef01234567"

func buckets(groupID string) string { return "/groups/" + groupID + "/backup/exportBuckets" }

func exports(groupID, cluster string) string {
	return clusters(groupID) + "/" + cluster + "/backup/exports"
}

// register registers a bucket at AWS.
func register(s *apitest.Server, groupID, name string) (id string) {
	return s.Owner().Post(buckets(groupID), object{"cloudProvider": "AWS", "bucketName": name, "iamRoleId": role}).Want(http.StatusOK).Object()["_id"].(string)
}

// TestExportBuckets creates, reads and deletes buckets in both versions, and at each provider.
func TestExportBuckets(t *testing.T) {
	s := apitest.Start(t)
	owner, list := s.Owner(), buckets(s.ProjectID)
	first := owner.At("2023-01-01").Post(list, object{"cloudProvider": "AWS", "bucketName": "one", "iamRoleId": role}).Want(http.StatusOK).Object()
	if first["requirePrivateNetworking"] != false || first["iamRoleId"] != role || first["cloudProvider"] != "AWS" {
		t.Errorf("the bucket is %v", first)
	}
	azure := owner.Post(list, object{"cloudProvider": "AZURE", "bucketName": "two", "roleId": role, "serviceUrl": "https://account.blob.core.windows.net/two"}).
		Want(http.StatusOK).Object()
	if azure["roleId"] != role || azure["iamRoleId"] != nil || azure["requirePrivateNetworking"] != nil {
		t.Errorf("at AZURE it is %v", azure)
	}
	owner.Post(list, object{"cloudProvider": "GCP", "bucketName": "one", "roleId": role}).Want(http.StatusOK) // the same name again
	if page := owner.Get(list).Want(http.StatusOK).Object(); page["totalCount"] != 3.0 {
		t.Errorf("the list is %v", page)
	}
	if all := owner.At("2023-01-01").Get(list).Want(http.StatusOK).Results(); len(all) != 3 || all[1]["iamRoleId"] != role {
		t.Errorf("the older list is %v", all)
	}
	one := list + "/" + first["_id"].(string)
	if got := owner.Patch(one, object{"requirePrivateNetworking": true}).Want(http.StatusOK).Object(); got["requirePrivateNetworking"] != true {
		t.Errorf("changed it is %v", got)
	}
	owner.Patch(list+"/"+azure["_id"].(string), object{"requirePrivateNetworking": true}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Delete(one).Want(http.StatusNoContent)
	for _, a := range []*apitest.Answer{owner.Get(one), owner.Delete(one), owner.Patch(one, object{"requirePrivateNetworking": true})} {
		a.WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	}
	if got := events(s, s.ProjectID, 4); !slices.Equal(got, []string{"BUCKET_CREATED_AUDIT", "BUCKET_CREATED_AUDIT", "BUCKET_CREATED_AUDIT", "BUCKET_DELETED_AUDIT"}) {
		t.Errorf("the events are %v", got)
	}
	for body, field := range map[string]string{
		`{"cloudProvider":"AWS","bucketName":"one"}`:                                            "iamRoleId",
		`{"cloudProvider":"AWS","iamRoleId":"` + role + `"}`:                                    "bucketName",
		`{"cloudProvider":"AWS","bucketName":"ab","iamRoleId":"` + role + `"}`:                  "bucketName",
		`{"cloudProvider":"AWS","bucketName":"one","iamRoleId":"x"}`:                            "iamRoleId",
		`{"cloudProvider":"GCP","bucketName":"one","roleId":"` + role + `","serviceUrl":"abc"}`: "serviceUrl",
		`{"cloudProvider":"IBM","bucketName":"one"}`:                                            "cloudProvider",
		`{"bucketName":"one"}`: "cloudProvider",
	} {
		if got := owner.Post(list, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Contains(got, field) {
			t.Errorf("%s: %v, want %s", body, got, field)
		}
	}
}

// TestExport exports snapshots into a bucket of a real service, on demand and by schedule. Deleting the bucket takes it out
// of the schedule.
func TestExport(t *testing.T) {
	service := buckettest.Start(t)
	s := apitest.Start(t, telamontest.S3(strings.Replace(service.Endpoint, "://", "://"+service.AccessKey+":"+service.SecretKey+"@", 1)))
	admit(s, s.ProjectID)
	backedUp(s, s.ProjectID, "alpha")
	insert(t, orders(t, s, s.ProjectID, "alpha"), 1, 2, 3)
	snap := take(t, s, s.ProjectID, "alpha")
	id := register(s, s.ProjectID, buckettest.Name)
	list := exports(s.ProjectID, "alpha")
	job := s.Owner().Post(list, object{"exportBucketId": id, "snapshotId": snap, "customData": []object{{"key": "by", "value": "a test"}}}).Want(http.StatusOK).Object()
	if job["state"] != "Queued" || job["exportBucketId"] != id || job["snapshotId"] != snap {
		t.Errorf("asked for %v", job)
	}
	settle(s)
	one := s.Owner().Get(list + "/" + job["id"].(string)).Want(http.StatusOK).Object()
	if one["state"] != "Successful" || one["finishedAt"] == nil || one["exportStatus"].(object)["exportedCollections"] != 1.0 {
		t.Fatalf("the job is %v", one)
	}
	at := filepath.Join(service.Dir, filepath.FromSlash(one["prefix"].(string)))
	var complete object
	raw, err := os.ReadFile(filepath.Join(at, ".complete"))
	if err == nil {
		err = json.Unmarshal(raw, &complete)
	}
	if err != nil || complete["customData"] == nil || complete["snapshotId"] != snap {
		t.Errorf("complete says %s: %v", raw, err)
	}
	if found, _ := filepath.Glob(filepath.Join(at, "shop", "orders", "*")); len(found) == 0 {
		t.Error("the collection is missing")
	}

	path := schedule(s.ProjectID, "alpha")
	s.Owner().Patch(path, object{"autoExportEnabled": true, "export": object{"exportBucketId": id, "frequencyType": "monthly"}}).Want(http.StatusOK)
	s.Advance(40 * aDay)
	if all := s.Owner().Get(list).Want(http.StatusOK).Results(); len(all) < 2 || all[0]["state"] != "Successful" || all[0]["id"] == job["id"] {
		t.Errorf("by schedule there are %v", all)
	}
	s.Owner().Delete(buckets(s.ProjectID) + "/" + id).Want(http.StatusNoContent)
	if got := s.Owner().Get(path).Want(http.StatusOK).Object(); got["export"] != nil || got["autoExportEnabled"] != false {
		t.Errorf("without the bucket the schedule is %v", got)
	}
}

// TestExportsThatCannotBe: without a service an export fails, and says why.
func TestExportsThatCannotBe(t *testing.T) {
	s := apitest.Start(t)
	cluster(s, s.ProjectID, "alpha")
	snap, id, list := take(t, s, s.ProjectID, "alpha"), register(s, s.ProjectID, "backups"), exports(s.ProjectID, "alpha")
	job := s.Owner().Post(list, object{"exportBucketId": id, "snapshotId": snap}).Want(http.StatusOK).Object()
	settle(s)
	one := s.Owner().Get(list + "/" + job["id"].(string)).Want(http.StatusOK).Object()
	if reason, _ := one["stateReason"].(object); one["state"] != "Failed" || reason == nil || reason["message"] == "" {
		t.Errorf("the job is %v", one)
	}
	if got := events(s, s.ProjectID, 1); got[0] != "CPS_EXPORT_FAILED" {
		t.Errorf("the event is %v", got)
	}
	owner := s.Owner()
	owner.Post(list, object{"exportBucketId": nothing, "snapshotId": snap}).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	owner.Post(list, object{"exportBucketId": id, "snapshotId": nothing}).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	owner.Get(list+"/"+nothing).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	if got := owner.Post(list, object{}).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{"exportBucketId", "snapshotId"}) {
		t.Errorf("nothing names %v", got)
	}
	owner.Post(list, object{"exportBucketId": id, "snapshotId": snap, "customData": make([]object, 101)}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Patch(schedule(s.ProjectID, "alpha"), object{"export": object{"exportBucketId": nothing}}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	owner.Patch(schedule(s.ProjectID, "alpha"), object{"autoExportEnabled": true}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
}

// TestContentsOfASnapshot: the contents of a snapshot are read from the snapshot, not from the cluster.
func TestContentsOfASnapshot(t *testing.T) {
	s := apitest.Start(t)
	admit(s, s.ProjectID)
	cluster(s, s.ProjectID, "alpha")
	c := orders(t, s, s.ProjectID, "alpha")
	insert(t, c, 1)
	id := take(t, s, s.ProjectID, "alpha")
	if err := c.Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	owner, path := s.Owner(), snapshots(s.ProjectID, "alpha")+"/"+id+"/databases"
	if all := owner.Get(path).Want(http.StatusOK).Results(); len(all) != 1 || all[0]["name"] != "shop" {
		t.Errorf("the databases are %v", all)
	}
	owner.Get(path + "/shop").Want(http.StatusOK)
	if all := owner.Get(path + "/shop/collections").Want(http.StatusOK).Results(); len(all) != 1 || all[0]["name"] != "orders" {
		t.Errorf("the collections are %v", all)
	}
	owner.Get(path + "/shop/collections/orders").Want(http.StatusOK)
	for _, missing := range []string{"/none", "/none/collections", "/shop/collections/none", "/none/collections/orders"} {
		owner.Get(path+missing).WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	}
	owner.Get(snapshots(s.ProjectID, "alpha")+"/"+nothing+"/databases").WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
}

func TestPrivateEndpoints(t *testing.T) {
	s := apitest.Start(t)
	owner, list := s.Owner(), "/groups/"+s.ProjectID+"/backup/AWS/privateEndpoints"
	made := owner.Post(list, object{"regionName": "US_EAST_1"}).Want(http.StatusCreated).Object()
	if made["status"] != "INITIATING" || made["vpcRegionName"] != "US_EAST_1" || made["cloudProvider"] != "AWS" {
		t.Errorf("the endpoint is %v", made)
	}
	owner.Post(list, object{"regionName": "US_EAST_1"}).WantError(http.StatusConflict, "BACKUP_PRIVATE_ENDPOINT_ALREADY_EXISTS")
	owner.Post(list, object{"regionName": "MARS"}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	settle(s)
	one := list + "/" + made["id"].(string)
	if got := owner.Get(one).Want(http.StatusOK).Object(); got["status"] != "ACTIVE" {
		t.Errorf("settled it is %v", got)
	}
	owner.Delete(one).Want(http.StatusNoContent)
	if got := owner.Get(one).Want(http.StatusOK).Object(); got["status"] != "DELETING" {
		t.Errorf("deleted it is %v", got)
	}
	owner.Delete(one).WantError(http.StatusConflict, "BACKUP_PRIVATE_ENDPOINT_ALREADY_REQUESTED_DELETION")
	settle(s)
	owner.Get(one).WantError(http.StatusNotFound, "BACKUP_PRIVATE_ENDPOINT_NOT_FOUND")
}

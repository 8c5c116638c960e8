package cluster_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/telamontest"
)

func TestFailover(t *testing.T) {
	srv := apitest.Start(t)
	made(t, srv, replicaSet("alpha"))
	one := clusters(srv) + "/alpha"
	for _, date := range []string{"2023-01-01", "2023-02-01"} {
		owner := srv.Owner().At(date)
		owner.Post(one+"/restartPrimaries", nil).Want(http.StatusOK)
		if c := srv.Owner().Get(one).Want(http.StatusOK).Object(); c["stateName"] != "UPDATING" {
			t.Errorf("%s: the cluster is %v", date, c["stateName"])
		}
		if s := owner.Get(one + "/status").Want(http.StatusOK).Object(); s["changeStatus"] != "PENDING" {
			t.Errorf("%s: the change is %v", date, s["changeStatus"])
		}
		settle(srv)
		if s := owner.Get(one + "/status").Want(http.StatusOK).Object(); s["changeStatus"] != "APPLIED" {
			t.Errorf("%s: the change is %v", date, s["changeStatus"])
		}
	}
	if got := srv.EventTypes(srv.ProjectID); !slices.Contains(got, "TEST_FAILOVER_REQUESTED") {
		t.Errorf("the events are %v", got)
	}
	srv.Owner().Patch(one, object{"paused": true}).Want(http.StatusOK)
	settle(srv)
	srv.Owner().Post(one+"/restartPrimaries", nil).WantError(http.StatusConflict, "CANNOT_UPDATE_PAUSED_CLUSTER")
}

func TestPinnedVersion(t *testing.T) {
	srv := apitest.Start(t)
	owner, one := srv.Owner(), clusters(srv)+"/alpha"
	body := replicaSet("alpha")
	body["mongoDBMajorVersion"] = "7.0"
	made(t, srv, body)
	fcv := func() (version, until any) {
		c := owner.Get(one).Want(http.StatusOK).Object()
		return c["featureCompatibilityVersion"], c["featureCompatibilityVersionExpirationDate"]
	}
	pin := func(until time.Time) *apitest.Answer {
		return owner.Post(one+":pinFeatureCompatibilityVersion", object{"expirationDate": until.UTC().Format(time.RFC3339)})
	}
	now := time.Now()
	for _, until := range []time.Time{now.Add(-time.Hour), now.AddDate(0, 0, 29)} {
		if got := pin(until).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{"expirationDate"}) {
			t.Errorf("%v is refused for %v", until, got)
		}
	}
	owner.Post(one+":unpinFeatureCompatibilityVersion", nil).Want(http.StatusNoContent)
	pin(now.AddDate(0, 0, 2)).Want(http.StatusNoContent)
	pin(now.AddDate(0, 0, 3)).Want(http.StatusNoContent)
	owner.Patch(one, object{"mongoDBMajorVersion": "8.0"}).Want(http.StatusOK)
	settle(srv)
	if version, until := fcv(); version != "7.0" || until != now.AddDate(0, 0, 3).UTC().Format("2006-01-02T15:04:05Z") {
		t.Errorf("pinned is %v until %v", version, until)
	}
	srv.Advance(4 * 24 * time.Hour)
	if version, until := fcv(); version != "8.0" || until != nil {
		t.Errorf("after its time pinned is %v until %v", version, until)
	}
	owner.Post(one+":pinFeatureCompatibilityVersion", nil).Want(http.StatusNoContent)
	if _, until := fcv(); until == nil {
		t.Error("nothing is pinned without a date")
	}
	owner.Post(one+":unpinFeatureCompatibilityVersion", nil).Want(http.StatusNoContent)
	if _, until := fcv(); until != nil {
		t.Errorf("it is pinned until %v", until)
	}
	var fcvs []string
	for _, e := range srv.EventTypes(srv.ProjectID) {
		if len(e) > 12 && e[:12] == "CLUSTER_FCV_" {
			fcvs = append(fcvs, e[12:])
		}
	}
	if want := []string{"UNFIXED", "FIXED", "UNFIXED", "EXPIRATION_DATE_UPDATED", "FIXED"}; !slices.Equal(fcvs, want) {
		t.Errorf("the events are %v, want %v", fcvs, want)
	}
}

func TestEmployeeAccess(t *testing.T) {
	srv := apitest.Start(t)
	owner, one := srv.Owner(), clusters(srv)+"/alpha"
	made(t, srv, replicaSet("alpha"))
	granted := func() any { return owner.Get(one).Want(http.StatusOK).Object()["mongoDBEmployeeAccessGrant"] }
	grant := func(until time.Time) *apitest.Answer {
		return owner.Post(one+":grantMongoDBEmployeeAccess", object{"grantType": "CLUSTER_DATABASE_LOGS", "expirationTime": until.UTC().Format(time.RFC3339)})
	}
	grant(time.Now().Add(-time.Minute)).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	if granted() != nil {
		t.Error("access was granted that has ended")
	}
	until := time.Now().Add(time.Hour)
	grant(until).Want(http.StatusNoContent)
	got, _ := granted().(object)
	if got["grantType"] != "CLUSTER_DATABASE_LOGS" || got["expirationTime"] != until.UTC().Format("2006-01-02T15:04:05Z") {
		t.Errorf("granted is %v", got)
	}
	owner.Post(one+":revokeMongoDBEmployeeAccess", nil).Want(http.StatusNoContent)
	owner.Post(one+":revokeMongoDBEmployeeAccess", nil).Want(http.StatusNoContent)
	if granted() != nil {
		t.Error("the access was not revoked")
	}
	grant(until).Want(http.StatusNoContent)
	srv.Advance(2 * time.Hour)
	if granted() != nil {
		t.Error("the access has not ended")
	}
	if got := srv.EventTypes(srv.ProjectID); !slices.Contains(got, "EMPLOYEE_ACCESS_GRANTED") || !slices.Contains(got, "EMPLOYEE_ACCESS_REVOKED") {
		t.Errorf("the events are %v", got)
	}
}

// TestActionsRefuse holds every action against clusters that it is not for.
func TestActionsRefuse(t *testing.T) {
	srv := apitest.Start(t)
	owner := srv.Owner()
	owner.Post("/groups/"+srv.ProjectID+"/flexClusters", object{
		"name": "flex", "providerSettings": object{"backingProviderName": "AWS", "regionName": "US_EAST_1"},
	}).Want(http.StatusCreated)
	made(t, srv, replicaSet("gone"))
	srv.Fail(telamontest.Failure{Work: "cluster"}) // what is being deleted or made stays so
	owner.Delete(clusters(srv) + "/gone").Want(http.StatusAccepted)
	owner.Post(clusters(srv), replicaSet("young")).Want(http.StatusCreated)
	for _, action := range []struct {
		path string
		body any
	}{
		{"/restartPrimaries", nil}, {":pinFeatureCompatibilityVersion", nil}, {":unpinFeatureCompatibilityVersion", nil},
		{":grantMongoDBEmployeeAccess", object{"grantType": "CLUSTER_INFRASTRUCTURE", "expirationTime": "2099-01-01T00:00:00Z"}},
		{":revokeMongoDBEmployeeAccess", nil},
	} {
		for name, want := range map[string]struct {
			status int
			code   string
		}{
			"none": {http.StatusNotFound, "CLUSTER_NOT_FOUND"}, "flex": {http.StatusBadRequest, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"},
			"gone": {http.StatusConflict, "CLUSTER_ALREADY_REQUESTED_DELETION"}, "young": {http.StatusConflict, "CLUSTER_NOT_READY"},
		} {
			owner.Post(clusters(srv)+"/"+name+action.path, action.body).WantError(want.status, want.code)
		}
	}
}

// TestValidate asks whether clusters are possible, which changes nothing.
func TestValidate(t *testing.T) {
	srv := apitest.Start(t)
	owner := srv.Owner()
	made(t, srv, replicaSet("alpha"))
	even := replicaSet("beta")
	region(even)["electableSpecs"] = object{"instanceSize": "M10", "nodeCount": 2}
	for name, c := range map[string]struct {
		body object
		want []string
	}{
		"new":       {object{"editing": false, "clusterDescription": replicaSet("beta")}, nil},
		"name":      {object{"editing": false, "clusterDescription": replicaSet("alpha")}, []string{"DUPLICATE_CLUSTER_NAME"}},
		"even":      {object{"editing": false, "clusterDescription": even}, []string{"VALIDATION_ERROR"}},
		"change":    {object{"editing": true, "clusterName": "alpha", "clusterDescription": object{"tags": []object{}}}, nil},
		"missing":   {object{"editing": true, "clusterName": "beta", "clusterDescription": object{}}, []string{"CLUSTER_NOT_FOUND"}},
		"arguments": {object{"editing": false, "clusterDescription": replicaSet("beta"), "advancedConfiguration": object{"oplogSizeMB": 2000, "queryStatsLogVerbosity": 9}}, []string{"VALIDATION_ERROR"}},
		"tags":      {object{"editing": false, "clusterDescription": replicaSet("beta"), "tags": []object{{"key": "a", "value": "b"}, {"key": "a", "value": "c"}}}, []string{"VALIDATION_ERROR"}},
	} {
		got := owner.Post("/groups/"+srv.ProjectID+"/clusterConfigurations:validate", c.body).Want(http.StatusOK).Object()
		var codes []string
		for _, e := range got["errors"].([]any) {
			codes = append(codes, e.(object)["errorCode"].(string))
		}
		if !slices.Equal(codes, c.want) || got["valid"] != (c.want == nil) {
			t.Errorf("%s: %v", name, got)
		}
	}
	if n := len(owner.Get(clusters(srv)).Want(http.StatusOK).Results()); n != 1 {
		t.Errorf("there are %d clusters", n)
	}
}

// TestKeptAsDeclared sets what has no effect here: it is kept and shown.
func TestKeptAsDeclared(t *testing.T) {
	srv := apitest.Start(t)
	owner, one := srv.Owner(), clusters(srv)+"/alpha"
	made(t, srv, replicaSet("alpha"))
	owner.Patch(one, object{
		"encryptionAtRestProvider": "AWS", "biConnector": object{"enabled": true}, "redactClientLogData": true, "retainBackups": true,
	}).Want(http.StatusOK)
	settle(srv)
	c := owner.Get(one).Want(http.StatusOK).Object()
	if c["encryptionAtRestProvider"] != "AWS" || c["biConnector"].(object)["enabled"] != true || c["redactClientLogData"] != true || c["retainBackups"] != true {
		t.Errorf("the cluster is %v", c)
	}
	owner.Patch(one, object{"encryptionAtRestProvider": "NONE", "biConnector": object{"enabled": false}}).Want(http.StatusOK)
	settle(srv)
	if c := owner.Get(one).Want(http.StatusOK).Object(); c["encryptionAtRestProvider"] != "NONE" || c["biConnector"].(object)["enabled"] != false {
		t.Errorf("the cluster is %v", c)
	}
	preview := owner.At("preview")
	if s := preview.Get(one + "/sqlInterface").Want(http.StatusOK).Object(); s["status"] != "OFF" || s["supported"] != false {
		t.Errorf("the SQL interface is %v", s)
	}
	preview.Patch(one+"/sqlInterface", object{"status": "ON"}).Want(http.StatusOK)
	if s := preview.Get(one + "/sqlInterface").Want(http.StatusOK).Object(); s["status"] != "ON" {
		t.Errorf("the SQL interface is %v", s)
	}
	mode := owner.Get(one + "/autoScalingConfiguration").Want(http.StatusOK).Object()
	if mode["autoScalingMode"] != "CLUSTER_WIDE_SCALING" {
		t.Errorf("it scales %v", mode)
	}
}

func TestDisksDoNotShrink(t *testing.T) {
	srv := apitest.Start(t)
	owner, one := srv.Owner(), clusters(srv)+"/alpha"
	body := replicaSet("alpha")
	region(body)["electableSpecs"] = object{"instanceSize": "M10", "nodeCount": 3, "diskSizeGB": 40}
	made(t, srv, body)
	region(body)["electableSpecs"].(object)["diskSizeGB"] = 20
	got := owner.Patch(one, object{"replicationSpecs": body["replicationSpecs"]}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	if !slices.Equal(got, []string{"replicationSpecs[0].regionConfigs[0].electableSpecs.diskSizeGB"}) {
		t.Errorf("it is refused for %v", got)
	}
	if got := owner.At("2023-02-01").Patch(one, object{"diskSizeGB": 20}).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{"diskSizeGB"}) {
		t.Errorf("it is refused for %v", got)
	}
}

// TestAsymmetric declares disks that differ, of which older versions cannot tell.
func TestAsymmetric(t *testing.T) {
	srv := apitest.Start(t)
	owner, one := srv.Owner(), clusters(srv)+"/alpha"
	body := replicaSet("alpha")
	region(body)["analyticsSpecs"] = object{"instanceSize": "M10", "nodeCount": 1, "diskSizeGB": 40}
	made(t, srv, body)
	for _, date := range []string{"2023-01-01", "2023-02-01"} {
		owner.At(date).Get(one).WantError(http.StatusBadRequest, "ASYMMETRIC_SHARD_UNSUPPORTED")
		owner.At(date).Patch(one, object{"tags": []object{}}).WantError(http.StatusBadRequest, "ASYMMETRIC_SHARD_UNSUPPORTED")
		if n := len(owner.At(date).Get(clusters(srv)).Want(http.StatusOK).Results()); n != 1 {
			t.Errorf("%s: the list has %d clusters", date, n)
		}
	}
	owner.At("2024-08-05").Get(one).Want(http.StatusOK)
}

// TestDeletedWithRetainedBackups: clients that ask for backups to stay are not refused; what they asked for is shown.
func TestDeletedWithRetainedBackups(t *testing.T) {
	srv := apitest.Start(t)
	made(t, srv, replicaSet("alpha"))
	srv.Owner().At("2023-02-01").Delete(clusters(srv) + "/alpha?retainBackups=true").Want(http.StatusAccepted)
	if c := srv.Owner().Get(clusters(srv) + "/alpha").Want(http.StatusOK).Object(); c["stateName"] != "DELETING" || c["retainBackups"] != true {
		t.Errorf("%v, retainBackups %v", c["stateName"], c["retainBackups"])
	}
	settle(srv)
	srv.Owner().Get(clusters(srv)+"/alpha").WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
}

package flex_test

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

func path(s *apitest.Server) string { return "/groups/" + s.ProjectID + "/flexClusters" }

func flex(name string) object {
	return object{"name": name, "providerSettings": object{"backingProviderName": "AWS", "regionName": "US_EAST_1"}, "tags": []object{}}
}

// settle lets everything that the server has begun come to its end.
func settle(s *apitest.Server) { s.Advance(time.Second) }

// TestLife is a Flex cluster's life as the Terraform provider leads it.
func TestLife(t *testing.T) {
	s := apitest.Start(t)
	owner, one := s.Owner(), path(s)+"/alpha"
	made := owner.Post(path(s), flex("alpha")).Want(http.StatusCreated).Object()
	p := made["providerSettings"].(object)
	if made["stateName"] != "CREATING" || made["clusterType"] != "REPLICASET" || made["versionReleaseSystem"] != "LTS" || p["providerName"] != "FLEX" ||
		p["diskSizeGB"] != 5.0 || p["backingProviderName"] != "AWS" || p["regionName"] != "US_EAST_1" || made["backupSettings"].(object)["enabled"] != true {
		t.Errorf("a new cluster is %v", made)
	}
	owner.Patch(one, object{"terminationProtectionEnabled": true}).WantError(http.StatusConflict, "CLUSTER_NOT_READY")
	status := func() any {
		return owner.Get("/groups/" + s.ProjectID + "/clusters/alpha/status").Want(http.StatusOK).Object()["changeStatus"]
	}
	if got := status(); got != "PENDING" { // the Kubernetes operator asks here for Flex clusters too
		t.Errorf("the status of a new cluster is %v", got)
	}
	settle(s)
	if got := status(); got != "APPLIED" {
		t.Errorf("the status of a cluster is %v", got)
	}
	c := owner.Get(one).Want(http.StatusOK).Object()
	if uri, _ := c["connectionStrings"].(object)["standard"].(string); c["stateName"] != "IDLE" || !strings.HasPrefix(uri, "mongodb://") {
		t.Fatalf("the cluster is %v", c)
	}
	if again := owner.Patch(one, object{"tags": []object{}, "terminationProtectionEnabled": false}).Want(http.StatusOK).Object(); again["stateName"] != "IDLE" {
		t.Errorf("nothing new makes it %v", again["stateName"])
	}
	changed := owner.Patch(one, object{"tags": []object{{"key": "a", "value": "b"}}, "terminationProtectionEnabled": true}).Want(http.StatusOK).Object()
	if changed["stateName"] != "UPDATING" || changed["terminationProtectionEnabled"] != true || len(changed["tags"].([]any)) != 1 {
		t.Errorf("the changed cluster is %v", changed)
	}
	for _, name := range []string{"connectionStrings", "backupSettings", "clusterType", "createDate", "id", "versionReleaseSystem", "providerSettings"} {
		if !reflect.DeepEqual(changed[name], c[name]) {
			t.Errorf("the change has made %s %v of %v", name, changed[name], c[name])
		}
	}
	settle(s)
	s.Restart()
	owner = s.Owner()
	if page := owner.Get(path(s) + "?pageNum=1").Want(http.StatusOK).Object(); page["totalCount"] != 1.0 || page["results"].([]any)[0].(object)["stateName"] != "IDLE" {
		t.Errorf("after a restart the list is %v", page)
	}
	owner.Delete(one).WantError(http.StatusBadRequest, "CANNOT_TERMINATE_CLUSTER_WHEN_TERMINATION_PROTECTION_ENABLED")
	owner.Patch(one, object{"terminationProtectionEnabled": false}).Want(http.StatusOK)
	settle(s)
	owner.Delete(one).Want(http.StatusNoContent)
	if c := owner.Get(one).Want(http.StatusOK).Object(); c["stateName"] != "DELETING" {
		t.Errorf("a cluster that goes is %v", c["stateName"])
	}
	owner.Delete(one).WantError(http.StatusConflict, "CLUSTER_ALREADY_REQUESTED_DELETION")
	owner.Patch(one, object{}).WantError(http.StatusConflict, "CLUSTER_ALREADY_REQUESTED_DELETION")
	settle(s)
	for _, a := range []*apitest.Answer{owner.Get(one), owner.Patch(one, object{}), owner.Delete(one)} {
		a.WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	}
	want := []string{"SERVERLESS_INSTANCE_DELETED", "SERVERLESS_INSTANCE_DELETE_SUBMITTED"}
	if got := s.EventTypes(s.ProjectID); !slices.Equal(got[:2], want) || !slices.Contains(got, "SERVERLESS_INSTANCE_CREATED") {
		t.Errorf("the events are %v", got)
	}
}

func TestRefusals(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	for name, c := range map[string]struct {
		body   object
		code   string
		fields []string
	}{
		"nothing":  {object{}, "VALIDATION_ERROR", []string{"name", "providerSettings"}},
		"settings": {object{"name": "a", "providerSettings": object{}}, "VALIDATION_ERROR", []string{"providerSettings.backingProviderName", "providerSettings.regionName"}},
		"region":   {object{"name": "a", "providerSettings": object{"backingProviderName": "GCP", "regionName": "US_EAST_1"}}, "INVALID_REGION", []string{"providerSettings.regionName"}},
		"name":     {flex(strings.Repeat("x", 65)), "VALIDATION_ERROR", []string{"name"}},
		"tags": {object{"name": "a", "providerSettings": flex("")["providerSettings"], "tags": []object{{"key": "a", "value": "b"}, {"key": "a", "value": "b"}}},
			"VALIDATION_ERROR", []string{"tags[1].key"}},
	} {
		got := owner.Post(path(s), c.body).WantError(http.StatusBadRequest, c.code)
		slices.Sort(got)
		if !slices.Equal(got, c.fields) {
			t.Errorf("%s: the violations are of %v, want %v", name, got, c.fields)
		}
	}
	owner.Post(path(s), flex("alpha")).Want(http.StatusCreated)
	owner.Post(path(s), flex("alpha")).WantError(http.StatusBadRequest, "DUPLICATE_CLUSTER_NAME")
	settle(s)
	clusters := "/groups/" + s.ProjectID + "/clusters/alpha"
	for _, a := range []*apitest.Answer{
		owner.Get(clusters), owner.Patch(clusters, object{}), owner.Delete(clusters), owner.Get(clusters + "/processArgs"), owner.Patch(clusters+"/processArgs", object{}),
		owner.Get(clusters + "/backup/snapshots"), owner.Get(clusters + "/backup/snapshots/shardedClusters"),
		owner.Post("/groups/"+s.ProjectID+"/clusters/tenantUpgrade", object{"name": "alpha"}),
	} {
		a.WantError(http.StatusBadRequest, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API")
	}
	key := owner.Post("/orgs/"+s.OrgID+"/apiKeys", object{"desc": "reads", "roles": []string{"ORG_READ_ONLY"}}).Want(http.StatusOK).Object()
	reader := s.As(key["publicKey"].(string), key["privateKey"].(string))
	reader.Get(path(s) + "/alpha").Want(http.StatusOK)
	reader.Delete(path(s)+"/alpha").WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	if a := owner.At("2024-10-23").Get(path(s)); a.Status != http.StatusNotAcceptable {
		t.Errorf("a date before the operation answers %d", a.Status)
	}
}

// TestDedicated asks for a dedicated cluster through every path of this family, as the Atlas CLI does first.
func TestDedicated(t *testing.T) {
	s := apitest.Start(t)
	owner := s.Owner()
	owner.Post("/groups/"+s.ProjectID+"/clusters", object{"name": "big", "replicationSpecs": []object{{"regionConfigs": []object{{
		"providerName": "AWS", "regionName": "US_EAST_1", "electableSpecs": object{"instanceSize": "M10"},
	}}}}}).Want(http.StatusCreated)
	one := path(s) + "/big"
	for _, a := range []*apitest.Answer{
		owner.Get(one), owner.Patch(one, object{}), owner.Delete(one), owner.Get(one + "/backup/snapshots"), owner.Get(one + "/backup/snapshots/" + s.ProjectID),
		owner.Get(one + "/backup/restoreJobs"), owner.Get(one + "/backup/restoreJobs/" + s.ProjectID),
		owner.Post("/groups/"+s.ProjectID+"/flexClusters:tenantUpgrade", object{"name": "big"}),
	} {
		a.WantError(http.StatusBadRequest, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API")
	}
	if page := owner.Get(path(s)).Want(http.StatusOK).Object(); page["totalCount"] != 0.0 {
		t.Errorf("the list has dedicated clusters: %v", page)
	}
	owner.Get(path(s)+"/none/backup/snapshots").WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
}

// TestSDK does the same with MongoDB's Go SDK.
func TestSDK(t *testing.T) {
	s := apitest.Start(t)
	for name, sdk := range map[string]*admin.APIClient{"digest": s.SDK(), "token": s.OAuthSDK(t.Context())} {
		_, _, err := sdk.FlexClustersApi.CreateFlexCluster(t.Context(), s.ProjectID, &admin.FlexClusterDescriptionCreate20241113{
			Name: name, ProviderSettings: admin.FlexProviderSettingsCreate20241113{BackingProviderName: "AWS", RegionName: "EU_WEST_1"},
		}).Execute()
		if err != nil {
			t.Fatal(err)
		}
		settle(s)
		c, _, err := sdk.FlexClustersApi.GetFlexCluster(t.Context(), s.ProjectID, name).Execute()
		if err != nil || c.GetStateName() != "IDLE" || c.ProviderSettings.GetDiskSizeGB() != 5 {
			t.Errorf("the cluster is %v: %v", c, err)
		}
		page, _, err := sdk.FlexClustersApi.ListFlexClusters(t.Context(), s.ProjectID).Execute()
		if err != nil || page.GetTotalCount() < 1 {
			t.Errorf("the list is %v: %v", page, err)
		}
	}
}

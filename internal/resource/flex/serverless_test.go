package flex_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"

	"github.com/telamon-db/telamon/internal/apitest"
)

func instance(name string) object {
	return object{"name": name, "providerSettings": object{"backingProviderName": "AWS", "providerName": "SERVERLESS", "regionName": "US_EAST_1"}}
}

func instances(srv *apitest.Server) string { return "/groups/" + srv.ProjectID + "/serverless" }

func TestServerlessLife(t *testing.T) {
	srv := apitest.Start(t)
	owner, one := srv.Owner(), instances(srv)+"/alpha"
	made := owner.Post(instances(srv), instance("alpha")).Want(http.StatusCreated)
	if made.Header.Get("Deprecation") == "" {
		t.Error("the operation does not say that it is deprecated")
	}
	c := made.Object()
	p := c["providerSettings"].(object)
	if c["stateName"] != "CREATING" || p["effectiveProviderName"] != "FLEX" || p["providerName"] != "SERVERLESS" || len(c["connectionStrings"].(object)) != 0 {
		t.Fatalf("a new instance is %v", c)
	}
	owner.Patch(one, object{"terminationProtectionEnabled": true}).WantError(http.StatusConflict, "CLUSTER_NOT_READY")
	settle(srv)
	c = owner.Get(one).Want(http.StatusOK).Object()
	uri, _ := c["connectionStrings"].(object)["standard"].(string)
	if c["stateName"] != "IDLE" || !strings.HasPrefix(uri, "mongodb://") {
		t.Fatalf("the instance is %v at %q", c["stateName"], uri)
	}
	owner.Get("/groups/"+srv.ProjectID+"/clusters/alpha").WantError(http.StatusBadRequest, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API")
	owner.Patch("/groups/"+srv.ProjectID+"/clusters/alpha", object{}).WantError(http.StatusBadRequest, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API")
	owner.Delete("/groups/"+srv.ProjectID+"/clusters/alpha").WantError(http.StatusBadRequest, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API")
	if n := len(owner.Get("/groups/" + srv.ProjectID + "/clusters").Want(http.StatusOK).Results()); n != 0 {
		t.Errorf("the list of clusters has %d Flex clusters", n)
	}

	c = owner.Patch(one, object{
		"terminationProtectionEnabled": true, "tags": []object{{"key": "a", "value": "b"}},
		"serverlessBackupOptions": object{"serverlessContinuousBackupEnabled": false},
	}).Want(http.StatusOK).Object()
	if c["stateName"] != "UPDATING" || c["terminationProtectionEnabled"] != true || len(c["tags"].([]any)) != 1 ||
		c["serverlessBackupOptions"].(object)["serverlessContinuousBackupEnabled"] != false {
		t.Errorf("the changed instance is %v", c)
	}
	settle(srv)
	srv.Restart()
	owner = srv.Owner()
	if again := owner.Get(one).Want(http.StatusOK).Object(); again["connectionStrings"].(object)["standard"] != uri || again["stateName"] != "IDLE" {
		t.Errorf("after a restart the instance is %v", again)
	}
	owner.Delete(one).WantError(http.StatusBadRequest, "CANNOT_TERMINATE_CLUSTER_WHEN_TERMINATION_PROTECTION_ENABLED")
	owner.Patch(one, object{"terminationProtectionEnabled": false}).Want(http.StatusOK)
	settle(srv)
	if a := owner.Delete(one).Want(http.StatusAccepted); string(a.Body) != "{}" {
		t.Errorf("the answer to a deletion is %q", a.Body)
	}
	if c := owner.Get(one).Want(http.StatusOK).Object(); c["stateName"] != "DELETING" {
		t.Errorf("an instance that goes is %v", c["stateName"])
	}
	owner.Delete(one).WantError(http.StatusConflict, "SERVERLESS_INSTANCE_ALREADY_REQUESTED_DELETION")
	settle(srv)
	owner.Get(one).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	owner.Patch(one, object{}).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	owner.Delete(one).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	want := []string{
		"SERVERLESS_INSTANCE_DELETED", "SERVERLESS_INSTANCE_DELETE_SUBMITTED", "SERVERLESS_INSTANCE_UPDATE_COMPLETED",
		"SERVERLESS_INSTANCE_UPDATE_SUBMITTED", "SERVERLESS_INSTANCE_UPDATE_COMPLETED", "SERVERLESS_INSTANCE_UPDATE_SUBMITTED",
		"SERVERLESS_INSTANCE_READY", "SERVERLESS_INSTANCE_CREATED",
	}
	if got := srv.EventTypes(srv.ProjectID); len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
		t.Errorf("the events are %v", got)
	}
}

func TestServerlessRefusals(t *testing.T) {
	srv := apitest.Start(t)
	for name, c := range map[string]struct {
		body   object
		code   string
		fields []string
	}{
		"nothing":  {object{}, "VALIDATION_ERROR", []string{"name", "providerSettings"}},
		"settings": {object{"name": "a", "providerSettings": object{}}, "VALIDATION_ERROR", []string{"providerSettings.backingProviderName", "providerSettings.regionName"}},
		"region": {object{"name": "a", "providerSettings": object{"backingProviderName": "AWS", "regionName": "NOWHERE"}}, "INVALID_REGION",
			[]string{"providerSettings.regionName"}},
		"name": {instance(strings.Repeat("x", 65)), "VALIDATION_ERROR", []string{"name"}},
		"tags": {object{"name": "a", "providerSettings": instance("")["providerSettings"], "tags": []object{{"key": "a", "value": "b"}, {"key": "a", "value": "b"}}},
			"VALIDATION_ERROR", []string{"tags[1].key"}},
		"type": {object{"name": "a", "providerSettings": object{"backingProviderName": "AWS", "providerName": "FLEX", "regionName": "US_EAST_1"}},
			"VALIDATION_ERROR", []string{"providerSettings.providerName"}},
	} {
		t.Run(name, func(t *testing.T) {
			fields := srv.Owner().Post(instances(srv), c.body).WantError(http.StatusBadRequest, c.code)
			slices.Sort(fields)
			if !slices.Equal(fields, c.fields) {
				t.Errorf("the violations are of %v, want %v", fields, c.fields)
			}
		})
	}
	srv.Owner().Post(instances(srv), instance("alpha")).Want(http.StatusCreated)
	srv.Owner().Post(instances(srv), instance("alpha")).WantError(http.StatusBadRequest, "DUPLICATE_CLUSTER_NAME")
}

// TestDedicated asks for a dedicated cluster through every path of this family.
func TestServerlessDedicated(t *testing.T) {
	srv := apitest.Start(t)
	owner := srv.Owner()
	owner.Post("/groups/"+srv.ProjectID+"/clusters", object{"name": "big", "replicationSpecs": []object{{"regionConfigs": []object{{
		"providerName": "AWS", "regionName": "US_EAST_1", "electableSpecs": object{"instanceSize": "M10"},
	}}}}}).Want(http.StatusCreated)
	const code = "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API"
	one := instances(srv) + "/big"
	owner.Get(one).WantError(http.StatusBadRequest, code)
	owner.Patch(one, object{}).WantError(http.StatusBadRequest, code)
	owner.Delete(one).WantError(http.StatusBadRequest, code)
	owner.Get(one+indexing).WantError(http.StatusBadRequest, code)
	owner.Post(one+indexing+"?enable=true", nil).WantError(http.StatusBadRequest, code)
	if n := len(owner.Get(instances(srv)).Want(http.StatusOK).Results()); n != 0 {
		t.Errorf("the list of instances has %d dedicated clusters", n)
	}
}

const indexing = "/performanceAdvisor/autoIndexing"

// TestUpgradeToServerless makes a free cluster an instance.
func TestUpgradeToServerless(t *testing.T) {
	srv := apitest.Start(t)
	owner, clusters := srv.Owner(), "/groups/"+srv.ProjectID+"/clusters"
	upgrade := clusters + "/tenantUpgradeToServerless"
	cluster := func(name, provider, size string) object {
		region := object{"providerName": provider, "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": size}}
		if provider == "TENANT" {
			region["backingProviderName"] = "AWS"
		}
		return object{"name": name, "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{region}}}}
	}
	free := owner.Post(clusters, cluster("free", "TENANT", "M0")).Want(http.StatusCreated).Object()
	owner.Post(upgrade, instance("free")).WantError(http.StatusConflict, "CLUSTER_NOT_READY")
	owner.Post(clusters, cluster("dear", "AWS", "M10")).Want(http.StatusCreated)
	settle(srv)
	owner.Post(upgrade, instance("none")).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	nameless := instance("")
	delete(nameless, "name")
	for _, body := range []object{nameless, instance("dear")} {
		if got := owner.Post(upgrade, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{"name"}) {
			t.Errorf("%v is refused for %v", body, got)
		}
	}
	elsewhere := instance("free")
	elsewhere["providerSettings"].(object)["regionName"] = "NOWHERE"
	owner.Post(upgrade, elsewhere).WantError(http.StatusBadRequest, "INVALID_REGION")

	c := owner.Post(upgrade, instance("free")).Want(http.StatusOK).Object()
	if c["id"] != free["id"] || c["stateName"] != "UPDATING" {
		t.Errorf("the instance is %v", c)
	}
	owner.Post(upgrade, instance("free")).WantError(http.StatusBadRequest, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API")
	settle(srv)
	if c := owner.Get(instances(srv) + "/free").Want(http.StatusOK).Object(); c["stateName"] != "IDLE" {
		t.Errorf("the instance is %v", c["stateName"])
	}
}

func TestAutoIndexing(t *testing.T) {
	srv := apitest.Start(t)
	owner, at := srv.Owner(), instances(srv)+"/alpha"+indexing
	owner.Post(at+"?enable=true", nil).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	owner.Get(at).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	owner.Post(instances(srv), instance("alpha")).Want(http.StatusCreated)
	owner.Post(instances(srv)+"/-"+indexing+"?enable=true", nil).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	settle(srv)

	is := func(want string) {
		t.Helper()
		if a := owner.Get(at).Want(http.StatusOK); string(a.Body) != want {
			t.Fatalf("the switch is %s, want %s", a.Body, want)
		}
	}
	is("false")
	for _, query := range []string{"?enable=true", "?enable=true&envelope=true&pretty=true", "?enable=false", "?enable=false", "?enable=true"} {
		a := owner.Post(at+query, nil).Want(http.StatusOK)
		if len(a.Body) != 0 || a.Header.Get("Sunset") == "" {
			t.Errorf("%s answers %q, %v", query, a.Body, a.Header)
		}
	}
	is("true")
	for _, query := range []string{"", "?enable=", "?enable=yes", "?enable=1", "?enable=true&enable=false"} {
		if fields := owner.Post(at+query, nil).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(fields, []string{"enable"}) {
			t.Errorf("%q: the violations are of %v", query, fields)
		}
	}
	srv.Restart()
	owner = srv.Owner()
	is("true")
	var got []string
	for _, e := range srv.EventTypes(srv.ProjectID) {
		if strings.HasPrefix(e, "AUTO_INDEXING") {
			got = append(got, e)
		}
	}
	if !slices.Equal(got, []string{"AUTO_INDEXING_ENABLED", "AUTO_INDEXING_DISABLED", "AUTO_INDEXING_ENABLED"}) {
		t.Errorf("the events are %v", got)
	}
	if a := srv.Owner().At("2022-01-01").Get(at); a.Status != http.StatusNotAcceptable {
		t.Errorf("a date before the API answers %d", a.Status)
	}
}

func TestServerlessRoles(t *testing.T) {
	srv := apitest.Start(t)
	srv.Owner().Post(instances(srv), instance("alpha")).Want(http.StatusCreated)
	settle(srv)
	key := srv.Owner().Post("/orgs/"+srv.OrgID+"/apiKeys", object{"desc": "reads", "roles": []string{"ORG_READ_ONLY"}}).Want(http.StatusOK).Object()
	reader := srv.As(key["publicKey"].(string), key["privateKey"].(string))
	one := instances(srv) + "/alpha"
	reader.Get(instances(srv)).Want(http.StatusOK)
	reader.Get(one).Want(http.StatusOK)
	reader.Get(one + indexing).Want(http.StatusOK)
	reader.Post(instances(srv), instance("beta")).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	reader.Patch(one, object{}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	reader.Delete(one).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	reader.Post(one+indexing+"?enable=true", nil).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	srv.Anonymous().Post(one+indexing+"?enable=true", nil).Want(http.StatusUnauthorized)
}

// TestSDK does the same with MongoDB's Go SDK, as the reference page shows it.
func TestServerlessSDK(t *testing.T) {
	srv := apitest.Start(t)
	for name, sdk := range map[string]*admin.APIClient{"digest": srv.SDK(), "token": srv.OAuthSDK(t.Context())} {
		_, _, err := sdk.ServerlessInstancesApi.CreateServerlessInstance(t.Context(), srv.ProjectID, &admin.ServerlessInstanceDescriptionCreate{
			Name: name, ProviderSettings: admin.ServerlessProviderSettings{BackingProviderName: "AWS", RegionName: "EU_WEST_1"},
		}).Execute()
		if err != nil {
			t.Fatal(err)
		}
		settle(srv)
		instance, _, err := sdk.ServerlessInstancesApi.GetServerlessInstance(t.Context(), srv.ProjectID, name).Execute()
		if err != nil || instance.GetStateName() != "IDLE" || !instance.ServerlessBackupOptions.GetServerlessContinuousBackupEnabled() {
			t.Fatalf("the instance is %v: %v", instance, err)
		}
		params := &admin.SetServerlessAutoIndexingApiParams{GroupId: srv.ProjectID, ClusterName: name, Enable: admin.PtrBool(true)}
		_, res, err := sdk.PerformanceAdvisorApi.SetServerlessAutoIndexingWithParams(t.Context(), params).Execute()
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatal(err)
		}
		on, _, err := sdk.PerformanceAdvisorApi.GetServerlessAutoIndexing(t.Context(), srv.ProjectID, name).Execute()
		if err != nil || !on {
			t.Fatalf("the switch is %v: %v", on, err)
		}
	}
}

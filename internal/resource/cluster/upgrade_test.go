package cluster_test

import (
	"net/http"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/apitest"
)

func freeCluster(name string) object {
	body := replicaSet(name)
	r := region(body)
	r["providerName"], r["backingProviderName"], r["electableSpecs"] = "TENANT", "AWS", object{"instanceSize": "M0"}
	return body
}

// firstRegion is the first region config of an answer.
func firstRegion(c object) object {
	return c["replicationSpecs"].([]any)[0].(object)["regionConfigs"].([]any)[0].(object)
}

// TestUpgrades makes a free cluster a Flex one and that a dedicated one, as the Terraform provider does: each shows UPDATING
// at once, and the data stays.
func TestUpgrades(t *testing.T) {
	srv := apitest.Start(t)
	admit(srv)
	body := freeCluster("alpha")
	body["tags"] = []object{{"key": "env", "value": "test"}}
	uri := standard(made(t, srv, body))
	if _, err := dial(t, uri).Database("shop").Collection("orders").InsertOne(t.Context(), bson.M{"_id": 1}); err != nil {
		t.Fatal(err)
	}
	owner, one, group := srv.Owner(), clusters(srv)+"/alpha", "/groups/"+srv.ProjectID
	asked := owner.Post(clusters(srv)+"/tenantUpgrade", object{"name": "alpha", "providerSettings": object{
		"providerName": "FLEX", "instanceSizeName": "FLEX", "backingProviderName": "AWS", "regionName": "EU_WEST_1",
	}}).Want(http.StatusOK).Object()
	if p := asked["providerSettings"].(object); asked["stateName"] != "UPDATING" || p["instanceSizeName"] != "M0" || p["providerName"] != "TENANT" {
		t.Errorf("the answer shows %v", asked)
	}
	flex := owner.Get(group + "/flexClusters/alpha").Want(http.StatusOK).Object()
	if flex["stateName"] != "UPDATING" || flex["providerSettings"].(object)["regionName"] != "EU_WEST_1" || len(flex["tags"].([]any)) != 1 {
		t.Errorf("at once the Flex cluster is %v", flex)
	}
	owner.Get(one).WantError(http.StatusBadRequest, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API")
	settle(srv)
	if flex := owner.Get(group + "/flexClusters/alpha").Want(http.StatusOK).Object(); flex["stateName"] != "IDLE" {
		t.Errorf("afterwards it is %v", flex["stateName"])
	}

	asked = owner.Post(group+"/flexClusters:tenantUpgrade", replicaSet("alpha")).Want(http.StatusOK).Object()
	if asked["stateName"] != "UPDATING" || asked["providerSettings"].(object)["providerName"] != "FLEX" {
		t.Errorf("the answer shows %v", asked)
	}
	owner.Get(group+"/flexClusters/alpha").WantError(http.StatusBadRequest, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API")
	if c := owner.Get(one).Want(http.StatusOK).Object(); c["stateName"] != "UPDATING" || firstRegion(c)["electableSpecs"].(object)["instanceSize"] != "M10" {
		t.Errorf("at once the dedicated cluster is %v", c)
	}
	settle(srv)
	c := owner.Get(one).Want(http.StatusOK).Object()
	if c["stateName"] != "IDLE" || standard(c) != uri || len(c["tags"].([]any)) != 1 {
		t.Errorf("afterwards it is %v", c)
	}
	if n, err := dial(t, uri).Database("shop").Collection("orders").CountDocuments(t.Context(), bson.M{}); err != nil || n != 1 {
		t.Errorf("%d documents are left: %v", n, err)
	}
	if got := owner.Get(group + "/containers?providerName=AWS").Want(http.StatusOK).Results(); len(got) != 1 || got[0]["provisioned"] != true {
		t.Errorf("its network containers are %v", got)
	}
	if got := srv.EventTypes(srv.ProjectID); !slices.Contains(got, "FLEX_UPGRADE_STARTED") {
		t.Errorf("the events are %v", got)
	}
}

// TestUpgradeOfAFreeCluster makes it a dedicated one.
func TestUpgradeOfAFreeCluster(t *testing.T) {
	srv := apitest.Start(t)
	made(t, srv, freeCluster("alpha"))
	owner := srv.Owner()
	upgrade := func(provider object) *apitest.Answer {
		t.Helper()
		return owner.Post(clusters(srv)+"/tenantUpgrade", object{"name": "alpha", "providerBackupEnabled": true, "providerSettings": provider})
	}
	if asked := upgrade(object{"providerName": "AWS", "instanceSizeName": "M30", "regionName": "US_EAST_1"}).Want(http.StatusOK).Object(); asked["stateName"] != "UPDATING" {
		t.Errorf("the answer shows %v", asked["stateName"])
	}
	settle(srv)
	c := owner.Get(clusters(srv) + "/alpha").Want(http.StatusOK).Object()
	e := firstRegion(c)["electableSpecs"].(object)
	if c["stateName"] != "IDLE" || c["backupEnabled"] != true || firstRegion(c)["providerName"] != "AWS" || e["instanceSize"] != "M30" || e["nodeCount"] != 3.0 || e["diskSizeGB"] != 40.0 {
		t.Errorf("it has become %v", c)
	}
	if got := upgrade(object{"providerName": "AWS", "instanceSizeName": "M30", "regionName": "US_EAST_1"}).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{"name"}) {
		t.Errorf("a dedicated cluster again: %v", got)
	}
}

func TestUpgradesAreRefused(t *testing.T) {
	srv := apitest.Start(t)
	made(t, srv, freeCluster("alpha"))
	owner, path := srv.Owner(), clusters(srv)+"/tenantUpgrade"
	for name, c := range map[string]struct {
		body   object
		code   string
		fields []string
	}{
		"nothing":       {object{"name": "alpha"}, "VALIDATION_ERROR", []string{"providerSettings.providerName"}},
		"no size":       {object{"name": "alpha", "providerSettings": object{"providerName": "AWS", "instanceSizeName": "M90", "regionName": "US_EAST_1"}}, "VALIDATION_ERROR", []string{"providerSettings.instanceSizeName"}},
		"no region":     {object{"name": "alpha", "providerSettings": object{"providerName": "AZURE", "instanceSizeName": "M10"}}, "INVALID_ATTRIBUTE", []string{"providerSettings.regionName"}},
		"no Flex there": {object{"name": "alpha", "providerSettings": object{"providerName": "FLEX", "backingProviderName": "GCP"}}, "INVALID_REGION", []string{"providerSettings.regionName"}},
		"older":         {object{"name": "alpha", "mongoDBMajorVersion": "7.0", "providerSettings": object{"providerName": "AWS", "instanceSizeName": "M10", "regionName": "US_EAST_1"}}, "VALIDATION_ERROR", []string{"mongoDBMajorVersion"}},
	} {
		if got := owner.Post(path, c.body).WantError(http.StatusBadRequest, c.code); !slices.Equal(got, c.fields) {
			t.Errorf("%s: %v, want %v", name, got, c.fields)
		}
	}
	dedicated := object{"name": "none", "providerSettings": object{"providerName": "AWS", "instanceSizeName": "M10", "regionName": "US_EAST_1"}}
	owner.Post(path, dedicated).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	flex := "/groups/" + srv.ProjectID + "/flexClusters"
	owner.Post(flex+":tenantUpgrade", object{"name": "none"}).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	owner.Post(flex, object{"name": "beta", "providerSettings": object{"backingProviderName": "AWS", "regionName": "US_EAST_1"}}).Want(http.StatusCreated)
	owner.Post(flex+":tenantUpgrade", replicaSet("beta")).WantError(http.StatusConflict, "CLUSTER_NOT_READY")
	owner.Post(flex+":tenantUpgrade", freeCluster("beta")).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	settle(srv)
	owner.Delete(clusters(srv) + "/alpha").Want(http.StatusAccepted)
	dedicated["name"] = "alpha"
	owner.Post(path, dedicated).WantError(http.StatusConflict, "CLUSTER_ALREADY_REQUESTED_DELETION")
	if c := owner.Get(flex + "/beta").Want(http.StatusOK).Object(); c["stateName"] != "IDLE" {
		t.Errorf("what was refused has made it %v", c["stateName"])
	}
}

package cluster_test

import (
	"net/http"
	"testing"

	"github.com/telamon-db/telamon/internal/apitest"
)

// TestWhatTheCLISends creates clusters as the Atlas CLI does: it names what free clusters cannot have, and disks that are
// smaller than the smallest.
func TestWhatTheCLISends(t *testing.T) {
	srv := apitest.Start(t)
	old := srv.Owner().At("2023-02-01")
	free := replicaSet("free")
	r := region(free)
	r["providerName"], r["backingProviderName"] = "TENANT", "AWS"
	r["electableSpecs"], r["readOnlySpecs"] = object{"instanceSize": "M0"}, object{"instanceSize": "M0", "nodeCount": 0}
	free["biConnector"], free["labels"], free["tags"] = object{"enabled": false}, []object{}, []object{}
	old.Post(clusters(srv), free).Want(http.StatusCreated)
	shown := srv.Owner().Get(clusters(srv) + "/free").Want(http.StatusOK).Object()
	if r := shown["replicationSpecs"].([]any)[0].(object)["regionConfigs"].([]any)[0].(object); r["readOnlySpecs"] != nil {
		t.Errorf("the free cluster's region is %v", r)
	}
	for name, want := range map[string]float64{"AWS": 10, "AZURE": 32, "GCP": 10} {
		for size, body := range map[string]object{"small": {"diskSizeGB": 2}, "none": {"diskSizeGB": 0}, "absent": {}} {
			small := replicaSet(name + size)
			region(small)["providerName"], region(small)["regionName"] = name, map[string]string{"AWS": "US_EAST_1", "AZURE": "US_EAST_2", "GCP": "EASTERN_US"}[name]
			for k, v := range body {
				small[k] = v
			}
			if c := old.Post(clusters(srv), small).Want(http.StatusCreated).Object(); c["diskSizeGB"] != want {
				t.Errorf("%s, %s: a disk of %v GB", name, size, c["diskSizeGB"])
			}
		}
	}
	settle(srv)
	if c := old.Patch(clusters(srv)+"/AWSsmall", object{"diskSizeGB": 2}).Want(http.StatusOK).Object(); c["stateName"] != "IDLE" || c["diskSizeGB"] != 10.0 {
		t.Errorf("the smallest disk again: %v %v", c["stateName"], c["diskSizeGB"])
	}
}

// TestWhatTerraformSends creates and changes a cluster as the Terraform provider does.
func TestWhatTerraformSends(t *testing.T) {
	srv := apitest.Start(t)
	body := replicaSet("alpha")
	body["labels"], body["tags"], body["mongoDBMajorVersion"], body["adaptiveCapacity"] = []object{}, []object{}, "7.0", "ENABLED"
	body["advancedConfiguration"] = object{"customOpensslCipherConfigTls12": []string{}, "customOpensslCipherConfigTls13": []string{}}
	body["biConnector"] = object{"enabled": false, "readPreference": "analytics"}
	body["replicationSpecs"].([]object)[0]["zoneName"] = "ZoneName managed by Terraform"
	c := made(t, srv, body)
	if c["mongoDBMajorVersion"] != "7.0" || c["featureCompatibilityVersion"] != "7.0" || c["mongoDBVersion"] != "8.0.0" || c["adaptiveCapacity"] != "ENABLED" ||
		c["biConnector"].(object)["readPreference"] != "analytics" {
		t.Errorf("the cluster is %v", c)
	}
	path := clusters(srv) + "/alpha"
	nothing := object{
		"labels": []object{}, "tags": []object{}, "replicationSpecs": c["replicationSpecs"], "pitEnabled": nil,
		"advancedConfiguration": object{"customOpensslCipherConfigTls12": []string{}, "customOpensslCipherConfigTls13": []string{}},
	}
	if c := srv.Owner().Patch(path, nothing).Want(http.StatusOK).Object(); c["stateName"] != "IDLE" || c["adaptiveCapacity"] != "ENABLED" {
		t.Errorf("nothing new makes it %v %v", c["stateName"], c["adaptiveCapacity"])
	}
	if c := srv.Owner().Patch(path, object{"adaptiveCapacity": nil}).Want(http.StatusOK).Object(); c["adaptiveCapacity"] != nil {
		t.Errorf("adaptive capacity that is taken away is %v", c["adaptiveCapacity"])
	}
	settle(srv)
	if c := srv.Owner().Patch(path, object{"mongoDBMajorVersion": "8.0"}).Want(http.StatusOK).Object(); c["mongoDBMajorVersion"] != "8.0" {
		t.Errorf("upgraded to %v", c["mongoDBMajorVersion"])
	}
	settle(srv)
	srv.Owner().Patch(path, object{"mongoDBMajorVersion": "7.0"}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
}

package cluster_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

// replicaSet is a body of 2024-08-05.
func replicaSet(name string) object {
	return object{
		"name": name, "clusterType": "REPLICASET",
		"replicationSpecs": []object{{"regionConfigs": []object{{
			"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7,
			"electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
		}}}},
	}
}

// region is the first region config of a body.
func region(body object) object {
	return body["replicationSpecs"].([]object)[0]["regionConfigs"].([]object)[0]
}

func clusters(srv *apitest.Server) string { return "/groups/" + srv.ProjectID + "/clusters" }

// settle lets everything that the server has begun come to its end.
func settle(srv *apitest.Server) { srv.Advance(time.Second) }

// made creates a cluster and waits until it is IDLE.
func made(t *testing.T, srv *apitest.Server, body object) object {
	t.Helper()
	srv.Owner().Post(clusters(srv), body).Want(http.StatusCreated)
	settle(srv)
	c := srv.Owner().Get(clusters(srv) + "/" + body["name"].(string)).Want(http.StatusOK).Object()
	if c["stateName"] != "IDLE" {
		t.Fatalf("the cluster is %v after its time", c["stateName"])
	}
	return c
}

func standard(c object) string {
	s, _ := c["connectionStrings"].(object)["standard"].(string)
	return s
}

func TestLife(t *testing.T) {
	srv := apitest.Start(t)
	owner, one := srv.Owner(), clusters(srv)+"/alpha"
	created := owner.Post(clusters(srv), replicaSet("alpha")).Want(http.StatusCreated).Object()
	if created["stateName"] != "CREATING" || len(created["connectionStrings"].(object)) != 0 {
		t.Fatalf("a new cluster is %v with %v", created["stateName"], created["connectionStrings"])
	}
	if c := owner.Get(one).Want(http.StatusOK).Object(); c["stateName"] != "CREATING" {
		t.Fatalf("the first look at a new cluster says %v", c["stateName"])
	}
	if s := owner.Get(one + "/status").Want(http.StatusOK).Object(); s["changeStatus"] != "PENDING" {
		t.Fatalf("the status of a new cluster is %v", s)
	}
	owner.Patch(one, object{"terminationProtectionEnabled": true}).WantError(http.StatusConflict, "CLUSTER_NOT_READY")
	settle(srv)

	c := owner.Get(one).Want(http.StatusOK).Object()
	if c["stateName"] != "IDLE" || !strings.HasPrefix(standard(c), "mongodb://127.0.0.1:") || !strings.Contains(standard(c), "replicaSet=atlas-") {
		t.Fatalf("the cluster is %v at %q", c["stateName"], standard(c))
	}
	if s := owner.Get(one + "/status").Want(http.StatusOK).Object(); s["changeStatus"] != "APPLIED" {
		t.Fatalf("the status of a cluster at rest is %v", s)
	}
	if e := owner.Delete("/groups/" + srv.ProjectID); e.Status != http.StatusConflict {
		t.Fatalf("a project with a cluster was deleted: %d", e.Status)
	}

	if c := owner.Patch(one, object{"terminationProtectionEnabled": true}).Want(http.StatusOK).Object(); c["stateName"] != "UPDATING" {
		t.Fatalf("a changed cluster is %v", c["stateName"])
	}
	settle(srv)
	owner.Delete(one).WantError(http.StatusBadRequest, "CANNOT_TERMINATE_CLUSTER_WHEN_TERMINATION_PROTECTION_ENABLED")
	owner.Patch(one, object{"terminationProtectionEnabled": false}).Want(http.StatusOK)
	settle(srv)

	if a := owner.Delete(one).Want(http.StatusAccepted); string(a.Body) != "{}" {
		t.Fatalf("the answer to a deletion is %q", a.Body)
	}
	if c := owner.Get(one).Want(http.StatusOK).Object(); c["stateName"] != "DELETING" {
		t.Fatalf("the first look at a cluster that goes says %v", c["stateName"])
	}
	owner.Delete(one).WantError(http.StatusConflict, "CLUSTER_ALREADY_REQUESTED_DELETION")
	owner.Patch(one, object{"backupEnabled": true}).WantError(http.StatusConflict, "CLUSTER_ALREADY_REQUESTED_DELETION")
	settle(srv)
	owner.Get(one).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	owner.Get(one+"/status").WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	owner.Patch(one, object{}).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	owner.Delete(one).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")

	want := []string{
		"CLUSTER_DELETED", "CLUSTER_DELETE_SUBMITTED", "CLUSTER_UPDATE_COMPLETED", "CLUSTER_UPDATE_SUBMITTED",
		"CLUSTER_UPDATE_COMPLETED", "CLUSTER_UPDATE_SUBMITTED", "CLUSTER_READY", "CLUSTER_CREATED",
	}
	if got := srv.EventTypes(srv.ProjectID); len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
		t.Fatalf("the events are %v", got)
	}
	owner.Delete("/groups/" + srv.ProjectID)
	owner.Get("/groups/"+srv.ProjectID).WantError(http.StatusNotFound, "GROUP_NOT_FOUND")
}

func TestDefaults(t *testing.T) {
	srv := apitest.Start(t)
	c := made(t, srv, replicaSet("alpha"))
	for name, want := range (object{
		"backupEnabled": false, "paused": false, "pitEnabled": false, "mongoDBMajorVersion": "8.0", "versionReleaseSystem": "LTS",
		"diskWarmingMode": "FULLY_WARMED", "encryptionAtRestProvider": "NONE", "rootCertType": "ISRGROOTX1", "adaptiveCapacity": nil,
		"terminationProtectionEnabled": false, "internalClusterRole": "NONE", "groupId": srv.ProjectID,
	}) {
		if got, there := c[name]; got != want || !there {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	spec := c["replicationSpecs"].([]any)[0].(object)
	if spec["zoneName"] != "Zone 1" || len(spec["id"].(string)) != 24 || len(spec["zoneId"].(string)) != 24 {
		t.Errorf("the replication spec is %v", spec)
	}
	r := spec["regionConfigs"].([]any)[0].(object)
	e := r["electableSpecs"].(object)
	if e["diskSizeGB"] != 10.0 || e["diskIOPS"] != 3000.0 || e["ebsVolumeType"] != "STANDARD" || e["nodeCount"] != 3.0 {
		t.Errorf("the electable specs are %v", e)
	}
	if r["readOnlySpecs"].(object)["nodeCount"] != 0.0 || r["analyticsSpecs"].(object)["instanceSize"] != "M10" {
		t.Errorf("the other specs are %v and %v", r["readOnlySpecs"], r["analyticsSpecs"])
	}
}

// bodies are the same cluster in each version's shape.
func bodies(name string) map[string]object {
	newest := replicaSet(name)
	newest["tags"] = []object{{"key": "env", "value": "test"}}
	region(newest)["electableSpecs"] = object{"instanceSize": "M30", "nodeCount": 5, "diskSizeGB": 60}
	middle := replicaSet(name)
	middle["tags"], middle["diskSizeGB"] = newest["tags"], 60
	region(middle)["electableSpecs"] = object{"instanceSize": "M30", "nodeCount": 5}
	return map[string]object{
		"2023-01-01": {
			"name": name, "clusterType": "REPLICASET", "diskSizeGB": 60, "tags": newest["tags"],
			"providerSettings": object{"providerName": "AWS", "instanceSizeName": "M30", "regionName": "US_EAST_1"},
			"replicationSpecs": []object{{"numShards": 1, "regionsConfig": object{"US_EAST_1": object{"electableNodes": 5, "priority": 7}}}},
		},
		"2023-02-01": middle, "2024-08-05": newest, "2024-10-23": newest,
	}
}

// TestVersions declares a cluster in each version and reads it in every other: each tells the same.
func TestVersions(t *testing.T) {
	srv := apitest.Start(t)
	for version := range bodies("") {
		name := "c" + version
		srv.Owner().At(version).Post(clusters(srv), bodies(name)[version]).Want(http.StatusCreated)
		path := clusters(srv) + "/" + name

		legacy := srv.Owner().At("2023-01-01").Get(path).Want(http.StatusOK).Object()
		p := legacy["providerSettings"].(object)
		if legacy["diskSizeGB"] != 60.0 || legacy["replicationFactor"] != 5.0 || p["instanceSizeName"] != "M30" || p["regionName"] != "US_EAST_1" {
			t.Errorf("%s read with 2023-01-01 is %v", version, legacy)
		}
		middle := srv.Owner().At("2023-02-01").Get(path).Want(http.StatusOK).Object()
		spec := middle["replicationSpecs"].([]any)[0].(object)
		e := spec["regionConfigs"].([]any)[0].(object)["electableSpecs"].(object)
		if middle["diskSizeGB"] != 60.0 || spec["numShards"] != 1.0 || e["instanceSize"] != "M30" || e["nodeCount"] != 5.0 {
			t.Errorf("%s read with 2023-02-01 is %v", version, middle)
		}
		newest := srv.Owner().Get(path).Want(http.StatusOK).Object()
		e = newest["replicationSpecs"].([]any)[0].(object)["regionConfigs"].([]any)[0].(object)["electableSpecs"].(object)
		if e["diskSizeGB"] != 60.0 || e["instanceSize"] != "M30" || e["nodeCount"] != 5.0 || newest["diskSizeGB"] != nil {
			t.Errorf("%s read with 2024-08-05 is %v", version, newest)
		}
		if tags := newest["tags"].([]any); len(tags) != 1 || tags[0].(object)["key"] != "env" {
			t.Errorf("%s has the tags %v", version, tags)
		}
	}
	settle(srv)
	for _, version := range []string{"2023-01-01", "2023-02-01", "2024-08-05"} {
		page := srv.Owner().At(version).Get(clusters(srv)).Want(http.StatusOK)
		if n := len(page.Results()); n != 4 {
			t.Errorf("%s lists %d clusters", version, n)
		}
	}
}

// TestLegacyForms declares replica sets in the ways that only the first version has, and reads them with the newest.
func TestLegacyForms(t *testing.T) {
	srv := apitest.Start(t)
	provider := object{"providerName": "AWS", "instanceSizeName": "M10"}
	here := object{"providerName": "AWS", "instanceSizeName": "M10", "regionName": "US_EAST_1"}
	two := object{"US_EAST_1": object{"electableNodes": 2, "priority": 7}, "US_WEST_2": object{"electableNodes": 1, "priority": 6, "readOnlyNodes": 2}}
	type place struct {
		name                      string
		electable, readOnly, prio float64
	}
	for name, c := range map[string]struct {
		body object
		want []place
	}{
		"one-region":         {object{"providerSettings": here}, []place{{"US_EAST_1", 3, 0, 7}}},
		"replication-factor": {object{"providerSettings": here, "replicationFactor": 7}, []place{{"US_EAST_1", 7, 0, 7}}},
		"oldest":             {object{"providerSettings": provider, "replicationSpec": two}, []place{{"US_EAST_1", 2, 0, 7}, {"US_WEST_2", 1, 2, 6}}},
		"two-regions": {object{"providerSettings": provider, "replicationSpecs": []object{{"regionsConfig": two}}},
			[]place{{"US_EAST_1", 2, 0, 7}, {"US_WEST_2", 1, 2, 6}}},
	} {
		c.body["name"] = name
		srv.Owner().At("2023-01-01").Post(clusters(srv), c.body).Want(http.StatusCreated)
		made := srv.Owner().Get(clusters(srv) + "/" + name).Want(http.StatusOK).Object()
		var got []place
		for _, r := range made["replicationSpecs"].([]any)[0].(object)["regionConfigs"].([]any) {
			r := r.(object)
			got = append(got, place{
				r["regionName"].(string), r["electableSpecs"].(object)["nodeCount"].(float64),
				r["readOnlySpecs"].(object)["nodeCount"].(float64), r["priority"].(float64),
			})
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s is %v, want %v", name, got, c.want)
		}
	}
	settle(srv)
	path := clusters(srv) + "/two-regions"
	srv.Owner().At("2023-01-01").Patch(path, object{"providerSettings": object{"providerName": "AWS", "instanceSizeName": "M20"}}).Want(http.StatusOK)
	made := srv.Owner().Get(path).Want(http.StatusOK).Object()
	for _, r := range made["replicationSpecs"].([]any)[0].(object)["regionConfigs"].([]any) {
		if size := r.(object)["electableSpecs"].(object)["instanceSize"]; size != "M20" {
			t.Errorf("after the change a region has %v", size)
		}
	}
}

// TestRoundTrip sends back what each version shows: nothing changes, so nothing happens.
func TestRoundTrip(t *testing.T) {
	srv := apitest.Start(t)
	made(t, srv, replicaSet("alpha"))
	before := len(srv.EventTypes(srv.ProjectID))
	for _, version := range []string{"2023-01-01", "2023-02-01", "2024-08-05"} {
		caller := srv.Owner().At(version)
		shown := caller.Get(clusters(srv) + "/alpha").Want(http.StatusOK).Object()
		if c := caller.Patch(clusters(srv)+"/alpha", shown).Want(http.StatusOK).Object(); c["stateName"] != "IDLE" {
			t.Errorf("%s: what is shown is taken for a change: %v", version, c["stateName"])
		}
	}
	if after := len(srv.EventTypes(srv.ProjectID)); after != before {
		t.Errorf("%d events came of no change", after-before)
	}
}

func TestUpdate(t *testing.T) {
	srv := apitest.Start(t)
	before := made(t, srv, replicaSet("alpha"))
	path := clusters(srv) + "/alpha"
	for _, step := range []struct {
		version string
		body    object
		check   func(c object) bool
	}{
		{"2023-01-01", object{"diskSizeGB": 20}, func(c object) bool { return c["diskSizeGB"] == 20.0 }},
		{"2023-01-01", object{"providerSettings": object{"providerName": "AWS", "instanceSizeName": "M20"}, "providerBackupEnabled": true},
			func(c object) bool {
				return c["diskSizeGB"] == 20.0 && c["providerSettings"].(object)["instanceSizeName"] == "M20" && c["providerBackupEnabled"] == true
			}},
		{"2023-02-01", object{"diskSizeGB": 40, "pitEnabled": true}, func(c object) bool { return c["diskSizeGB"] == 40.0 && c["pitEnabled"] == true }},
		{"2024-10-23", object{"replicationSpecs": []object{{"zoneName": "Here", "regionConfigs": []object{
			{"providerName": "AWS", "regionName": "EU_WEST_1", "electableSpecs": object{"instanceSize": "M20", "nodeCount": 2}},
			{"providerName": "GCP", "regionName": "WESTERN_EUROPE", "electableSpecs": object{"instanceSize": "M20", "nodeCount": 1}},
		}}}}, func(c object) bool {
			spec := c["replicationSpecs"].([]any)[0].(object)
			r := spec["regionConfigs"].([]any)
			return spec["zoneName"] == "Here" && len(r) == 2 && r[0].(object)["priority"] == 7.0 && r[1].(object)["priority"] == 6.0 &&
				r[1].(object)["electableSpecs"].(object)["diskSizeGB"] == 40.0 &&
				spec["id"] == before["replicationSpecs"].([]any)[0].(object)["id"]
		}},
		{"2024-08-05", object{"labels": []object{{"key": "a", "value": "b"}}, "tags": []object{{"key": "c", "value": "d"}}},
			func(c object) bool { return len(c["labels"].([]any)) == 1 && len(c["tags"].([]any)) == 1 }},
		{"2024-08-05", object{"tags": []object{}}, func(c object) bool { return len(c["tags"].([]any)) == 0 }},
		{"2024-08-05", object{"advancedConfiguration": object{"minimumEnabledTlsProtocol": "TLS1_3"}}, func(c object) bool {
			a := c["advancedConfiguration"].(object)
			return a["minimumEnabledTlsProtocol"] == "TLS1_3" && a["tlsCipherConfigMode"] == "DEFAULT"
		}},
	} {
		caller := srv.Owner().At(step.version)
		if c := caller.Patch(path, step.body).Want(http.StatusOK).Object(); c["stateName"] != "UPDATING" || !step.check(c) {
			t.Errorf("%v makes %v", step.body, c)
		}
		settle(srv)
		if c := caller.Get(path).Want(http.StatusOK).Object(); c["stateName"] != "IDLE" || !step.check(c) || standard(c) != standard(before) {
			t.Errorf("%v has made %v", step.body, c)
		}
	}
}

func TestRefusals(t *testing.T) {
	srv := apitest.Start(t)
	change := func(f func(body, region object)) object {
		body := replicaSet("beta")
		f(body, region(body))
		return body
	}
	const first = "replicationSpecs[0].regionConfigs[0]."
	for name, c := range map[string]struct {
		version string
		body    object
		code    string
		fields  []string
	}{
		"nothing":      {apitest.Latest, object{}, "VALIDATION_ERROR", []string{"name", "replicationSpecs"}},
		"nothing 2023": {"2023-01-01", object{}, "VALIDATION_ERROR", []string{"name", "replicationSpecs"}},
		"legacy": {"2023-01-01", object{"name": "beta", "providerSettings": object{"providerName": "FLEX"}}, "INVALID_ATTRIBUTE",
			[]string{"providerSettings.instanceSizeName", "providerSettings.providerName", "providerSettings.regionName"}},
		"legacy shards": {"2023-01-01", object{
			"name": "beta", "numShards": 3, "deleteAfterCreationHours": 5, "replicationFactor": 4,
			"providerSettings": object{"providerName": "AWS", "instanceSizeName": "M10", "regionName": "US_EAST_1", "diskTypeName": "P4"},
		}, "VALIDATION_ERROR", []string{"deleteAfterCreationHours", "numShards", "providerSettings.diskTypeName", "replicationSpecs[0].regionsConfig"}},
		"two regions": {apitest.Latest, change(func(b, r object) {
			r["electableSpecs"] = object{"instanceSize": "M10", "nodeCount": 2}
			b["replicationSpecs"] = []object{{"regionConfigs": []object{r, {
				"providerName": "AWS", "regionName": "US_WEST_2", "priority": 7, "electableSpecs": object{"instanceSize": "M20", "nodeCount": 1},
			}, {
				"providerName": "AWS", "regionName": "EU_WEST_1", "priority": 3, "readOnlySpecs": object{"instanceSize": "M10", "nodeCount": 50},
			}}}}
		}), "VALIDATION_ERROR", []string{
			first + "readOnlySpecs.nodeCount", "replicationSpecs[0].regionConfigs[1].electableSpecs.instanceSize",
			"replicationSpecs[0].regionConfigs[1].priority", "replicationSpecs[0].regionConfigs[2].priority",
		}},
		"sharded": {apitest.Latest, change(func(b, r object) { b["clusterType"] = "SHARDED" }), "VALIDATION_ERROR", []string{"clusterType"}},
		"shards": {"2023-02-01", change(func(b, r object) { b["replicationSpecs"].([]object)[0]["numShards"] = 2 }), "VALIDATION_ERROR",
			[]string{"replicationSpecs[0].numShards"}},
		"two specs": {apitest.Latest, change(func(b, r object) {
			s := b["replicationSpecs"].([]object)
			b["replicationSpecs"] = append(s, s[0])
		}), "VALIDATION_ERROR", []string{"replicationSpecs"}},
		"no regions": {apitest.Latest, change(func(b, r object) { b["replicationSpecs"] = []object{{}} }), "VALIDATION_ERROR",
			[]string{"replicationSpecs[0].regionConfigs"}},
		"no region":      {apitest.Latest, change(func(b, r object) { delete(r, "regionName") }), "INVALID_ATTRIBUTE", []string{first + "regionName"}},
		"another region": {apitest.Latest, change(func(b, r object) { r["regionName"] = "US_EAST" }), "INVALID_ATTRIBUTE", []string{first + "regionName"}},
		"region 7":       {apitest.Latest, change(func(b, r object) { r["regionName"] = 7 }), "INVALID_ATTRIBUTE", []string{first + "regionName"}},
		"no size": {apitest.Latest, change(func(b, r object) { r["electableSpecs"] = object{"nodeCount": 3} }), "VALIDATION_ERROR",
			[]string{first + "electableSpecs.instanceSize"}},
		"size of another provider": {apitest.Latest, change(func(b, r object) { r["electableSpecs"] = object{"instanceSize": "M90"} }), "VALIDATION_ERROR",
			[]string{first + "electableSpecs.instanceSize"}},
		"unknown size": {apitest.Latest, change(func(b, r object) { r["electableSpecs"] = object{"instanceSize": "M11"} }), "VALIDATION_ERROR",
			[]string{first + "electableSpecs.instanceSize"}},
		"four nodes": {apitest.Latest, change(func(b, r object) { r["electableSpecs"] = object{"instanceSize": "M10", "nodeCount": 4} }), "VALIDATION_ERROR",
			[]string{first + "electableSpecs.nodeCount"}},
		"no disk":       {"2023-02-01", change(func(b, r object) { b["diskSizeGB"] = -1 }), "VALIDATION_ERROR", []string{"diskSizeGB"}},
		"low priority":  {apitest.Latest, change(func(b, r object) { r["priority"] = 6 }), "VALIDATION_ERROR", []string{first + "priority"}},
		"long name":     {apitest.Latest, change(func(b, r object) { b["name"] = strings.Repeat("x", 65) }), "VALIDATION_ERROR", []string{"name"}},
		"name":          {apitest.Latest, change(func(b, r object) { b["name"] = "-x" }), "VALIDATION_ERROR", []string{"name"}},
		"unknown field": {apitest.Latest, change(func(b, r object) { b["diskSizeGB"] = 10 }), "VALIDATION_ERROR", []string{"diskSizeGB"}},
		"unmade promises": {apitest.Latest, change(func(b, r object) {
			b["mongoDBMajorVersion"], b["biConnector"] = "6.0", object{"readPreference": "none"}
			b["paused"], b["pitEnabled"] = true, true
		}), "VALIDATION_ERROR", []string{
			"biConnector.readPreference", "mongoDBMajorVersion", "paused", "pitEnabled",
		}},
		"several": {apitest.Latest, change(func(b, r object) {
			b["clusterType"], r["regionName"] = "GEOSHARDED", "NOWHERE"
			b["tags"] = []object{{"key": "a", "value": "b"}, {"key": "a", "value": "c"}}
		}), "INVALID_ATTRIBUTE", []string{"clusterType", first + "regionName", "tags[1].key"}},
		"free with backups": {apitest.Latest, change(func(b, r object) {
			b["backupEnabled"], r["providerName"], r["electableSpecs"] = true, "TENANT", object{"instanceSize": "M5"}
			r["readOnlySpecs"], r["analyticsSpecs"] = object{"instanceSize": "M0", "nodeCount": 1}, object{"instanceSize": "M10", "nodeCount": 0}
		}), "VALIDATION_ERROR", []string{
			"backupEnabled", first + "analyticsSpecs.instanceSize", first + "backingProviderName", first + "electableSpecs.instanceSize",
			first + "readOnlySpecs.nodeCount",
		}},
		"size of no nodes": {apitest.Latest, change(func(b, r object) { r["readOnlySpecs"] = object{"instanceSize": "M0", "nodeCount": 0} }),
			"VALIDATION_ERROR", []string{first + "readOnlySpecs.instanceSize"}},
	} {
		t.Run(name, func(t *testing.T) {
			fields := srv.Owner().At(c.version).Post(clusters(srv), c.body).WantError(http.StatusBadRequest, c.code)
			slices.Sort(fields)
			slices.Sort(c.fields)
			if !slices.Equal(fields, c.fields) {
				t.Errorf("the violations are of %v, want %v", fields, c.fields)
			}
		})
	}
	if n := len(srv.Owner().Get(clusters(srv)).Want(http.StatusOK).Results()); n != 0 {
		t.Errorf("refused requests have made %d clusters", n)
	}
}

func TestNames(t *testing.T) {
	srv := apitest.Start(t)
	long := strings.Repeat("n", 23)
	srv.Owner().Post(clusters(srv), replicaSet(long+"-one")).Want(http.StatusCreated)
	srv.Owner().Post(clusters(srv), replicaSet(long+"-one")).WantError(http.StatusBadRequest, "DUPLICATE_CLUSTER_NAME")
	srv.Owner().Post(clusters(srv), replicaSet(long+"-two")).WantError(http.StatusBadRequest, "DUPLICATE_CLUSTER_NAME_PREFIX")
	settle(srv)
	srv.Owner().Patch(clusters(srv)+"/"+long+"-one", object{"name": "other"}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
}

func TestFreeCluster(t *testing.T) {
	srv := apitest.Start(t)
	free := func(name string) object {
		body := replicaSet(name)
		r := region(body)
		r["providerName"], r["backingProviderName"], r["electableSpecs"] = "TENANT", "AWS", object{"instanceSize": "M0"}
		return body
	}
	c := made(t, srv, free("alpha"))
	r := c["replicationSpecs"].([]any)[0].(object)["regionConfigs"].([]any)[0].(object)
	e := r["electableSpecs"].(object)
	if e["effectiveInstanceSize"] != "M0" || e["diskSizeGB"] != 0.5 || e["nodeCount"] != nil || c["advancedConfiguration"] != nil {
		t.Errorf("the free cluster is %v", c)
	}
	srv.Owner().Post(clusters(srv), free("beta")).WantError(http.StatusBadRequest, "CANNOT_CREATE_FREE_CLUSTER_VIA_PUBLIC_API")
	srv.Owner().Patch(clusters(srv)+"/alpha", object{"replicationSpecs": replicaSet("")["replicationSpecs"]}).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	srv.Owner().At("2023-01-01").Get(clusters(srv) + "/alpha").Want(http.StatusOK)
	srv.Owner().At("2023-02-01").Get(clusters(srv) + "/alpha").Want(http.StatusOK)
}

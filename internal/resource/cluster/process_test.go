package cluster_test

import (
	"errors"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/telamon-db/telamon/internal/apitest"
)

// TestProcessArguments reads and changes process arguments in both versions. TLS settings are the cluster's own.
func TestProcessArguments(t *testing.T) {
	srv := apitest.Start(t)
	made(t, srv, replicaSet("alpha"))
	path := clusters(srv) + "/alpha"
	const newest, oldest = "2024-08-05", "2023-01-01"
	first := srv.Owner().At(oldest).Get(path + "/processArgs").Want(http.StatusOK).Object()
	if len(first) != 18 || first["javascriptEnabled"] != true || first["noTableScan"] != false || first["defaultReadConcern"] != nil || first["tlsCipherConfigMode"] != "DEFAULT" {
		t.Errorf("at first %v", first)
	}
	if now := srv.Owner().At(newest).Get(path + "/processArgs").Want(http.StatusOK).Object(); len(now) != 16 {
		t.Errorf("the newer version has %d members: %v", len(now), now)
	}
	for _, step := range []struct {
		version string
		body    object
	}{
		{newest, object{
			"changeStreamOptionsPreAndPostImagesExpireAfterSeconds": 100.0, "chunkMigrationConcurrency": 3.0, "defaultMaxTimeMS": 65.0, "defaultWriteConcern": "majority",
			"javascriptEnabled": false, "minimumEnabledTlsProtocol": "TLS1_3", "noTableScan": true, "oplogMinRetentionHours": 2.5, "oplogSizeMB": 1000.0,
			"queryStatsLogVerbosity": 1.0, "sampleRefreshIntervalBIConnector": 310.0, "sampleSizeBIConnector": 110.0, "transactionLifetimeLimitSeconds": 300.0,
		}},
		{oldest, object{"defaultReadConcern": "local", "failIndexKeyTooLong": false, "defaultWriteConcern": "1", "tlsCipherConfigMode": "CUSTOM",
			"customOpensslCipherConfigTls12": []any{"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"}}},
		{newest, object{"oplogSizeMB": nil, "oplogMinRetentionHours": nil, "transactionLifetimeLimitSeconds": nil, "noTableScan": false}},
	} {
		caller := srv.Owner().At(step.version)
		for _, got := range []object{
			caller.Patch(path+"/processArgs", step.body).Want(http.StatusOK).Object(), caller.Get(path + "/processArgs").Want(http.StatusOK).Object(),
		} {
			for name, want := range step.body {
				if !reflect.DeepEqual(got[name], want) {
					t.Errorf("%s is %v, want %v", name, got[name], want)
				}
			}
		}
		if c := srv.Owner().Get(path).Want(http.StatusOK).Object(); c["stateName"] != "UPDATING" {
			t.Errorf("the cluster is %v", c["stateName"])
		}
		settle(srv)
	}
	if a := srv.Owner().Get(path).Want(http.StatusOK).Object()["advancedConfiguration"].(object); a["minimumEnabledTlsProtocol"] != "TLS1_3" || a["tlsCipherConfigMode"] != "CUSTOM" {
		t.Errorf("the cluster's own view is %v", a)
	}
	before := len(srv.EventTypes(srv.ProjectID))
	same := srv.Owner().At(newest).Get(path + "/processArgs").Want(http.StatusOK).Object()
	same["changeStreamOptionsPreAndPostImagesExpireAfterSeconds"] = 100
	srv.Owner().At(newest).Patch(path+"/processArgs", same).Want(http.StatusOK)
	if got := srv.EventTypes(srv.ProjectID); len(got) != before || got[0] != "CLUSTER_UPDATE_COMPLETED" || got[1] != "CLUSTER_PROCESS_ARGS_UPDATE_SUBMITTED" {
		t.Errorf("%d events, the newest are %v", len(got)-before, got[:2])
	}
	srv.Restart()
	if again := srv.Owner().At(newest).Get(path + "/processArgs").Want(http.StatusOK).Object(); again["defaultWriteConcern"] != "1" || again["oplogSizeMB"] != nil {
		t.Errorf("after a restart %v", again)
	}
}

func TestProcessArgumentsAreRefused(t *testing.T) {
	srv := apitest.Start(t)
	made(t, srv, replicaSet("alpha"))
	path := clusters(srv) + "/alpha/processArgs"
	for field, values := range map[string][]any{
		"changeStreamOptionsPreAndPostImagesExpireAfterSeconds": {0, -2}, "chunkMigrationConcurrency": {0, 501}, "defaultMaxTimeMS": {-1},
		"defaultWriteConcern": {"", "most", "-1", "51"}, "oplogMinRetentionHours": {-0.5, 100_000}, "oplogSizeMB": {0, 989, 10_241}, "queryStatsLogVerbosity": {0, 4},
		"sampleRefreshIntervalBIConnector": {-1}, "sampleSizeBIConnector": {-1}, "transactionLifetimeLimitSeconds": {0}, "minimumEnabledTlsProtocol": {"TLS1_4"},
	} {
		for _, v := range values {
			if got := srv.Owner().Patch(path, object{field: v}).WantError(http.StatusBadRequest, "VALIDATION_ERROR"); !slices.Equal(got, []string{field}) {
				t.Errorf("%s %v: %v", field, v, got)
			}
		}
	}
	free := replicaSet("free")
	r := region(free)
	r["providerName"], r["backingProviderName"], r["electableSpecs"] = "TENANT", "AWS", object{"instanceSize": "M0"}
	made(t, srv, free)
	path = clusters(srv) + "/free/processArgs"
	srv.Owner().Get(path).Want(http.StatusOK)
	srv.Owner().Patch(path, object{"changeStreamOptionsPreAndPostImagesExpireAfterSeconds": -1}).Want(http.StatusOK)
	srv.Owner().Patch(path, object{"noTableScan": true}).WantError(http.StatusBadRequest, "TENANT_CLUSTER_UPDATE_UNSUPPORTED")
	srv.Owner().Get(clusters(srv)+"/none/processArgs").WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")

	path = clusters(srv) + "/alpha"
	srv.Owner().Patch(path, object{"paused": true}).Want(http.StatusOK)
	settle(srv)
	srv.Owner().Patch(path+"/processArgs", object{"noTableScan": true}).Want(http.StatusOK)
	settle(srv)
	if c := srv.Owner().Get(path).Want(http.StatusOK).Object(); c["stateName"] != "IDLE" || c["paused"] != true {
		t.Errorf("a paused cluster with other arguments is %v, paused: %v", c["stateName"], c["paused"])
	}
}

// TestAllProjects: each caller sees the clusters of the projects that they may read.
func TestAllProjects(t *testing.T) {
	srv := apitest.Start(t)
	owner := srv.Owner()
	other := owner.Post("/groups", object{"name": "Beside", "orgId": srv.OrgID}).Want(http.StatusOK).Object()["id"].(string)
	owner.Post("/groups", object{"name": "Empty", "orgId": srv.OrgID}).Want(http.StatusOK)
	made(t, srv, replicaSet("alpha"))
	owner.Post("/groups/"+other+"/clusters", replicaSet("beta")).Want(http.StatusCreated)
	project := owner.Get("/groups/" + srv.ProjectID).Want(http.StatusOK).Object()
	seen := func(c *apitest.Caller) (names []string) {
		t.Helper()
		for _, g := range c.Get("/clusters").Want(http.StatusOK).Results() {
			for _, c := range g["clusters"].([]any) {
				c := c.(object)
				names = append(names, g["groupName"].(string)+"/"+c["name"].(string)+" "+c["availability"].(string))
			}
		}
		return names
	}
	if got := seen(owner); !slices.Equal(got, []string{"Beside/beta unavailable", project["name"].(string) + "/alpha available"}) {
		t.Errorf("the owner sees %q", got)
	}
	key := owner.Post("/groups/"+other+"/apiKeys", object{"desc": "one project", "roles": []string{"GROUP_READ_ONLY"}}).Want(http.StatusOK).Object()
	if got := seen(srv.As(key["publicKey"].(string), key["privateKey"].(string))); !slices.Equal(got, []string{"Beside/beta unavailable"}) {
		t.Errorf("a reader of one project sees %q", got)
	}
	if page := owner.Get("/clusters?itemsPerPage=1&pageNum=2").Want(http.StatusOK).Object(); page["totalCount"] != 2.0 || len(page["results"].([]any)) != 1 {
		t.Errorf("page 2 is %v", page)
	}
}

func TestRegions(t *testing.T) {
	srv := apitest.Start(t)
	path := clusters(srv) + "/provider/regions"
	all := srv.Owner().Get(path).Want(http.StatusOK).Results()
	if len(all) != 3 {
		t.Errorf("%d providers", len(all))
	}
	one := srv.Owner().Get(path + "?providers=AWS&providers=GCP&tier=M90").Want(http.StatusOK).Results()
	if len(one) != 0 {
		t.Errorf("a size of another provider: %v", one)
	}
	one = srv.Owner().Get(path + "?providers=AWS&tier=M10").Want(http.StatusOK).Results()
	if len(one) != 1 || one[0]["provider"] != "AWS" || len(one[0]["instanceSizes"].([]any)) != 1 {
		t.Fatalf("%v", one)
	}
	size := one[0]["instanceSizes"].([]any)[0].(object)
	for _, r := range size["availableRegions"].([]any) {
		r := r.(object)
		if r["default"] != (r["name"] == "US_EAST_1" || r["name"] == "US_WEST_2") {
			t.Errorf("%v", r)
		}
	}
	if all := size["availableRegions"].([]any); size["name"] != "M10" || len(all) != 34 || all[0].(object)["name"] != "US_EAST_1" {
		t.Errorf("%v has %d regions, first %v", size["name"], len(all), all[0])
	}
}

// TestProcessArgumentsAct: the database of a cluster does what its arguments say, after a restart too.
func TestProcessArgumentsAct(t *testing.T) {
	srv := apitest.Start(t)
	admit(srv)
	uri, path := standard(made(t, srv, replicaSet("alpha"))), clusters(srv)+"/alpha/processArgs"
	search := func() error {
		orders := dial(t, uri).Database("shop").Collection("orders")
		if _, err := orders.InsertOne(t.Context(), bson.M{"total": 1}); err != nil {
			t.Fatal(err)
		}
		return orders.FindOne(t.Context(), bson.M{"total": 1}).Err()
	}
	refused := func(when string) {
		t.Helper()
		var e mongo.CommandError
		if err := search(); !errors.As(err, &e) || e.Code != 291 {
			t.Errorf("%s a scan ends with %v", when, err)
		}
	}
	if err := search(); err != nil {
		t.Error(err)
	}
	srv.Owner().Patch(path, object{"noTableScan": true}).Want(http.StatusOK)
	settle(srv)
	refused("once they are set")
	srv.Restart()
	refused("after a restart")
	srv.Owner().Patch(path, object{"noTableScan": nil}).Want(http.StatusOK)
	settle(srv)
	if err := search(); err != nil {
		t.Error(err)
	}
}

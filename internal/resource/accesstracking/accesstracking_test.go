package accesstracking_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

const password = "a password for the app"

// Logins are told by cluster and by process, with filters, and outlive a restart.
func TestLogins(t *testing.T) {
	s := apitest.Start(t)
	owner, group := s.Owner(), "/groups/"+s.ProjectID
	owner.Post(group+"/accessList", `[{"cidrBlock":"127.0.0.0/8"}]`).Want(http.StatusOK)
	owner.Post(group+"/databaseUsers", object{
		"username": "ann", "password": password, "databaseName": "admin", "roles": []object{{"roleName": "readWriteAnyDatabase", "databaseName": "admin"}},
	}).Want(http.StatusCreated)
	owner.Post(group+"/clusters", object{"name": "alpha", "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
		"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
	}}}}}).Want(http.StatusCreated)
	s.Advance(time.Minute)
	uri := owner.Get(group + "/clusters/alpha").Want(http.StatusOK).Object()["connectionStrings"].(object)["standard"].(string)
	path := group + "/dbAccessHistory/"
	logs := func(at, query string) (list []object) {
		t.Helper()
		for _, l := range s.Owner().Get(path + at + query).Want(http.StatusOK).Object()["accessLogs"].([]any) {
			list = append(list, l.(object))
		}
		return list
	}
	if none := logs("clusters/alpha", ""); len(none) != 0 {
		t.Fatalf("before anybody has come: %v", none)
	}
	if err := login(t, uri, password); err != nil {
		t.Fatal(err)
	}
	if err := login(t, uri, "another password"); err == nil {
		t.Fatal("a wrong password lets in")
	}
	good, bad := logs("clusters/alpha", "?authResult=true"), logs("clusters/alpha", "?authResult=false")
	if len(good) == 0 || len(bad) == 0 {
		t.Fatalf("%d logins and %d failures", len(good), len(bad))
	}
	l := good[0]
	if at, err := time.Parse("Mon Jan 02 15:04:05 GMT 2006", l["timestamp"].(string)); err != nil || at.IsZero() || l["username"] != "ann" || l["authSource"] != "admin" ||
		l["ipAddress"] != "127.0.0.1" || l["hostname"] != "127.0.0.1" || l["groupId"] != s.ProjectID || l["failureReason"] != nil || !strings.Contains(l["logLine"].(string), `"mechanism":"SCRAM-SHA-256"`) {
		t.Errorf("a login is %v", l)
	}
	if l := bad[0]; l["failureReason"] == nil || l["username"] != "ann" || strings.Contains(fmt.Sprint(l), "another password") {
		t.Errorf("a failure is %v", l)
	}
	s.Restart()
	if again := logs("clusters/alpha", "?authResult=true"); len(again) < len(good) {
		t.Errorf("after a restart %d of %d logins are left", len(again), len(good))
	}
	all := logs("clusters/alpha", "")
	if host := logs("processes/127.0.0.1", ""); len(host) != len(all) {
		t.Errorf("the host has %d logins of %d", len(host), len(all))
	}
	sum := 0
	for _, p := range s.Owner().Get(group + "/processes").Want(http.StatusOK).Results() {
		sum += len(logs("processes/"+p["id"].(string), ""))
	}
	if sum != len(all) {
		t.Errorf("the processes have %d logins of %d", sum, len(all))
	}
	for query, want := range map[string]int{"?nLogs=1": 1, "?nLogs=0": 0, "?ipAddress=10.0.0.1": 0, "?ipAddress=127.0.0.1": len(all), "?end=1300000000000": 0, "?start=1300000000000": len(all)} {
		if got := logs("clusters/alpha", query); len(got) != want {
			t.Errorf("%s: %d logins, want %d", query, len(got), want)
		}
	}
	s.Owner().Get(path+"clusters/none").WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	s.Owner().Get(path+"processes/10.0.0.1").WantError(http.StatusNotFound, "HOST_NOT_FOUND")
	for _, query := range []string{"?nLogs=20001", "?start=1", "?ipAddress=nonsense", "?start=1300000000000&end=1200000000000", "?authResult=perhaps"} {
		s.Owner().Get(path+"clusters/alpha"+query).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	}
	if got, _, err := s.SDK().AccessTrackingApi.ListAccessLogsByClusterName(t.Context(), s.ProjectID, "alpha").Execute(); err != nil || len(got.GetAccessLogs()) != len(all) {
		t.Errorf("by the SDK: %d logins, %v", len(got.GetAccessLogs()), err)
	}
}

func login(t *testing.T, uri, password string) error {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(5 * time.Second).
		SetAuth(options.Credential{Username: "ann", Password: password, AuthSource: "admin"}))
	if err != nil {
		t.Fatal(err)
	}
	err = client.Ping(t.Context(), nil)
	return errors.Join(err, client.Disconnect(context.Background()))
}

package monitoring_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

const password = "a password for the app"

// scene is a project with a cluster of three members that ann and bob may use.
type scene struct {
	*apitest.Server
	t     *testing.T
	group string
	uri   string
}

func newScene(t *testing.T) *scene {
	s := &scene{Server: apitest.Start(t), t: t}
	s.group = "/groups/" + s.ProjectID
	owner := s.Owner()
	owner.Post(s.group+"/accessList", `[{"cidrBlock":"127.0.0.0/8"}]`).Want(http.StatusOK)
	owner.Post(s.group+"/clusters", object{"name": "alpha", "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
		"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
	}}}}}).Want(http.StatusCreated)
	for _, name := range []string{"ann", "bob"} {
		owner.Post(s.group+"/databaseUsers", object{
			"username": name, "password": password, "databaseName": "admin", "roles": []object{{"roleName": "readWriteAnyDatabase", "databaseName": "admin"}},
		}).Want(http.StatusCreated)
	}
	s.Advance(time.Minute)
	s.locate()
	return s
}

func (s *scene) locate() {
	all := s.Owner().Get(s.group + "/clusters/alpha").Want(http.StatusOK).Object()["connectionStrings"].(object)
	s.uri = all["standard"].(string)
}

// client is a driver's client of a user.
func (s *scene) client(name string) *mongo.Client {
	s.t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(s.uri).SetServerSelectionTimeout(10 * time.Second).
		SetAuth(options.Credential{Username: name, Password: password, AuthSource: "admin"}))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return client
}

// log are the lines of a log, by the Go SDK.
func (s *scene) log(host, name string) (lines []object) {
	s.t.Helper()
	body, _, err := s.SDK().MonitoringAndLogsApi.GetHostLogs(s.t.Context(), s.ProjectID, host, name).Execute()
	if err != nil {
		s.t.Fatal(err)
	}
	defer body.Close()
	z, err := gzip.NewReader(body)
	if errors.Is(err, io.EOF) { // the log is empty
		return nil
	}
	if err != nil {
		s.t.Fatal(err)
	}
	for r := bufio.NewScanner(z); r.Scan(); {
		var o object
		if err := json.Unmarshal(r.Bytes(), &o); err != nil {
			s.t.Fatalf("%s: %v", r.Text(), err)
		}
		lines = append(lines, o)
	}
	return lines
}

func (s *scene) audit(enabled bool, filter string, successes bool) {
	s.t.Helper()
	s.Owner().Patch(s.group+"/auditLog", object{"enabled": enabled, "auditFilter": filter, "auditAuthorizationSuccess": successes}).Want(http.StatusOK)
}

func TestProcesses(t *testing.T) {
	s := newScene(t)
	owner := s.Owner()
	list := owner.Get(s.group + "/processes").Want(http.StatusOK).Results()
	var types, ids, aliases []string
	for _, p := range list {
		aliases = append(aliases, p["userAlias"].(string))
		types = append(types, p["typeName"].(string))
		id := p["id"].(string)
		ids = append(ids, id)
		if id != fmt.Sprintf("127.0.0.1:%v", p["port"]) || p["lastPing"] == nil || p["replicaSetName"] == "" {
			t.Errorf("process %v", p)
		}
		if got := owner.Get(s.group + "/processes/" + id).Want(http.StatusOK).Object(); fmt.Sprint(got["id"], got["typeName"]) != fmt.Sprint(id, p["typeName"]) {
			t.Errorf("process %v, want %v", got, p)
		}
		if !strings.Contains(s.uri, id) {
			t.Errorf("no driver reaches %s, but %s", id, s.uri)
		}
	}
	if slices.Sort(aliases); !slices.Equal(aliases, []string{"alpha-shard-00-00", "alpha-shard-00-01", "alpha-shard-00-02"}) {
		t.Errorf("aliases %v", aliases)
	}
	if slices.Sort(types); !slices.Equal(types, []string{"REPLICA_PRIMARY", "REPLICA_SECONDARY", "REPLICA_SECONDARY"}) {
		t.Errorf("types %v", types)
	}
	owner.Get(s.group+"/processes/127.0.0.1:9999").WantError(http.StatusNotFound, "HOST_NOT_FOUND")
	owner.Get(s.group+"/processes/nonsense").WantError(http.StatusBadRequest, "VALIDATION_ERROR")

	ann := s.client("ann")
	_, err := ann.Database("shop").Collection("orders").InsertOne(t.Context(), bson.D{})
	if err = errors.Join(err, ann.Disconnect(t.Context())); err != nil {
		t.Fatal(err)
	}
	one := s.group + "/processes/" + ids[0]
	var names []string
	for _, d := range owner.Get(one + "/databases").Want(http.StatusOK).Results() {
		names = append(names, d["databaseName"].(string))
	}
	if !slices.Contains(names, "shop") {
		t.Errorf("databases %v", names)
	}
	owner.Get(one + "/databases/shop").Want(http.StatusOK)
	owner.Get(one+"/databases/none").WantError(http.StatusNotFound, "RESOURCE_NOT_FOUND")
	if disks := owner.Get(one + "/disks").Want(http.StatusOK).Results(); len(disks) != 1 || disks[0]["partitionName"] != "data" {
		t.Errorf("disks %v", disks)
	}

	owner.Patch(s.group+"/clusters/alpha", `{"paused":true}`).Want(http.StatusOK)
	s.Advance(time.Minute)
	if list := owner.Get(s.group + "/processes").Want(http.StatusOK).Results(); len(list) != 0 {
		t.Errorf("a paused cluster has %v", list)
	}
}

// TestAuditFilter: an audit filter for one user's deletes records exactly these, before and after a restart.
func TestAuditFilter(t *testing.T) {
	s := newScene(t)
	s.audit(true, `{"atype": "authCheck", "param.command": "delete", "users": {"$elemMatch": {"user": "ann"}}}`, true)
	remove := func(name string, n int) {
		t.Helper()
		orders := s.client(name).Database("shop").Collection("orders")
		for range n {
			if _, err := orders.DeleteOne(t.Context(), bson.D{{Key: "by", Value: name}}); err != nil {
				t.Fatal(err)
			}
			if _, err := orders.InsertOne(t.Context(), bson.D{{Key: "by", Value: name}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := func(n int) {
		t.Helper()
		records := s.log("127.0.0.1", "mongodb-audit-log")
		if len(records) != n {
			t.Errorf("%d records, want %d", len(records), n)
		}
		for _, r := range records {
			param := r["param"].(object)
			if r["atype"] != "authCheck" || param["command"] != "delete" || param["ns"] != "shop.orders" || r["result"] != 0.0 || r["users"].([]any)[0].(object)["user"] != "ann" {
				t.Errorf("record %v", r)
			}
		}
	}
	remove("ann", 3)
	remove("bob", 2)
	want(3)
	s.Restart()
	s.locate()
	remove("ann", 2)
	want(5)
	s.audit(false, "", false)
	remove("ann", 2)
	want(5)
}

// TestAuditOfEverything: without a filter, each command is recorded once.
func TestAuditOfEverything(t *testing.T) {
	s := newScene(t)
	s.audit(true, "", true)
	db := s.client("ann").Database("shop")
	const commands = 500
	for i := range commands {
		command := bson.D{{Key: "find", Value: "orders"}, {Key: "comment", Value: i}}
		switch i % 3 {
		case 1:
			command = bson.D{{Key: "insert", Value: "orders"}, {Key: "documents", Value: bson.A{bson.D{{Key: "i", Value: i}}}}, {Key: "comment", Value: i}}
		case 2:
			command = bson.D{{Key: "count", Value: "orders"}, {Key: "comment", Value: i}}
		}
		if err := db.RunCommand(t.Context(), command).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.client("ann").Database("local").Collection("x").Drop(t.Context()); err == nil {
		t.Error("local is writable")
	}
	seen, kinds := map[float64]int{}, map[string]int{}
	for _, r := range s.log("127.0.0.1", "mongodb-audit-log") {
		kinds[fmt.Sprint(r["atype"], " ", r["result"])]++
		if args, ok := r["param"].(object)["args"].(object); ok {
			if n, ok := args["comment"].(float64); ok {
				seen[n]++
			}
		}
	}
	for i := range commands {
		if seen[float64(i)] != 1 {
			t.Errorf("command %d is there %d times", i, seen[float64(i)])
		}
	}
	if kinds["authenticate 0"] == 0 || kinds["authCheck 13"] != 1 {
		t.Errorf("kinds %v", kinds)
	}
}

func TestLogs(t *testing.T) {
	s := newScene(t)
	owner := s.Owner()
	if err := s.client("ann").Ping(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	var logins int
	for _, line := range s.log("127.0.0.1", "mongodb") {
		if line["msg"] == "Successfully authenticated" && line["attr"].(object)["user"] == "ann" {
			logins++
		}
	}
	if logins == 0 {
		t.Error("no login is logged")
	}
	if lines := s.log("127.0.0.1", "mongos"); lines != nil {
		t.Errorf("mongos logs %v", lines)
	}
	logs := func(host, name, query string) string {
		return s.group + "/clusters/" + host + "/logs/" + name + ".gz" + query
	}
	gz := owner.At("2023-02-01+gzip")
	for _, c := range []struct {
		path   string
		status int
		code   string
	}{
		{logs("10.0.0.1", "mongodb", ""), http.StatusNotFound, "HOST_NOT_FOUND"},
		{logs("127.0.0.1", "journal", ""), http.StatusBadRequest, "VALIDATION_ERROR"},
		{logs("127.0.0.1", "mongodb", "?startDate=1"), http.StatusBadRequest, "VALIDATION_ERROR"},
		{logs("127.0.0.1", "mongodb", "?startDate=1300000000&endDate=1200000000"), http.StatusBadRequest, "VALIDATION_ERROR"},
		{logs("..%2f..", "mongodb", ""), http.StatusBadRequest, "VALIDATION_ERROR"},
	} {
		gz.Get(c.path).WantError(c.status, c.code)
	}
	a := gz.Get(logs("127.0.0.1", "mongodb", "?startDate=1200000000&endDate=1300000000")).Want(http.StatusOK)
	if want := `attachment; filename="127.0.0.1_2008-01-10T21:20:00Z_2011-03-13T07:06:40Z_MONGODB.log.gz"`; a.Header.Get("Content-Disposition") != want || len(a.Body) != 0 {
		t.Errorf("%s, %d bytes", a.Header.Get("Content-Disposition"), len(a.Body))
	}

	owner.Delete(s.group + "/clusters/alpha").Want(http.StatusAccepted)
	s.Advance(time.Minute)
	gz.Get(logs("127.0.0.1", "mongodb", "")).WantError(http.StatusNotFound, "HOST_NOT_FOUND")
}

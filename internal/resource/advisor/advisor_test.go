package advisor_test

import (
	"context"
	"encoding/json"
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

// scene is a project with a database that ann may use.
type scene struct {
	*apitest.Server
	t     *testing.T
	group string
	db    *mongo.Database
	id    string // of its process
}

// newScene makes a dedicated cluster or a serverless instance.
func newScene(t *testing.T, serverless bool) *scene {
	s := &scene{Server: apitest.Start(t), t: t}
	s.group = "/groups/" + s.ProjectID
	owner := s.Owner()
	owner.Post(s.group+"/accessList", `[{"cidrBlock":"127.0.0.0/8"}]`).Want(http.StatusOK)
	owner.Post(s.group+"/databaseUsers", object{
		"username": "ann", "password": password, "databaseName": "admin", "roles": []object{{"roleName": "readWriteAnyDatabase", "databaseName": "admin"}},
	}).Want(http.StatusCreated)
	path := s.group + "/clusters"
	var body any = object{"name": "alpha", "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
		"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
	}}}}}
	if serverless {
		path = s.group + "/serverless"
		body = object{"name": "alpha", "providerSettings": object{"backingProviderName": "AWS", "providerName": "SERVERLESS", "regionName": "US_EAST_1"}}
	}
	owner.Post(path, body).Want(http.StatusCreated)
	s.Advance(time.Minute)
	all := owner.Get(path + "/alpha").Want(http.StatusOK).Object()["connectionStrings"].(object)
	client, err := mongo.Connect(options.Client().ApplyURI(all["standard"].(string)).SetServerSelectionTimeout(10 * time.Second).
		SetAuth(options.Credential{Username: "ann", Password: password, AuthSource: "admin"}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	s.db = client.Database("shop")
	for _, p := range owner.Get(s.group + "/processes").Want(http.StatusOK).Results() {
		if p["typeName"] == "REPLICA_PRIMARY" {
			s.id = p["id"].(string)
		}
	}
	return s
}

// fill inserts orders, whose number is their field n and which have a name.
func (s *scene) fill(orders int) {
	s.t.Helper()
	var docs []any
	for i := range orders {
		docs = append(docs, bson.D{{Key: "n", Value: i}, {Key: "even", Value: i%2 == 0}, {Key: "name", Value: "order"}})
	}
	if _, err := s.db.Collection("orders").InsertMany(s.t.Context(), docs); err != nil {
		s.t.Fatal(err)
	}
}

// ask asks for orders again and again.
func (s *scene) ask(times int, filter bson.D) {
	s.t.Helper()
	for range times {
		if err := s.db.Collection("orders").FindOne(s.t.Context(), filter).Err(); err != nil && err != mongo.ErrNoDocuments {
			s.t.Fatal(err)
		}
	}
}

func (s *scene) indexes() (names []string) {
	s.t.Helper()
	list, err := s.db.Collection("orders").Indexes().ListSpecifications(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, x := range list {
		names = append(names, x.Name)
	}
	return names
}

// steps are the events of automatic indexing, the first one first.
func (s *scene) steps() (names []string) {
	for _, e := range slices.Backward(s.EventTypes(s.ProjectID)) {
		if strings.HasPrefix(e, "AUTO_INDEXING_") {
			names = append(names, strings.TrimPrefix(e, "AUTO_INDEXING_"))
		}
	}
	return names
}

func (s *scene) wantSteps(want ...string) {
	s.t.Helper()
	if got := s.steps(); !slices.Equal(got, want) {
		s.t.Errorf("events %v, want %v", got, want)
	}
}

var byNumber = bson.D{{Key: "n", Value: 777}}

func TestSuggestions(t *testing.T) {
	s := newScene(t, false)
	s.fill(2000)
	s.ask(5, byNumber)
	s.ask(3, bson.D{{Key: "n", Value: 1500}, {Key: "even", Value: false}})
	owner := s.Owner()
	for _, path := range []string{s.group + "/processes/" + s.id, s.group + "/clusters/alpha"} {
		c := owner
		if strings.Contains(path, "/clusters/") {
			c = owner.At("2024-08-05")
		}
		out := c.Get(path + "/performanceAdvisor/suggestedIndexes").Want(http.StatusOK).Object()
		list, shapes := out["suggestedIndexes"].([]any), out["shapes"].([]any)
		if len(list) != 1 || len(shapes) != 2 {
			t.Fatalf("%s: suggested %v for %v", path, list, shapes)
		}
		x := list[0].(object)
		if key, _ := json.Marshal(x["index"]); string(key) != `[{"n":1},{"even":1}]` || x["namespace"] != "shop.orders" || x["weight"].(float64) < 99 || len(x["impact"].([]any)) != 2 || x["avgObjSize"].(float64) == 0 {
			t.Errorf("%s: suggested %v", path, x)
		}
	}
	if shapes := owner.Get(s.group + "/processes/" + s.id + "/performanceAdvisor/suggestedIndexes?namespaces=shop.other").Want(http.StatusOK).Object()["shapes"].([]any); len(shapes) != 0 {
		t.Errorf("another collection has %v", shapes)
	}
	if _, err := s.db.Collection("orders").Indexes().CreateOne(t.Context(), mongo.IndexModel{Keys: bson.D{{Key: "n", Value: -1}, {Key: "even", Value: -1}}}); err != nil {
		t.Fatal(err)
	}
	if out, _, err := s.SDK().PerformanceAdvisorApi.ListClusterSuggestedIndexes(t.Context(), s.ProjectID, "alpha").Execute(); err != nil || len(out.GetSuggestedIndexes()) != 0 {
		t.Errorf("with the index: %v, %v", out, err)
	}
	owner.Get(s.group+"/processes/127.0.0.1:9999/performanceAdvisor/suggestedIndexes").WantError(http.StatusNotFound, "HOST_NOT_FOUND")
}

// Queries are slow when the threshold says so; the line is that of the log.
func TestSlowQueries(t *testing.T) {
	s := newScene(t, false)
	s.fill(10)
	command := bson.D{{Key: "aggregate", Value: "orders"}, {Key: "cursor", Value: bson.D{}}, {Key: "pipeline", Value: bson.A{
		bson.D{{Key: "$match", Value: bson.D{{Key: "even", Value: true}}}}, bson.D{{Key: "$sort", Value: bson.D{{Key: "n", Value: 1}}}},
		bson.D{{Key: "$group", Value: bson.D{{Key: "_id", Value: 1}, {Key: "n", Value: bson.D{{Key: "$sum", Value: bson.D{{Key: "$reduce", Value: bson.D{
			{Key: "input", Value: bson.D{{Key: "$range", Value: bson.A{0, 1_000_000}}}}, {Key: "initialValue", Value: 0}, {Key: "in", Value: bson.D{{Key: "$add", Value: bson.A{"$$value", "$$this"}}}},
		}}}}}}}}},
	}}}
	for range 3 {
		if err := s.db.RunCommand(t.Context(), command).Err(); err != nil {
			t.Fatal(err)
		}
	}
	path := s.group + "/processes/" + s.id + "/performanceAdvisor/"
	all := s.Owner().Get(path + "slowQueryLogs?includeMetrics=true&includeOpType=true&includeReplicaState=true").Want(http.StatusOK).Object()["slowQueries"].([]any)
	all = slices.DeleteFunc(all, func(q any) bool { return q.(object)["opType"] != "aggregate" })
	if len(all) != 3 {
		t.Fatalf("%d slow queries", len(all))
	}
	q := all[0].(object)
	m := q["metrics"].(object)
	if q["namespace"] != "shop.orders" || q["replicaState"] != "PRIMARY" || m["docsExamined"] != 10.0 || m["docsReturned"] != 1.0 || m["hasIndexCoverage"] != false || m["hasSort"] != true {
		t.Errorf("a slow query is %v", q)
	}
	var line struct {
		Msg  string
		Attr object
	}
	if err := json.Unmarshal([]byte(q["line"].(string)), &line); err != nil || line.Msg != "Slow query" || line.Attr["planSummary"] != "COLLSCAN" || line.Attr["docsExamined"] != 10.0 {
		t.Errorf("the line is %v, %v", q["line"], err)
	}
	if two := s.Owner().Get(path + "slowQueryLogs?nLogs=2").Want(http.StatusOK).Object()["slowQueries"].([]any); len(two) != 2 {
		t.Errorf("%d of at most 2", len(two))
	}
	names := s.Owner().Get(path + "namespaces").Want(http.StatusOK).Object()["namespaces"].([]any)
	if len(names) == 0 || names[0].(object)["namespace"] != "shop.orders" {
		t.Errorf("namespaces %v", names)
	}
	s.Restart()
	if after := s.Owner().Get(path + "slowQueryLogs?namespaces=shop.orders").Want(http.StatusOK).Object()["slowQueries"].([]any); len(after) < 3 {
		t.Errorf("%d are left after a restart", len(after))
	}
	s.Advance(25 * time.Hour)
	if later := s.Owner().Get(path + "slowQueryLogs").Want(http.StatusOK).Object()["slowQueries"].([]any); len(later) != 0 {
		t.Errorf("a day later %v", later)
	}
}

// An instance builds the index that twenty queries ask for, and tells each step.
func TestIndexesAreBuilt(t *testing.T) {
	s := newScene(t, true)
	set := func(on string) {
		s.Owner().Post(s.group+"/serverless/alpha/performanceAdvisor/autoIndexing?enable="+on, nil).Want(http.StatusOK)
	}
	s.fill(2000)
	s.ask(30, byNumber)
	s.Advance(time.Minute)
	if got := s.indexes(); len(got) != 1 {
		t.Fatalf("without the switch there are the indexes %v", got)
	}
	s.wantSteps()
	set("true")
	s.Advance(time.Minute)
	if got := s.indexes(); !slices.Equal(got, []string{"_id_", "n_1"}) {
		t.Fatalf("the indexes are %v", got)
	}
	built := []string{"ENABLED", "INDEX_BUILD_SUBMITTED", "STARTED_INDEX_BUILD", "COMPLETED_INDEX_BUILD"}
	s.wantSteps(built...)
	s.ask(30, byNumber) // the index is kept
	s.Advance(time.Minute)
	s.wantSteps(built...)

	set("false")
	s.ask(30, bson.D{{Key: "even", Value: 5}})
	s.Advance(time.Minute)
	s.wantSteps(append(built, "DISABLED")...)
	if got := s.indexes(); len(got) != 2 {
		t.Errorf("switched off it has made of them %v", got)
	}
}

// An index that does not help goes, and does not come back.
func TestUselessIndexesGo(t *testing.T) {
	s := newScene(t, true)
	s.Owner().Post(s.group+"/serverless/alpha/performanceAdvisor/autoIndexing?enable=true", nil).Want(http.StatusOK)
	s.fill(1000)
	anywhere := bson.D{{Key: "name", Value: bson.D{{Key: "$regex", Value: "xyz"}}}}
	s.ask(20, anywhere)
	s.Advance(time.Minute)
	if got := s.indexes(); !slices.Contains(got, "name_1") {
		t.Fatalf("the indexes are %v", got)
	}
	s.ask(20, anywhere)
	s.Advance(time.Minute)
	if got := s.indexes(); len(got) != 1 {
		t.Fatalf("the indexes are %v", got)
	}
	steps := []string{"ENABLED", "INDEX_BUILD_SUBMITTED", "STARTED_INDEX_BUILD", "COMPLETED_INDEX_BUILD", "FAILED_INDEX_BUILD"}
	s.wantSteps(steps...)
	s.ask(20, anywhere)
	s.Advance(time.Minute)
	s.wantSteps(steps...)
}

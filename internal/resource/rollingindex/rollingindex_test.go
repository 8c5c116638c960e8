package rollingindex_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest"
)

type object = map[string]any

func TestRollingIndex(t *testing.T) {
	s := apitest.Start(t)
	owner, group := s.Owner(), "/groups/"+s.ProjectID
	const password = "a password for the app"
	owner.Post(group+"/accessList", `[{"cidrBlock":"127.0.0.0/8"}]`).Want(http.StatusOK)
	owner.Post(group+"/databaseUsers", object{
		"username": "ann", "password": password, "databaseName": "admin", "roles": []object{{"roleName": "readWriteAnyDatabase", "databaseName": "admin"}},
	}).Want(http.StatusCreated)
	path := group + "/clusters/alpha/index"
	owner.Post(path, object{"db": "shop", "collection": "orders", "keys": []object{{"by": "1"}}}).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
	owner.Post(group+"/clusters", object{"name": "alpha", "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
		"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
	}}}}}).Want(http.StatusCreated)
	s.Advance(time.Minute)
	uri := owner.Get(group + "/clusters/alpha").Want(http.StatusOK).Object()["connectionStrings"].(object)["standard"].(string)
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetAuth(options.Credential{Username: "ann", Password: password, AuthSource: "admin"}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	orders := client.Database("shop").Collection("orders")
	if _, err := orders.InsertMany(t.Context(), []any{bson.D{{Key: "by", Value: "ann"}}, bson.D{{Key: "by", Value: "bob"}}}); err != nil {
		t.Fatal(err)
	}

	if a := owner.Post(path, object{"db": "shop", "collection": "orders", "keys": []object{{"by": "1"}, {"at": "-1"}}, "options": object{"sparse": true, "background": true}}).
		Want(http.StatusAccepted); string(a.Body) != "{}" {
		t.Errorf("the answer is %s", a.Body)
	}
	owner.Post(path, object{"db": "shop", "collection": "orders", "keys": []object{{"at": "nonsense"}}}).Want(http.StatusAccepted)
	s.Advance(time.Second)
	list, err := orders.Indexes().ListSpecifications(t.Context())
	if err != nil || len(list) != 2 || list[1].Name != "by_1_at_-1" || list[1].Sparse == nil || !*list[1].Sparse {
		t.Errorf("the indexes are %v, %v", list, err)
	}
	got := s.EventTypes(s.ProjectID)[:2]
	if slices.Sort(got); !slices.Equal(got, []string{"ROLLING_INDEX_FAILED_INDEX_BUILD", "ROLLING_INDEX_SUCCESS_INDEX_BUILD"}) {
		t.Errorf("the events are %v", got)
	}
	for _, body := range []object{
		{"db": "shop", "collection": "orders"},
		{"db": "shop", "collection": "orders", "keys": []object{}},
		{"db": "shop", "collection": "orders", "keys": []object{{"a": "1", "b": "1"}}},
		{"db": "shop", "collection": "orders", "keys": []object{{"a": "1"}}, "unknown": 1},
		{"db": "shop", "collection": "orders", "keys": []object{{"a": "1"}}, "collation": object{"strength": 1}},
	} {
		owner.Post(path, body).WantError(http.StatusBadRequest, "VALIDATION_ERROR")
	}
}

package outage_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"

	"github.com/telamon-db/telamon/internal/apitest"
)

// entered connects MongoDB's driver to a cluster.
func entered(t *testing.T, srv *apitest.Server, path string) *mongo.Client {
	t.Helper()
	const password = "a password of the tests"
	owner, project := srv.Owner(), "/groups/"+srv.ProjectID
	owner.Post(project+"/accessList", []object{{"cidrBlock": "127.0.0.0/8"}}).Want(http.StatusOK)
	owner.Post(project+"/databaseUsers", object{
		"databaseName": "admin", "username": "ann", "password": password, "roles": []object{{"databaseName": "admin", "roleName": "atlasAdmin"}},
	}).Want(http.StatusCreated)
	uri := owner.Get(path).Want(http.StatusOK).Object()["connectionStrings"].(object)["standard"].(string)
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetAuth(options.Credential{Username: "ann", Password: password}).
		SetServerSelectionTimeout(time.Second).SetHeartbeatInterval(500 * time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) }) // the server ends anyhow
	return client
}

// eventually waits until a function returns no error, or fails the test.
func eventually(t *testing.T, what string, do func() error) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	err := do()
	for end := time.Now().Add(20 * time.Second); err != nil && time.Now().Before(end); err = do() {
		<-tick.C
	}
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// TestDriversNotice: during an outage of the region with the majority, drivers have no primary, and can read. When it ends
// or expires, they have a primary again.
func TestDriversNotice(t *testing.T) {
	srv := apitest.Start(t)
	owner, one := srv.Owner(), spread(srv, "alpha")
	path := one + "/outageSimulation"
	client := entered(t, srv, one)
	orders := client.Database("shop").Collection("orders")
	anywhere := client.Database("shop").Collection("orders", options.Collection().SetReadPreference(readpref.SecondaryPreferred()))
	write := func() error {
		_, err := orders.InsertOne(t.Context(), bson.M{})
		return err
	}
	for _, end := range []func(){
		func() { owner.Delete(path).Want(http.StatusOK); srv.Advance(4 * dwell) },
		func() { srv.Advance(49 * time.Hour) },
	} {
		eventually(t, "a write before", write)
		owner.Post(path, filters(east)).Want(http.StatusOK)
		srv.Advance(3 * dwell)
		eventually(t, "a read from the member that is left", func() error { return anywhere.FindOne(t.Context(), bson.M{}).Err() })
		if err := write(); err == nil {
			t.Error("written with one member of three")
		}
		end()
		eventually(t, "a write afterwards", write)
	}
	owner.Post(path, filters(west)).Want(http.StatusOK)
	srv.Advance(3 * dwell)
	eventually(t, "a write with two of three", write)
}

package cluster_test

import (
	"net"
	"net/http"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"github.com/telamon-db/telamon/internal/apitest"
)

const password = "a password of the tests"

// admit lets a database user in from here.
func admit(srv *apitest.Server) {
	srv.Owner().Post("/groups/"+srv.ProjectID+"/accessList", []object{{"cidrBlock": "127.0.0.0/8"}}).Want(http.StatusOK)
	srv.Owner().Post("/groups/"+srv.ProjectID+"/databaseUsers", object{
		"databaseName": "admin", "username": "ann", "password": password,
		"roles": []object{{"databaseName": "admin", "roleName": "readWriteAnyDatabase"}},
	}).Want(http.StatusCreated)
}

// dial connects MongoDB's driver to a connection string of the API, as ann.
func dial(t *testing.T, uri string) *mongo.Client {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(5 * time.Second).
		SetAuth(options.Credential{Username: "ann", Password: password}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(t.Context()) })
	return client
}

// reachable reports whether any member of a connection string answers.
func reachable(t *testing.T, uri string) bool {
	t.Helper()
	cs, err := connstring.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range cs.Hosts {
		if c, err := net.Dial("tcp", host); err == nil {
			c.Close()
			return true
		}
	}
	return false
}

// TestDatabase writes through the connection string, and reads it again after a restart of the server, which keeps
// the port, and after a pause, which ends the database and keeps its data.
func TestDatabase(t *testing.T) {
	srv := apitest.Start(t)
	admit(srv)
	uri := standard(made(t, srv, replicaSet("alpha")))
	path := clusters(srv) + "/alpha"
	if _, err := dial(t, uri).Database("shop").Collection("orders").InsertOne(t.Context(), bson.M{"_id": 1}); err != nil {
		t.Fatal(err)
	}
	kept := func(when string) {
		t.Helper()
		n, err := dial(t, uri).Database("shop").Collection("orders").CountDocuments(t.Context(), bson.M{})
		if err != nil || n != 1 {
			t.Fatalf("%s there are %d documents: %v", when, n, err)
		}
	}
	kept("at first")
	srv.Restart()
	if again := standard(srv.Owner().Get(path).Want(http.StatusOK).Object()); again != uri {
		t.Fatalf("after a restart the cluster is at %s, not %s", again, uri)
	}
	kept("after a restart")

	srv.Owner().Patch(path, object{"paused": true}).Want(http.StatusOK)
	settle(srv)
	if c := srv.Owner().Get(path).Want(http.StatusOK).Object(); c["stateName"] != "IDLE" || c["paused"] != true || reachable(t, uri) {
		t.Fatalf("a paused cluster is %v, reachable: %v", c["stateName"], reachable(t, uri))
	}
	srv.Owner().Patch(path, object{"backupEnabled": true}).WantError(http.StatusConflict, "CANNOT_UPDATE_PAUSED_CLUSTER")
	srv.Restart()
	if reachable(t, uri) {
		t.Fatal("a paused cluster runs after a restart")
	}
	srv.Owner().Patch(path, object{"paused": false}).Want(http.StatusOK)
	settle(srv)
	kept("after a pause")

	srv.Owner().Delete(path).Want(http.StatusAccepted)
	settle(srv)
	if reachable(t, uri) {
		t.Fatal("a deleted cluster still runs")
	}
}

// TestRestartOnTheWay ends the server while a cluster is being created and while one is being deleted.
func TestRestartOnTheWay(t *testing.T) {
	srv := apitest.Start(t)
	path := clusters(srv) + "/alpha"
	srv.Owner().Post(clusters(srv), replicaSet("alpha")).Want(http.StatusCreated)
	srv.Restart()
	settle(srv)
	c := srv.Owner().Get(path).Want(http.StatusOK).Object()
	if c["stateName"] != "IDLE" || !reachable(t, standard(c)) {
		t.Fatalf("a cluster whose creation was interrupted is %v", c["stateName"])
	}
	srv.Owner().Delete(path).Want(http.StatusAccepted)
	srv.Restart()
	settle(srv)
	srv.Owner().Get(path).WantError(http.StatusNotFound, "CLUSTER_NOT_FOUND")
}

// TestByTheClockOfTheWall waits for a cluster as clients do, without moving the clock.
func TestByTheClockOfTheWall(t *testing.T) {
	srv := apitest.Start(t)
	made := time.Now()
	srv.Owner().Post(clusters(srv), replicaSet("alpha")).Want(http.StatusCreated)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		state := srv.Owner().Get(clusters(srv) + "/alpha").Want(http.StatusOK).Object()["stateName"]
		if state == "IDLE" {
			break
		}
		if time.Since(made) > 20*time.Second {
			t.Fatalf("the cluster is still %v", state)
		}
	}
	if took := time.Since(made); took < 300*time.Millisecond {
		t.Errorf("the cluster was CREATING for %v only", took)
	}
}

// TestRoles: who reads the organization sees its clusters and changes none; who is only a member sees none.
func TestRoles(t *testing.T) {
	srv := apitest.Start(t)
	made(t, srv, replicaSet("alpha"))
	path := clusters(srv) + "/alpha"
	caller := func(role string) *apitest.Caller {
		key := srv.Owner().Post("/orgs/"+srv.OrgID+"/apiKeys", object{"desc": role, "roles": []string{role}}).Want(http.StatusOK).Object()
		return srv.As(key["publicKey"].(string), key["privateKey"].(string))
	}
	reader := caller("ORG_READ_ONLY")
	for _, read := range []string{path, clusters(srv), path + "/status"} {
		reader.Get(read).Want(http.StatusOK)
		caller("ORG_MEMBER").Get(read).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	}
	reader.Post(clusters(srv), replicaSet("beta")).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	reader.Patch(path, object{}).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
	reader.Delete(path).WantError(http.StatusForbidden, "USER_UNAUTHORIZED")
}

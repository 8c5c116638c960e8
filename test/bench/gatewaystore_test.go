package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/store/postgres/pgtest"
	"github.com/telamon-db/telamon/telamontest"
)

// BenchmarkGatewayStore is the driver's findOne by _id in a cluster whose control plane is on PostgreSQL, against one
// whose control plane is on SQLite.
func BenchmarkGatewayStore(b *testing.B) {
	const total = 1000
	find := func(s *telamontest.Server) func(int) {
		coll := filledCluster(b, s, total)
		return func(n int) {
			for range n {
				findOne(b, coll, bson.D{{Key: "_id", Value: rand.IntN(total)}})
			}
		}
	}
	embedded := find(telamontest.Start(b))
	shared := find(telamontest.Start(b, telamontest.Store(pgtest.URL(b))))
	compare(b, 2000, embedded, shared)
}

// filledCluster makes a cluster and a user, and returns a collection with total documents of 1 KB.
func filledCluster(b *testing.B, s *telamontest.Server, total int) *mongo.Collection {
	b.Helper()
	bearer := token(b, s)
	call := func(method, path, body string) (answer struct {
		StateName         string
		ConnectionStrings struct{ Standard string }
	}) {
		r, err := http.NewRequest(method, s.URL+"/api/atlas/v2/groups/"+s.ProjectID+path, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		r.Header = http.Header{"Accept": {latest}, "Content-Type": {"application/json"}, "Authorization": {"Bearer " + bearer}}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode >= 300 {
			b.Fatal(method, path, res.Status, err)
		}
		return answer
	}
	call("POST", "/clusters", `{"name":"Bench","clusterType":"REPLICASET","replicationSpecs":[{"regionConfigs":[{"providerName":"AWS","regionName":"US_EAST_1","priority":7,"electableSpecs":{"instanceSize":"M10","nodeCount":3}}]}]}`)
	call("POST", "/databaseUsers", `{"username":"app","password":"correct horse","databaseName":"admin","roles":[{"roleName":"readWrite","databaseName":"bench"}]}`)
	call("POST", "/accessList", `[{"ipAddress":"127.0.0.1"}]`)
	cluster := call("GET", "/clusters/Bench", "")
	for ; cluster.StateName != "IDLE"; cluster = call("GET", "/clusters/Bench", "") {
		time.Sleep(10 * time.Millisecond)
	}
	uri, err := url.Parse(cluster.ConnectionStrings.Standard)
	if err != nil {
		b.Fatal(err)
	}
	uri.User = url.UserPassword("app", "correct horse")
	client, err := mongo.Connect(options.Client().ApplyURI(fmt.Sprint(uri)))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	coll := client.Database("bench").Collection("c")
	if _, err := coll.InsertMany(context.Background(), documents(b, 0, total, 1024)); err != nil {
		b.Fatal(err)
	}
	return coll
}

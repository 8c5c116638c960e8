package cluster_test

import (
	"net/http"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/apitest"
)

// TestPrimariesFollowEachOther: whoever tests the failover of a cluster gets another primary each time, in a later election, also over a
// restart of the server, while the connection string stays and what is written before is there.
func TestPrimariesFollowEachOther(t *testing.T) {
	srv := apitest.Start(t)
	admit(srv)
	uri := standard(made(t, srv, replicaSet("alpha")))
	path := clusters(srv) + "/alpha"
	var primaries []string
	var elections []bson.ObjectID
	for i := range 4 {
		client := dial(t, uri)
		if _, err := client.Database("shop").Collection("orders").InsertOne(t.Context(), bson.M{"_id": i}); err != nil {
			t.Fatal(err)
		}
		n, err := client.Database("shop").Collection("orders").CountDocuments(t.Context(), bson.M{})
		if err != nil || n != int64(i+1) {
			t.Errorf("%d documents of %d, %v", n, i+1, err)
		}
		var hello struct {
			Me         string
			Hosts      []string
			ElectionID bson.ObjectID `bson:"electionId"`
		}
		if err := client.Database("admin").RunCommand(t.Context(), bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
			t.Fatal(err)
		}
		if len(hello.Hosts) != 3 || slices.Contains(primaries[max(0, i-1):], hello.Me) {
			t.Errorf("after %v it is %s, of %v", primaries, hello.Me, hello.Hosts)
		}
		if i > 0 && slices.Compare(hello.ElectionID[:], elections[i-1][:]) <= 0 {
			t.Errorf("after %v it is elected in %v", elections, hello.ElectionID)
		}
		primaries, elections = append(primaries, hello.Me), append(elections, hello.ElectionID)
		srv.Owner().Post(path+"/restartPrimaries", nil).Want(http.StatusOK)
		settle(srv)
		if i == 1 {
			srv.Restart()
		}
		if again := standard(srv.Owner().Get(path).Want(http.StatusOK).Object()); again != uri {
			t.Errorf("%s became %s", uri, again)
		}
	}
}

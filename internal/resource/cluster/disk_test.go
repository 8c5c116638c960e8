package cluster_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// shrink gives a cluster, behind the back of the API, a disk that a test can fill.
func shrink(srv *apitest.Server, name string, bytes int) {
	srv.OnDisk(func(tx store.Tx) error {
		c, err := state.ClusterByName(tx, srv.ProjectID, name)
		if err != nil {
			return err
		}
		c.Declared.Zones[0].Regions[0].Electable.DiskGB = float64(bytes) / (1 << 30)
		return state.Clusters.Put(tx, c)
	})
}

// store60 stores a document of 60 kB and returns the code of the error.
func store60(t *testing.T, client *mongo.Client) int {
	t.Helper()
	_, err := client.Database("shop").Collection("orders").InsertOne(t.Context(), bson.M{"s": string(make([]byte, 60_000))})
	var failed mongo.ServerError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	for _, code := range []int{8000, 14031} {
		if failed != nil && failed.HasErrorCode(code) {
			return code
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0
}

// TestAFullDisk: what does not fit is refused until the disk is larger, which a restart does not change. Reads and deletions
// go on.
func TestAFullDisk(t *testing.T) {
	for size, want := range map[string]int{"M10": 14031, "M0": 8000} {
		t.Run(size, func(t *testing.T) {
			srv := apitest.Start(t)
			admit(srv)
			body := replicaSet("alpha")
			if size == "M0" {
				r := region(body)
				r["providerName"], r["backingProviderName"], r["electableSpecs"] = "TENANT", "AWS", object{"instanceSize": "M0"}
			}
			uri := standard(made(t, srv, body))
			shrink(srv, "alpha", 100_000)
			client := dial(t, uri)
			if code := store60(t, client); code != 0 {
				t.Fatalf("the first document: %d", code)
			}
			if code := store60(t, client); code != want {
				t.Errorf("a document for which there is no room: %d", code)
			}
			orders := client.Database("shop").Collection("orders")
			if n, err := orders.CountDocuments(t.Context(), bson.M{}); n != 1 || err != nil {
				t.Errorf("%d documents, %v", n, err)
			}
			if _, err := orders.DeleteMany(t.Context(), bson.M{}); err != nil {
				t.Error(err)
			}
			if code := store60(t, client); code != 0 {
				t.Errorf("a document in the place of another: %d", code)
			}
			if size == "M0" {
				return
			}
			region(body)["electableSpecs"].(object)["diskSizeGB"] = 10
			srv.Owner().Patch(clusters(srv)+"/alpha", object{"replicationSpecs": body["replicationSpecs"]}).Want(http.StatusOK)
			settle(srv)
			if code := store60(t, client); code != 0 {
				t.Errorf("on a larger disk: %d", code)
			}
		})
	}
}

// TestADiskGrows: where the owner has asked for it, a disk that is nearly full becomes larger, shows it and is told of.
func TestADiskGrows(t *testing.T) {
	srv := apitest.Start(t)
	admit(srv)
	body := replicaSet("alpha")
	region(body)["autoScaling"] = object{"diskGB": object{"enabled": true}}
	uri := standard(made(t, srv, body))
	shrink(srv, "alpha", 65_000)
	client := dial(t, uri)
	if code := store60(t, client); code != 0 {
		t.Fatal(code)
	}
	disk := func() any {
		c := srv.Owner().Get(clusters(srv) + "/alpha").Want(http.StatusOK).Object()
		return c["replicationSpecs"].([]any)[0].(object)["regionConfigs"].([]any)[0].(object)["electableSpecs"].(object)["diskSizeGB"]
	}
	for began := time.Now(); disk() != 10.0; time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("the disk has %v GB", disk())
		}
	}
	settle(srv)
	if code := store60(t, client); code != 0 {
		t.Errorf("on a larger disk: %d", code)
	}
	if all := srv.EventTypes(srv.ProjectID); !slices.Contains(all, "DISK_AUTO_SCALE_INITIATED") {
		t.Errorf("events %v", all)
	}
}

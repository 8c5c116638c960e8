package backup_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest"
	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/resource/backup"
	"github.com/telamon-db/telamon/internal/resource/backup/collections"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

type object = map[string]any

const (
	nothing  = "000000000000000000000000"
	password = "a password of the tests"
)

func clusters(groupID string) string { return "/groups/" + groupID + "/clusters" }

func snapshots(groupID, cluster string) string {
	return clusters(groupID) + "/" + cluster + "/backup/snapshots"
}

func jobs(groupID, cluster string) string {
	return clusters(groupID) + "/" + cluster + "/backup/restoreJobs"
}

// settle waits until all work of the server is done.
func settle(s *apitest.Server) { s.Advance(time.Minute) }

// admit adds the user ann, and this machine to the access list.
func admit(s *apitest.Server, groupID string) {
	s.Owner().Post("/groups/"+groupID+"/accessList", []object{{"cidrBlock": "127.0.0.0/8"}}).Want(http.StatusOK)
	s.Owner().Post("/groups/"+groupID+"/databaseUsers", object{
		"databaseName": "admin", "username": "ann", "password": password,
		"roles": []object{{"databaseName": "admin", "roleName": "readWriteAnyDatabase"}},
	}).Want(http.StatusCreated)
}

// cluster makes a cluster that runs.
func cluster(s *apitest.Server, groupID, name string) {
	s.Owner().Post(clusters(groupID), object{
		"name": name, "clusterType": "REPLICASET", "replicationSpecs": []object{{"regionConfigs": []object{{
			"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7, "electableSpecs": object{"instanceSize": "M10", "nodeCount": 3},
		}}}},
	}).Want(http.StatusCreated)
	settle(s)
}

// orders is a collection of a cluster.
func orders(t *testing.T, s *apitest.Server, groupID, name string) *mongo.Collection {
	t.Helper()
	return ordersOf(t, s, clusters(groupID)+"/"+name)
}

func ordersOf(t *testing.T, s *apitest.Server, path string) *mongo.Collection {
	t.Helper()
	c := s.Owner().Get(path).Want(http.StatusOK).Object()
	uri := c["connectionStrings"].(object)["standard"].(string)
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(5 * time.Second).
		SetAuth(options.Credential{Username: "ann", Password: password}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(t.Context()) }) // the server may be gone
	return client.Database("shop").Collection("orders")
}

func insert(t *testing.T, c *mongo.Collection, ids ...int) {
	t.Helper()
	for _, id := range ids {
		if _, err := c.InsertOne(t.Context(), bson.M{"_id": id}); err != nil {
			t.Fatal(err)
		}
	}
}

// want fails the test unless the collection has documents of these ids.
func want(t *testing.T, c *mongo.Collection, ids ...int) {
	t.Helper()
	if got := have(t, c); !slices.Equal(got, ids) {
		t.Fatalf("the collection has %v, want %v", got, ids)
	}
}

// have are the ids of the collection's documents, in their order.
func have(t *testing.T, c *mongo.Collection) (got []int) {
	t.Helper()
	cursor, err := c.Find(t.Context(), bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		ID int `bson:"_id"`
	}
	if err := cursor.All(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		got = append(got, d.ID)
	}
	return got
}

// take takes a snapshot, waits for it and returns its id.
func take(t *testing.T, s *apitest.Server, groupID, cluster string) string {
	t.Helper()
	id := s.Owner().Post(snapshots(groupID, cluster), object{}).Want(http.StatusOK).Object()["id"].(string)
	settle(s)
	if snap := s.Owner().Get(snapshots(groupID, cluster) + "/" + id).Want(http.StatusOK).Object(); snap["status"] != "completed" {
		t.Fatalf("the snapshot is %v", snap)
	}
	return id
}

// restore is a job's body.
func restore(snapshot, groupID, cluster string) object {
	return object{"deliveryType": "automated", "snapshotId": snapshot, "targetClusterName": cluster, "targetGroupId": groupID}
}

// files are the ids of the snapshots that have files.
func files(t *testing.T, s *apitest.Server) (ids []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.DataDir, "snapshots"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		ids = append(ids, e.Name())
	}
	return ids
}

// onDisk stops the server, changes its store, and starts it again.
func onDisk(t *testing.T, s *apitest.Server, fn func(store.Tx) error) {
	t.Helper()
	s.Stop()
	st, err := sqlite.Open(t.Context(), filepath.Join(s.DataDir, "telamon.db"), time.Now, []*store.Schema{
		state.APIKeys.Schema(), state.Clusters.Schema(), reconcile.Works.Schema(), backup.Snapshots.Schema(), backup.Jobs.Schema(), backup.Schedules.Schema(),
		collections.Jobs.Schema(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(st.Update(t.Context(), fn), st.Close()); err != nil {
		t.Fatal(err)
	}
	s.Restart()
}

// aDay is how long objects that the tests hold back stay unfinished, unless the clock is moved.
const aDay = 24 * time.Hour

// holdBack makes a snapshot one that is in progress for a day.
func holdBack(t *testing.T, s *apitest.Server, id string) {
	t.Helper()
	onDisk(t, s, func(tx store.Tx) error {
		snap, err := backup.Snapshots.Get(tx, id)
		if err != nil {
			return err
		}
		snap.Status, snap.Since = backup.InProgress, tx.Now().Add(aDay)
		return errors.Join(backup.Snapshots.Put(tx, snap), reconcile.Schedule(tx, backup.SnapshotKind, id, snap.Node, tx.Now()))
	})
}

// events are the types of a project's newest events, oldest first.
func events(s *apitest.Server, groupID string, n int) []string {
	all := s.EventTypes(groupID)
	newest := all[:min(n, len(all))]
	slices.Reverse(newest)
	return newest
}

// keyWith calls with a key of the organization that has a role.
func keyWith(s *apitest.Server, role string) *apitest.Caller {
	var k struct{ PublicKey, PrivateKey string }
	s.Owner().Post("/orgs/"+s.OrgID+"/apiKeys", fmt.Sprintf(`{"desc":"a test's","roles":[%q]}`, role)).Want(http.StatusOK).JSON(&k)
	return s.As(k.PublicKey, k.PrivateKey)
}

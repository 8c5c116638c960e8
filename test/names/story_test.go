package names

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312010/admin"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"

	"github.com/telamon-db/telamon/internal/testneeds"
	"github.com/telamon-db/telamon/telamontest"
)

// flex makes a Flex cluster, and waits until it is IDLE.
func (w *world) flex(name string) (standard, srv string) {
	w.t.Helper()
	must(w.sdk.FlexClustersApi.CreateFlexCluster(w.t.Context(), w.ProjectID, &admin.FlexClusterDescriptionCreate20241113{
		Name: name, ProviderSettings: admin.FlexProviderSettingsCreate20241113{BackingProviderName: "AWS", RegionName: "US_EAST_1"},
	}).Execute())
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c := must(w.sdk.FlexClustersApi.GetFlexCluster(w.t.Context(), w.ProjectID, name).Execute())
		if s := c.GetConnectionStrings(); c.GetStateName() == "IDLE" {
			return s.GetStandard(), s.GetStandardSrv()
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s is %s", name, c.GetStateName())
		}
	}
}

// wide makes a cluster in two regions, most of whose nodes are in the first.
func (w *world) wide(name string) (srv string) {
	w.t.Helper()
	var regions []admin.CloudRegionConfig20240805
	for i, region := range []string{"US_EAST_1", "EU_WEST_1"} {
		regions = append(regions, admin.CloudRegionConfig20240805{
			ProviderName: admin.PtrString("AWS"), RegionName: &region, Priority: admin.PtrInt(7 - i),
			ElectableSpecs: &admin.HardwareSpec20240805{InstanceSize: admin.PtrString("M10"), NodeCount: admin.PtrInt(3 - i)},
		})
	}
	must(w.sdk.ClustersApi.CreateCluster(w.t.Context(), w.ProjectID, &admin.ClusterDescription20240805{
		Name: &name, ClusterType: admin.PtrString("REPLICASET"), ReplicationSpecs: &[]admin.ReplicationSpec20240805{{RegionConfigs: &regions}},
	}).Execute())
	w.idle(name)
	c := must(w.sdk.ClustersApi.GetCluster(w.t.Context(), w.ProjectID, name).Execute())
	return c.ConnectionStrings.GetStandardSrv()
}

// idle waits until a cluster is IDLE.
func (w *world) idle(name string) {
	w.t.Helper()
	w.eventually(name+" is idle", func() bool {
		c := must(w.sdk.ClustersApi.GetCluster(w.t.Context(), w.ProjectID, name).Execute())
		return c.GetStateName() == "IDLE"
	})
}

func (w *world) eventually(what string, ok func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// client connects Go's driver.
func (w *world) client(uri string) *mongo.Client {
	w.t.Helper()
	c, err := mongo.Connect(options.Client().ApplyURI(uri).SetTLSConfig(w.roots()).SetServerSelectionTimeout(long).
		SetAuth(options.Credential{Username: "app", Password: password}))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = c.Disconnect(context.Background()) }) // the server may be gone
	return c
}

// node runs a program that npm installed, which uses only the server's DNS and trusts its authority.
func (w *world) node(path string, args ...string) string {
	w.t.Helper()
	if _, err := os.Stat("../node/node_modules"); err != nil {
		testneeds.Missing(w.t, "MongoDB's node clients (make clients brings them)", err)
	}
	absolute := func(path string) string {
		path, err := filepath.Abs(path)
		if err != nil {
			w.t.Fatal(err)
		}
		return path
	}
	cmd := exec.CommandContext(w.t.Context(), "node", append([]string{absolute(path)}, args...)...)
	cmd.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+w.CAFile, "NODE_OPTIONS=--require="+absolute("../node/resolve.cjs"),
		"TELAMON_DNS="+w.DNSAddress, "HOME="+w.t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Errorf("%s: %v", path, err)
	}
	return strings.TrimSpace(string(out))
}

// TestClients: MongoDB's drivers for Go and Node.js, and its shell, connect to clusters of every kind by each connection
// string, over TLS, and read from secondaries.
func TestClients(t *testing.T) {
	w := begin(t, telamontest.TLS())
	w.admit()
	dedicated, free := w.cluster("Dedicated", "M10").GetConnectionStrings(), w.cluster("Free", "M0").GetConnectionStrings()
	standard, srv := w.flex("Flexible")
	all := []string{dedicated.GetStandard(), dedicated.GetStandardSrv(), free.GetStandard(), free.GetStandardSrv(), standard, srv}
	for _, uri := range all {
		if err := w.writes(uri, w.roots(), long); err != nil {
			t.Errorf("Go: %s: %v", uri, err)
		}
		secondary := w.client(uri).Database("shop").Collection("orders", options.Collection().SetReadPreference(readpref.Secondary()))
		if n, err := secondary.CountDocuments(t.Context(), bson.D{}); err != nil || n == 0 {
			t.Errorf("Go, on a secondary: %s: %d, %v", uri, n, err)
		}
	}
	for _, uri := range all {
		if out := w.node("srv.mjs", uri, "app", password); out != "found 1" {
			t.Errorf("node: %s: %s", uri, out)
		}
	}
	for _, uri := range []string{dedicated.GetStandardSrv(), srv} {
		out := w.node("../node/node_modules/mongosh/bin/mongosh.js", uri, "--quiet", "--norc", "--tlsCAFile", w.CAFile, "--username", "app", "--password", password, "--eval",
			`const h = db.hello(); print(h.isWritablePrimary, h.hosts.length, db.getSiblingDB("shop").orders.countDocuments() > 0)`)
		if out != "true 3 true" {
			t.Errorf("mongosh: %s: %s", uri, out)
		}
	}
}

// TestThePrimaryMoves: each write of a client while the primary moves ten times is done exactly once.
func TestThePrimaryMoves(t *testing.T) {
	const writes, moves = 500, 10
	w := begin(t, telamontest.TLS())
	w.admit()
	coll := w.client(w.cluster("Cluster0", "M10").ConnectionStrings.GetStandardSrv()).Database("shop").Collection("orders")
	for i := range writes {
		if i%(writes/moves) == 0 {
			w.idle("Cluster0")
			if _, err := w.sdk.ClustersApi.RestartPrimaries(t.Context(), w.ProjectID, "Cluster0").Execute(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := coll.InsertOne(t.Context(), bson.D{{Key: "n", Value: i}}); err != nil {
			t.Fatalf("write %d: %v", i, err)
		}
	}
	var found []int
	if err := coll.Distinct(t.Context(), "n", bson.D{}).Decode(&found); err != nil || len(found) != writes {
		t.Errorf("%d of %d, %v", len(found), writes, err)
	}
	if n, err := coll.CountDocuments(t.Context(), bson.D{}); err != nil || n != writes {
		t.Errorf("%d documents of %d writes, %v", n, writes, err)
	}
}

// TestARegionIsLost: while most of its members are away, a cluster has no primary, and its secondaries serve reads. When
// they are back, it has a primary again.
func TestARegionIsLost(t *testing.T) {
	w := begin(t, telamontest.TLS())
	w.admit()
	uri := w.wide("Wide")
	orders := w.client(uri).Database("shop").Collection("orders")
	if _, err := orders.InsertOne(t.Context(), bson.D{{Key: "_id", Value: "before"}}); err != nil {
		t.Fatal(err)
	}
	outage := w.sdk.ClusterOutageSimulationApi
	must(outage.StartOutageSimulation(t.Context(), w.ProjectID, "Wide", &admin.ClusterOutageSimulation{OutageFilters: &[]admin.AtlasClusterOutageSimulationOutageFilter{
		{CloudProvider: admin.PtrString("AWS"), RegionName: admin.PtrString("US_EAST_1"), Type: admin.PtrString("REGION")},
	}}).Execute())
	w.eventually("no primary", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), short)
		defer cancel()
		_, err := orders.InsertOne(ctx, bson.D{})
		return err != nil
	})
	secondary := w.client(uri).Database("shop").Collection("orders", options.Collection().SetReadPreference(readpref.Secondary()))
	if err := secondary.FindOne(t.Context(), bson.D{{Key: "_id", Value: "before"}}).Err(); err != nil {
		t.Errorf("a secondary: %v", err)
	}
	must(outage.EndOutageSimulation(t.Context(), w.ProjectID, "Wide").Execute())
	w.eventually("a primary", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), short)
		defer cancel()
		_, err := orders.UpdateOne(ctx, bson.D{{Key: "_id", Value: "before"}}, bson.D{{Key: "$set", Value: bson.D{{Key: "after", Value: true}}}})
		return err == nil
	})
}

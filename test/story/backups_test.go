package story

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/atlas-sdk/v20250312001/admin"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/telamon-db/telamon/internal/testneeds"
)

const (
	inStory = 100_000 // documents
	perCall = 5_000
)

// write writes the application's documents into two databases, with indexes.
func (k *keeper) write(c *mongo.Client) {
	k.t.Helper()
	for i, coll := range []*mongo.Collection{c.Database("shop").Collection("orders"), c.Database("crm").Collection("people")} {
		for from := 0; from < inStory/2; from += perCall {
			batch := make([]any, perCall)
			for n := range batch {
				batch[n] = bson.D{{Key: "_id", Value: from + n}, {Key: "total", Value: int64(from+n) * 7}, {Key: "of", Value: bson.A{i, "x", 1.5}}, {Key: "at", Value: time.UnixMilli(int64(n))}}
			}
			_, err := coll.InsertMany(k.ctx(), batch)
			k.must(err)
		}
		_, err := coll.Indexes().CreateOne(k.ctx(), indexOn("total"))
		k.must(err)
	}
}

// wreck changes a third of all documents, deletes a third, and makes a collection and an index.
func (k *keeper) wreck(c *mongo.Client) {
	k.t.Helper()
	orders, people := c.Database("shop").Collection("orders"), c.Database("crm").Collection("people")
	_, err := orders.UpdateMany(k.ctx(), bson.D{{Key: "_id", Value: bson.D{{Key: "$lt", Value: inStory / 3}}}}, bson.D{{Key: "$set", Value: bson.D{{Key: "total", Value: -1}}}})
	k.must(err)
	_, err = people.DeleteMany(k.ctx(), bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: inStory / 6}}}})
	k.must(err)
	_, err = c.Database("shop").Collection("junk").InsertOne(k.ctx(), bson.D{{Key: "x", Value: 1}})
	k.must(err)
	_, err = orders.Indexes().CreateOne(k.ctx(), indexOn("at"))
	k.must(err)
}

// TestBackups restores a hundred thousand documents in place, into another project, to a second and from a download.
func TestBackups(t *testing.T) {
	k := newKeeper(t, "")
	other := k.otherProject()
	k.cluster(k.project, "alpha")
	k.cluster(other, "beta")
	alpha, beta := k.open(k.project, "alpha"), k.open(other, "beta")
	k.write(alpha)
	before := k.hash(alpha, "shop", "crm")
	snapshot := k.take("alpha")
	k.wreck(alpha)
	if k.hash(alpha, "shop", "crm") == before {
		t.Fatal("nothing was wrecked")
	}
	same := func(what string, c *mongo.Client) {
		t.Helper()
		if k.hash(c, "shop", "crm") != before {
			t.Errorf("%s: the data is not the snapshot's", what)
		}
	}
	k.restore(order(snapshot, k.project, "alpha"))
	same("in place", alpha)
	k.restore(order(snapshot, other, "beta"))
	same("in another project", beta)
	k.secondBetween(alpha, beta, other)
	k.restore(order(snapshot, other, "beta"))
	k.download(snapshot, beta, other)
}

// secondBetween writes in one second, and again in a later one, and restores what there was in the first.
func (k *keeper) secondBetween(alpha, beta *mongo.Client, other string) {
	k.t.Helper()
	marks := func(c *mongo.Client) *mongo.Collection { return c.Database("shop").Collection("marks") }
	write := func(id string) uint32 {
		raw, err := marks(alpha).Database().RunCommand(k.ctx(), bson.D{{Key: "insert", Value: "marks"}, {Key: "documents", Value: bson.A{bson.D{{Key: "_id", Value: id}}}}}).Raw()
		k.must(err)
		second, _ := raw.Lookup("operationTime").Timestamp()
		return second
	}
	first := write("first")
	k.eventually("another second", func() bool { return time.Now().Unix() > int64(first) })
	if second := write("second"); second <= first {
		k.t.Fatalf("both were written in second %d", second)
	}
	job := &admin.DiskBackupSnapshotRestoreJob{
		DeliveryType: "pointInTime", PointInTimeUTCSeconds: admin.PtrInt(int(first)), TargetClusterName: admin.PtrString("beta"), TargetGroupId: &other,
	}
	k.restore(job)
	var ids []string
	k.must(marks(beta).Distinct(k.ctx(), "_id", bson.D{}).Decode(&ids))
	if !slices.Equal(ids, []string{"first"}) {
		k.t.Errorf("as of second %d there are %v", first, ids)
	}
}

// download fetches a snapshot, unpacks it, and has MongoDB's node driver load it into a cluster, in other databases.
func (k *keeper) download(snapshot string, c *mongo.Client, group string) {
	k.t.Helper()
	job := k.restore(&admin.DiskBackupSnapshotRestoreJob{DeliveryType: "download", SnapshotId: &snapshot})
	got, err := http.Get(job.GetDeliveryUrl()[0])
	k.must(err)
	defer got.Body.Close()
	dir := k.whole.TempDir()
	k.unpack(got.Body, dir)
	k.whole.Run("load with the node driver", func(t *testing.T) {
		node := nodeWith(t, "mongodb")
		before := k.hash(c, "shop", "crm")
		k.must(errors.Join(c.Database("shop").Drop(k.ctx()), c.Database("crm").Drop(k.ctx())))
		out, err := exec.CommandContext(k.ctx(), node, "../node/load.mjs", k.uri(group, "beta"), "app", appPassword, filepath.Join(dir, "restore-"+snapshot)).CombinedOutput()
		if err != nil || !strings.Contains(string(out), fmt.Sprintf("loaded %d documents", inStory)) {
			t.Fatalf("%v\n%s", err, out)
		}
		if k.hash(c, "shop", "crm") != before {
			t.Error("what was loaded is not what the snapshot has")
		}
	})
}

// unpack writes the files of a gzipped tar into a directory.
func (k *keeper) unpack(r io.Reader, dir string) {
	k.t.Helper()
	unzipped, err := gzip.NewReader(r)
	k.must(err)
	for files := tar.NewReader(unzipped); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		k.must(err)
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		k.must(os.MkdirAll(filepath.Dir(path), 0o700))
		f, err := os.Create(path)
		k.must(err)
		_, err = io.Copy(f, files)
		k.must(errors.Join(err, f.Close()))
	}
}

// nodeWith is the program node, where a package of node is installed. Without it t is skipped, or fails where everything is
// required.
func nodeWith(t *testing.T, name string) string {
	t.Helper()
	_, err := os.Stat(filepath.Join("..", "node", "node_modules", name))
	node, missing := exec.LookPath("node")
	if err = errors.Join(err, missing); err == nil {
		return node
	}
	testneeds.Missing(t, name+" (make clients brings it)", err)
	return ""
}

package nodes

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/telamon-db/telamon/internal/bucket/buckettest"
	"github.com/telamon-db/telamon/internal/store/postgres/pgtest"
)

// startStoring starts two nodes that store their snapshots in a bucket, and their oplogs several times a second.
func startStoring(t *testing.T) (*pair, *buckettest.Server) {
	t.Helper()
	s := buckettest.Start(t)
	p := startOn(t, pgtest.URL(t), "--snapshot-bucket", buckettest.Name, "--oplog-every", "200ms",
		"--s3-url", strings.Replace(s.Endpoint, "://", "://"+s.AccessKey+":"+s.SecretKey+"@", 1))
	return p, s
}

// admit lets app into a project from here.
func (p *pair) admit() {
	p.Helper()
	at := "/groups/" + p.first.boot.ProjectID
	p.second.want(http.StatusOK, http.MethodPost, at+"/accessList", []object{{"cidrBlock": "127.0.0.0/8"}})
	p.second.want(http.StatusCreated, http.MethodPost, at+"/databaseUsers", object{
		"databaseName": "admin", "username": "app", "password": "correct horse", "roles": []object{{"roleName": "readWrite", "databaseName": "shop"}},
	})
}

// orders is a collection of a cluster, as app sees it.
func (p *pair) orders(cluster string) *mongo.Collection {
	p.Helper()
	c := p.second.want(http.StatusOK, http.MethodGet, "/groups/"+p.first.boot.ProjectID+"/clusters/"+cluster, nil)
	return connect(p.T, "mongodb://app:"+url.PathEscape("correct horse")+"@"+reached(c)+"/?authSource=admin&directConnection=true").Database("shop").Collection("orders")
}

// keepOplog has a cluster declare points in time.
func (p *pair) keepOplog(cluster string) {
	p.Helper()
	p.first.want(http.StatusOK, http.MethodPatch, "/groups/"+p.first.boot.ProjectID+"/clusters/"+cluster, object{"backupEnabled": true, "pitEnabled": true})
	idle(p, cluster)
}

// snapshot takes one of a cluster.
func (p *pair) snapshot(cluster string) (id string) {
	p.Helper()
	at := "/groups/" + p.first.boot.ProjectID + "/clusters/" + cluster + "/backup/snapshots"
	id = p.second.want(http.StatusOK, http.MethodPost, at, object{"retentionInDays": 1})["id"].(string)
	eventually(p.T, "a snapshot", func() bool {
		return p.second.want(http.StatusOK, http.MethodGet, at+"/"+id, nil)["status"] == "completed"
	})
	return id
}

// count is how many documents there are.
func count(t *testing.T, c *mongo.Collection) int64 {
	t.Helper()
	n, err := c.CountDocuments(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// sent waits until the bucket has the oplog of a cluster up to now.
func sent(t *testing.T, s *buckettest.Server) {
	t.Helper()
	now := time.Now().Unix()
	eventually(t, "the oplog in the bucket", func() bool {
		files, err := filepath.Glob(filepath.Join(s.Dir, "oplogs", "*", "*", "covered"))
		if err != nil || len(files) != 1 {
			return false
		}
		raw, err := os.ReadFile(files[0])
		upTo, perr := strconv.ParseInt(string(raw), 10, 64)
		return err == nil && perr == nil && upTo > now
	})
}

// TestAClusterComesBackElsewhere: the node of a cluster is killed and its disk removed. The cluster is back on the other
// node with all that the bucket had of it, for the same users from the same addresses, and goes on there: its snapshots and
// points in time too. What nobody has a copy of ends.
func TestAClusterComesBackElsewhere(t *testing.T) {
	p, s := startStoring(t)
	dead, alive := p.first, p.second
	p.admit()
	create(p, dead, "Kept")
	create(p, dead, "Bare")
	p.keepOplog("Kept")
	orders := p.orders("Kept")
	insert := func(from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			if _, err := orders.InsertOne(t.Context(), bson.D{{Key: "_id", Value: i}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	within(t, 10*time.Second, "the user", func() bool { return orders.FindOne(t.Context(), bson.D{}).Err() == mongo.ErrNoDocuments })
	insert(0, 100)
	snapshot := p.snapshot("Kept")
	insert(100, 200)
	sent(t, s)
	name := strings.TrimSpace(dead.name())
	path := "/groups/" + dead.boot.ProjectID + "/clusters/"
	dead.kill()
	dead.must(os.RemoveAll(dead.dir))

	out, err := alive.operate("forget", name, "--restore")
	if err != nil || !strings.Contains(out, "Kept") || !strings.Contains(out, "seconds of its oplog are lost") || !strings.Contains(out, "lost: 1.") {
		t.Fatalf("to forget the node: %v, %s", err, out)
	}
	idle(p, "Kept")
	eventually(t, "the end of what has no copy", func() bool {
		status, _ := alive.call(http.MethodGet, path+"Bare", nil)
		return status == http.StatusNotFound
	})
	if address := reached(alive.want(http.StatusOK, http.MethodGet, path+"Kept", nil)); !strings.HasPrefix(address, host(alive)+":") {
		t.Errorf("the cluster is at %s", address)
	}
	orders = p.orders("Kept")
	if n := count(t, orders); n != 200 {
		t.Errorf("%d documents of 200 are back", n)
	}
	insert(200, 210)
	reply := orders.Database().RunCommand(t.Context(), bson.D{{Key: "insert", Value: "orders"}, {Key: "documents", Value: bson.A{bson.D{{Key: "_id", Value: 210}}}}})
	raw, err := reply.Raw()
	if err != nil {
		t.Fatal(err)
	}
	second, inc := raw.Lookup("operationTime").Timestamp()
	insert(211, 220)
	for _, c := range []struct {
		job  object
		want int64
	}{
		{object{"deliveryType": "pointInTime", "oplogTs": second, "oplogInc": inc}, 211},
		{object{"deliveryType": "automated", "snapshotId": snapshot}, 100},
	} {
		c.job["targetClusterName"], c.job["targetGroupId"] = "Kept", dead.boot.ProjectID
		job := alive.want(http.StatusOK, http.MethodPost, path+"Kept/backup/restoreJobs", c.job)["id"].(string)
		eventually(t, "a restore", func() bool {
			return alive.want(http.StatusOK, http.MethodGet, path+"Kept/backup/restoreJobs/"+job, nil)["finishedAt"] != nil
		})
		if n := count(t, orders); n != c.want {
			t.Errorf("after the restore %v there are %d documents", c.job, n)
		}
	}
}

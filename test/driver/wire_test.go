package driver

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/gateway"
)

func TestCompression(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"zstd", "zlib", "snappy"} {
		c := w.client(t, "root", "compressors="+name).Database("shop").Collection(name)
		fill(t, c, 2000)
		cur, err := c.Find(t.Context(), d("n", d("$gte", 5)))
		if n := len(all(t, cur, err)); n != 1000 {
			t.Errorf("%s: %d", name, n)
		}
	}
}

// cutter closes a connection at every every-th read instead of returning its data: the write has been done, and its client
// does not know.
type cutter struct{ writes, every atomic.Int64 }

func (c *cutter) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	nc, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	return &cutConn{Conn: nc, c: c}, err
}

type cutConn struct {
	net.Conn
	c *cutter
}

// Read drops the answer and fails when it is the connection's turn.
func (c *cutConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if every := c.c.every.Load(); err == nil && every > 0 && c.c.writes.Add(1)%every == 0 {
		_ = c.Conn.Close()
		return 0, net.ErrClosed
	}
	return n, err
}

// TestCutConnections increments while connections break. A retryable write happens once, however often it is sent.
func TestCutConnections(t *testing.T) {
	w, cuts := newWorld(t), &cutter{}
	o := options.Client().ApplyURI(w.uri("root")).SetDialer(cuts).SetServerMonitoringMode("poll")
	c, ctx := w.connect(t, o).Database("shop").Collection("counters"), t.Context()
	_, err := c.InsertOne(ctx, d("_id", 1, "n", 0))
	must(t, err)
	cuts.every.Store(29)
	want, unsure := 0, 0
	for range 100 {
		if _, err := c.UpdateOne(ctx, d("_id", 1), d("$inc", d("n", 1))); err != nil {
			unsure++ // it was cut twice, and the driver retries once
			continue
		}
		want++
	}
	cuts.every.Store(0)
	var doc struct{ N int }
	must(t, c.FindOne(ctx, d("_id", 1)).Decode(&doc))
	if doc.N < want || doc.N > want+unsure {
		t.Errorf("%d increments were acknowledged and %d not; there are %d", want, unsure, doc.N)
	}
	if want < 60 || cuts.writes.Load() < 100 {
		t.Errorf("%d of 100 succeeded, with %d answers that could be cut: the driver must repeat most of those that were", want, cuts.writes.Load())
	}
}

func TestIncrementsAdd(t *testing.T) {
	const workers, each = 16, 40
	c, ctx := collection(t), t.Context()
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for range each {
				if _, err := c.UpdateOne(ctx, d("_id", "counter"), d("$inc", d("n", 1)), options.UpdateOne().SetUpsert(true)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	var doc struct{ N int }
	must(t, c.FindOne(ctx, d("_id", "counter")).Decode(&doc))
	if doc.N != workers*each {
		t.Errorf("the counter is %d, want %d", doc.N, workers*each)
	}
}

// TestRolesChange replaces the roles of a user whose client is connected.
func TestRolesChange(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	role := func(name string) gateway.Role { return gateway.Role{Name: name, DB: "shop"} }
	w.dir.put(t, "app", role("readWrite"))
	c := w.client(t, "app").Database("shop").Collection("orders")
	fill(t, c, 300)
	cur, err := c.Find(ctx, d(), options.Find().SetBatchSize(10))
	must(t, err)
	w.dir.put(t, "app", role("read"))
	_, err = c.InsertOne(ctx, d("_id", -1))
	code(t, err, 13)
	for range 15 {
		if !cur.Next(ctx) {
			t.Fatal(cur.Err())
		}
	}
	w.dir.put(t, "app")
	for cur.Next(ctx) {
	}
	code(t, cur.Err(), 13)
	_, err = c.CountDocuments(ctx, d())
	code(t, err, 13)
	w.dir.put(t, "app", role("readWrite"))
	_, err = c.InsertOne(ctx, d("_id", -1))
	must(t, err)
}

// TestNames uses databases and collections with unusual names; those that are not valid are refused with a code.
func TestNames(t *testing.T) {
	client, ctx := newWorld(t).client(t, "root"), t.Context()
	long := func(n int) string { return fmt.Sprintf("%0*d", n, 7) }
	for _, name := range []string{"a.b", "a..b", "ü", "with space", "1", long(246)} {
		c := client.Database("shop").Collection(name)
		_, err := c.InsertOne(ctx, d("_id", 1))
		must(t, err)
		n, err := c.CountDocuments(ctx, d())
		must(t, err)
		same(t, bson.A{name, n}, bsonOf(t, bson.A{name, 1}))
	}
	for _, name := range []string{"", ".a", "a$b", "system.x", long(300)} {
		_, err := client.Database("shop").Collection(name).InsertOne(ctx, d("_id", 1))
		if err == nil {
			t.Errorf("a collection %q was made", name)
		}
	}
	for _, name := range []string{"a b", "a$", long(64)} {
		_, err := client.Database(name).Collection("c").InsertOne(ctx, d("_id", 1))
		code(t, err, 73)
	}
}

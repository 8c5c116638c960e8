package plane

import (
	"context"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/wire"
)

// nobody is a directory that admits no address. The tests use the databases behind the gateways.
type nobody struct{}

func (nobody) User(context.Context, string, string) (*gateway.User, error) { return nil, nil }
func (nobody) Admits(context.Context, netip.Addr) (bool, error)            { return false, nil }

// bench is a plane under test.
type bench struct {
	*Plane
	t *testing.T
}

func newBench(t *testing.T, dir string) *bench {
	t.Helper()
	p := New(Config{
		DataDir: dir, Site: model.Site{Host: "127.0.0.1"}, Version: "8.0.0", Databases: Embedded{Logger: slog.New(slog.DiscardHandler), Now: time.Now}, Logger: slog.New(slog.DiscardHandler),
		Directory: func(*model.Cluster) gateway.Directory { return nobody{} },
	})
	b := &bench{p, t}
	t.Cleanup(func() { b.must(p.Close()) })
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func newCluster(name string) *model.Cluster {
	return &model.Cluster{ID: model.NewID(), Name: name, ReplicaSet: "atlas-" + name + "-shard-0", Dataset: "data"}
}

// start starts the cluster as its reconciler does: it keeps the ports, and records that the cluster has been ready.
func (b *bench) start(c *model.Cluster) {
	b.t.Helper()
	topology, err := b.Start(c)
	b.must(err)
	c.Topology, c.Ready = topology, true
}

// port is the port of the first member of a started cluster.
func port(c *model.Cluster) int { return c.Members[0].Port }

// run runs a command that must succeed on the cluster's database.
func (b *bench) run(c *model.Cluster, cmd bson.D) bson.Raw {
	b.t.Helper()
	reply := b.try(c, cmd)
	if reply.Lookup("ok").Double() != 1 {
		b.t.Fatalf("%v: %v", cmd[0], reply)
	}
	return reply
}

// try runs a command on the cluster's database.
func (b *bench) try(c *model.Cluster, cmd bson.D) bson.Raw {
	b.t.Helper()
	return b.tryOn(c, "shop", cmd)
}

func (b *bench) tryOn(c *model.Cluster, db string, cmd bson.D) bson.Raw {
	b.t.Helper()
	d, err := b.get(c.ID)
	b.must(err)
	s, err := d.slot.NewSession(context.Background(), wire.User{})
	b.must(err)
	defer s.Close()
	raw, err := bson.Marshal(append(cmd, bson.E{Key: "$db", Value: db}))
	b.must(err)
	return s.Run(nil, &wire.Msg{Body: raw})
}

func (b *bench) insert(c *model.Cluster, id int) {
	b.t.Helper()
	b.run(c, bson.D{{Key: "insert", Value: "orders"}, {Key: "documents", Value: bson.A{bson.D{{Key: "_id", Value: id}}}}})
}

// want fails the test unless the cluster has documents of these ids.
func (b *bench) want(c *model.Cluster, ids ...int32) {
	b.t.Helper()
	reply := b.run(c, bson.D{{Key: "find", Value: "orders"}, {Key: "sort", Value: bson.D{{Key: "_id", Value: 1}}}})
	docs, err := reply.Lookup("cursor", "firstBatch").Array().Values()
	b.must(err)
	var got []int32
	for _, v := range docs {
		got = append(got, v.Document().Lookup("_id").Int32())
	}
	if !slices.Equal(got, ids) {
		b.t.Fatalf("the cluster has %v, want %v", got, ids)
	}
}

// fill writes so many documents that the data has tables, not only a log.
func (b *bench) fill(c *model.Cluster, n int) {
	b.t.Helper()
	var docs bson.A
	for i := range n {
		docs = append(docs, bson.D{{Key: "_id", Value: strconv.Itoa(i)}, {Key: "filler", Value: bson.Binary{Data: make([]byte, 1<<10)}}})
	}
	b.run(c, bson.D{{Key: "insert", Value: "fillers"}, {Key: "documents", Value: docs}})
}

// has are the names in a directory of the data directory.
func (b *bench) has(parts ...string) (names []string) {
	b.t.Helper()
	entries, err := os.ReadDir(filepath.Join(append([]string{b.cfg.DataDir}, parts...)...))
	if os.IsNotExist(err) {
		return nil
	}
	b.must(err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

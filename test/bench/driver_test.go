package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/apitest/program"
	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/wire"
)

// anyone is a directory that admits every address and has no users.
type anyone struct{}

func (anyone) User(context.Context, string, string) (*gateway.User, error) { return nil, nil }
func (anyone) Admits(context.Context, netip.Addr) (bool, error)            { return true, nil }

type backend struct{ *docdb.Engine }

func (e backend) NewSession(ctx context.Context, user wire.User) (gateway.Session, error) {
	return e.Engine.NewSession(ctx, user), nil
}

// collection is the driver's handle of the engine's collection "c", through a gateway like that of `telamon docdb`.
func (x *database) collection() *mongo.Collection {
	l := listen(x.b)
	g := gateway.New(gateway.Config{Name: "bench", SetName: "bench", Host: l.Addr().String(), Directory: anyone{}, Backend: backend{x.Engine}, Version: docdb.Version, Open: true})
	ctx, cancel := context.WithCancel(context.Background())
	var served sync.WaitGroup
	served.Go(func() {
		if err := g.Serve(ctx, l); err != nil {
			x.b.Error(err)
		}
	})
	x.b.Cleanup(func() { cancel(); served.Wait() })
	return connect(x.b, l.Addr().String())
}

func listen(b *testing.B) net.Listener {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return l
}

func connect(b *testing.B, addr string) *mongo.Collection {
	b.Helper()
	return pooled(b, addr, 100)
}

// pooled is connect with a bound for the connections.
func pooled(b *testing.B, addr string, most uint64) *mongo.Collection {
	b.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + addr + "/?directConnection=true").SetMaxPoolSize(most))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return client.Database("bench").Collection("c")
}

func findOne(b *testing.B, c *mongo.Collection, filter bson.D) {
	raw, err := c.FindOne(context.Background(), filter).Raw()
	if err != nil || len(raw) == 0 {
		b.Errorf("%v: %v", filter, err)
	}
}

// BenchmarkDocdbFindOne is the driver's findOne by _id from telamon docdb, against one from a server that sends a canned
// reply. Each server is a process of its own.
func BenchmarkDocdbFindOne(b *testing.B) {
	const total = 5_000
	command := exec.Command(program.Path(b), "docdb", "--data", b.TempDir(), "--listen", "127.0.0.1:0")
	ours := connect(b, address.FindString(serve(b, command)))
	for part := range slices.Chunk(documents(b, 0, total, 1024), 1000) {
		if _, err := ours.InsertMany(context.Background(), part); err != nil {
			b.Fatal(err)
		}
	}
	reply, err := ours.Database().RunCommand(context.Background(), bson.D{{Key: "find", Value: "c"}, {Key: "limit", Value: 1}}).Raw()
	if err != nil {
		b.Fatal(err)
	}
	canned := connect(b, strings.TrimSpace(serve(b, cannedServer(b, reply))))
	for _, conns := range []int{1, 16} {
		b.Run(fmt.Sprintf("conns=%d", conns), func(b *testing.B) {
			compare(b, 800, findAtOnce(b, canned, conns, total), findAtOnce(b, ours, conns, total))
		})
	}
}

// findAtOnce sends findOne by _id, in a collection of total documents, from conns goroutines.
func findAtOnce(b *testing.B, c *mongo.Collection, conns, total int) func(int) {
	return func(n int) {
		var clients sync.WaitGroup
		for range conns {
			clients.Go(func() {
				for range n / conns {
					findOne(b, c, bson.D{{Key: "_id", Value: rand.IntN(total)}})
				}
			})
		}
		clients.Wait()
	}
}

// BenchmarkDocdbConnections is findOne over 500 connections, against as many over 16.
func BenchmarkDocdbConnections(b *testing.B) {
	const total = 5_000
	addr := address.FindString(serve(b, exec.Command(program.Path(b), "docdb", "--data", b.TempDir(), "--listen", "127.0.0.1:0")))
	few, many := pooled(b, addr, 16), pooled(b, addr, 500)
	for part := range slices.Chunk(documents(b, 0, total, 1024), 1000) {
		if _, err := few.InsertMany(context.Background(), part); err != nil {
			b.Fatal(err)
		}
	}
	findAtOnce(b, many, 500, total)(5000) // so that all connections are open
	compare(b, 8000, findAtOnce(b, few, 16, total), findAtOnce(b, many, 500, total))
}

// address matches the line in which telamon docdb prints its address.
var address = regexp.MustCompile(`127.0.0.1:\d+`)

// serve runs a server until the benchmark ends, and returns the first line that it prints.
func serve(b *testing.B, server *exec.Cmd) string {
	b.Helper()
	b.Cleanup(func() { program.Kill(server) })
	return program.Start(b, server)
}

// BenchmarkDocdbLookup is findOne by an index in a million documents, against findOne by _id.
func BenchmarkDocdbLookup(b *testing.B) {
	const total = 1_000_000
	x := openDatabase(b, b.TempDir())
	x.index("n")
	for from := 0; from < total; from += 10_000 {
		x.insert(documents(b, from, 10_000, 200))
	}
	c := x.collection()
	find := func(field string, value func(id int) int) func(int) {
		return func(n int) {
			for range n {
				findOne(b, c, bson.D{{Key: field, Value: value(rand.IntN(total))}})
			}
		}
	}
	compare(b, 500, find("_id", func(id int) int { return id }), find("n", scattered))
}

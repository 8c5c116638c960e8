package bench

import (
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/wire"
)

// anyone lets this machine in and knows no users.
type anyone struct{}

func (anyone) User(context.Context, string, string) (*gateway.User, error) { return nil, nil }
func (anyone) Admits(context.Context, netip.Addr) (bool, error)            { return true, nil }

type backend struct{ *docdb.Engine }

func (e backend) NewSession(user wire.User) (gateway.Session, error) {
	return e.Engine.NewSession(user), nil
}

// collection is the engine's collection "c" as the driver sees it through a gateway, as `telamon docdb` has it.
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
	client, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + addr + "/?directConnection=true"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return client.Database("bench").Collection("c")
}

// canned is a collection of a server that answers every find with the same bytes, and all else as x does.
func canned(x *database, find bson.D) *mongo.Collection {
	l := listen(x.b)
	reply := wire.AppendMsg(nil, 0, 0, &wire.Msg{Body: x.run(find)})
	var served sync.WaitGroup
	served.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			served.Go(func() { answerAll(x, c, reply) })
		}
	})
	c := connect(x.b, l.Addr().String())
	x.b.Cleanup(func() { l.Close() }) // before the client leaves, which ends the connections
	return c
}

// answerAll answers until the client leaves.
func answerAll(x *database, c net.Conn, find []byte) {
	defer c.Close()
	session := x.NewSession(wire.User{})
	defer session.Close()
	reply := append([]byte(nil), find...)
	var request [1 << 16]byte
	for {
		if _, err := io.ReadFull(c, request[:16]); err != nil {
			return
		}
		size := binary.LittleEndian.Uint32(request[:])
		if _, err := io.ReadFull(c, request[16:size]); err != nil {
			return
		}
		id := int32(binary.LittleEndian.Uint32(request[4:]))
		out := reply
		if name := string(request[26:31]); binary.LittleEndian.Uint32(request[12:]) == uint32(wire.OpMsg) && name == "find\x00" {
			binary.LittleEndian.PutUint32(out[8:], uint32(id))
		} else {
			out = x.greet(session, id, request[:size])
		}
		if _, err := c.Write(out); err != nil {
			return
		}
	}
}

// greet answers what is not a find.
func (x *database) greet(s *docdb.Session, id int32, request []byte) []byte {
	hello, err := bson.Marshal(bson.D{{Key: "ok", Value: 1.0}, {Key: "isWritablePrimary", Value: true}, {Key: "helloOk", Value: true},
		{Key: "maxWireVersion", Value: 25}, {Key: "minWireVersion", Value: 0}, {Key: "maxBsonObjectSize", Value: 16 * mb},
		{Key: "maxMessageSizeBytes", Value: 48_000_000}, {Key: "maxWriteBatchSize", Value: 100_000}})
	if err != nil {
		x.b.Error(err)
	}
	if wire.OpCode(binary.LittleEndian.Uint32(request[12:])) == wire.OpQuery {
		return wire.AppendReply(nil, 0, id, hello)
	}
	return wire.AppendMsg(nil, 0, id, &wire.Msg{Body: hello})
}

func findOne(b *testing.B, c *mongo.Collection, filter bson.D) {
	raw, err := c.FindOne(context.Background(), filter).Raw()
	if err != nil || len(raw) == 0 {
		b.Errorf("%v: %v", filter, err)
	}
}

// BenchmarkDocdbFindOne is the driver's findOne by _id, against the same driver before a server that sends a canned reply.
func BenchmarkDocdbFindOne(b *testing.B) {
	x := openDatabase(b, b.TempDir())
	x.insert(documents(b, 0, 5_000, 1024))
	c := x.collection()
	bare := canned(x, bson.D{{Key: "find", Value: "c"}, {Key: "filter", Value: bson.D{{Key: "_id", Value: 7}}}, {Key: "limit", Value: 1}, {Key: "singleBatch", Value: true}})
	find := func(c *mongo.Collection) func(int) {
		return func(n int) {
			for range n {
				findOne(b, c, bson.D{{Key: "_id", Value: rand.IntN(5_000)}})
			}
		}
	}
	compare(b, 500, find(bare), find(c))
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
	find := func(field string) func(int) {
		return func(n int) {
			for range n {
				findOne(b, c, bson.D{{Key: field, Value: rand.IntN(total) * 7 % 1_000_003}})
			}
		}
	}
	compare(b, 500, find("_id"), find("n"))
}

package bench

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
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

// standIn is a collection of a server that answers every find by a function, which may use the same memory again, and
// greets.
func standIn(b *testing.B, find func(request []byte) []byte) *mongo.Collection {
	b.Helper()
	l := listen(b)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go answerAll(b, c, find) // until the client leaves
		}
	}()
	c := connect(b, l.Addr().String())
	b.Cleanup(func() { l.Close() })
	return c
}

func answerAll(b *testing.B, c net.Conn, find func(request []byte) []byte) {
	defer c.Close()
	var buffer [1 << 16]byte
	for {
		if _, err := io.ReadFull(c, buffer[:16]); err != nil {
			return
		}
		request := buffer[:binary.LittleEndian.Uint32(buffer[:])]
		if _, err := io.ReadFull(c, request[16:]); err != nil {
			return
		}
		var out []byte
		if bytes.HasPrefix(request[26:], []byte("find\x00")) {
			out = find(request)
			copy(out[8:12], request[4:8])
		} else {
			out = greet(b, request)
		}
		if _, err := c.Write(out); err != nil {
			return
		}
	}
}

// greet answers what is not a find.
func greet(b *testing.B, request []byte) []byte {
	hello, err := bson.Marshal(bson.D{{Key: "ok", Value: 1.0}, {Key: "isWritablePrimary", Value: true}, {Key: "helloOk", Value: true},
		{Key: "maxWireVersion", Value: 25}, {Key: "minWireVersion", Value: 0}, {Key: "maxBsonObjectSize", Value: 16 * mb},
		{Key: "maxMessageSizeBytes", Value: 48_000_000}, {Key: "maxWriteBatchSize", Value: 100_000}})
	if err != nil {
		b.Error(err)
	}
	id := int32(binary.LittleEndian.Uint32(request[4:]))
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

// BenchmarkDocdbFindOne is the driver's findOne by _id, against the same driver before a server that sends a canned reply,
// and before one that does no more than to get the document out of Pebble and to put it into such a reply.
func BenchmarkDocdbFindOne(b *testing.B) {
	const total = 5_000
	x, raw := openDatabase(b, b.TempDir()), barePebble(b)
	docs := documents(b, 0, total, 1024)
	x.insert(docs)
	for part := range slices.Chunk(docs, 100) {
		putAll(b, raw, part)
	}
	reply := wire.AppendMsg(nil, 0, 0, &wire.Msg{Body: x.run(bson.D{{Key: "find", Value: "c"}, {Key: "filter", Value: bson.D{{Key: "_id", Value: 7}}}, {Key: "limit", Value: 1}})})
	place := bytes.Index(reply, docs[7])
	find := func(c *mongo.Collection) func(int) {
		return func(n int) {
			for range n {
				findOne(b, c, bson.D{{Key: "_id", Value: rand.IntN(total)}})
			}
		}
	}
	c := x.collection()
	b.Run("canned", func(b *testing.B) {
		compare(b, 500, find(standIn(b, func([]byte) []byte { return reply })), find(c))
	})
	b.Run("pebble", func(b *testing.B) {
		compare(b, 500, find(standIn(b, func(request []byte) []byte {
			id := bytes.Index(request, []byte("_id\x00")) + len("_id\x00")
			doc, closer, err := raw.Get(rowKey('d', "", uint64(binary.LittleEndian.Uint32(request[id:]))))
			if err != nil || len(doc) != len(docs[7]) {
				b.Error(err)
			}
			copy(reply[place:], doc)
			closer.Close()
			return reply
		})), find(c))
	})
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

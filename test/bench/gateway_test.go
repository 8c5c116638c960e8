package bench

import (
	"bufio"
	"context"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"testing"

	"github.com/xdg-go/scram"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/verifier"
	"github.com/telamon-db/telamon/internal/wire"
)

// reader knows one user, who may read.
type reader struct{ user *gateway.User }

func (r reader) User(context.Context, string, string) (*gateway.User, error) { return r.user, nil }
func (reader) Admits(context.Context, netip.Addr) (bool, error)              { return true, nil }

// bareServer is the engine's own connection: it reads a message, runs it and writes the reply, and asks nobody anything.
func (x *database) bareServer(l net.Listener) {
	for {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		go x.answerAll(nc)
	}
}

func (x *database) answerAll(nc net.Conn) {
	defer nc.Close()
	s := x.NewSession(context.Background(), wire.User{})
	defer s.Close()
	in, out := bufio.NewReader(nc), []byte(nil)
	for {
		h, body, err := wire.ReadMessage(in, 48_000_000)
		if err != nil {
			return
		}
		m, err := wire.ParseMsg(h, body)
		if err != nil {
			return
		}
		out = wire.EndMsg(s.Run(wire.BeginMsg(out[:0], 1, h.RequestID, 0), m))
		if _, err := nc.Write(out); err != nil {
			return
		}
	}
}

// BenchmarkGateway is a find by _id of a user who has logged in through a gateway, against the same on the engine's own
// connection. The client writes bytes that are made beforehand and reads the reply.
func BenchmarkGateway(b *testing.B) {
	const total = 5_000
	x := openDatabase(b, b.TempDir())
	x.insert(documents(b, 0, total, 1024))
	bare := listen(b)
	go x.bareServer(bare)
	v, err := verifier.New256("secret")
	if err != nil {
		b.Fatal(err)
	}
	user := &gateway.User{ID: "1", DB: "admin", Name: "app", SHA256: v, Roles: []gateway.Role{{Name: "readWrite", DB: "bench"}}}
	gate := listen(b)
	g := gateway.New(gateway.Config{Name: "bench", SetName: "bench", Directory: reader{user.Compile()}, Backend: backend{x.Engine}, Version: "8.0.0", Logger: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- g.Serve(ctx, gate) }()
	b.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			b.Error(err)
		}
	})
	direct, through := newTalker(b, bare), newTalker(b, gate)
	through.login("app", "secret")
	find := func(t *talker) func(int) {
		return func(n int) {
			for range n {
				t.find(rand.IntN(total))
			}
		}
	}
	compare(b, 4000, find(direct), find(through))
}

// talker is a client that speaks the protocol by hand.
type talker struct {
	b  *testing.B
	nc net.Conn
	r  *bufio.Reader
}

func newTalker(b *testing.B, l net.Listener) *talker {
	b.Helper()
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { nc.Close() })
	return &talker{b, nc, bufio.NewReader(nc)}
}

func (t *talker) run(db string, command bson.D) bson.Raw {
	raw, err := bson.Marshal(append(command, bson.E{Key: "$db", Value: db}))
	if err != nil {
		t.b.Fatal(err)
	}
	if _, err := t.nc.Write(wire.AppendMsg(nil, 1, 0, &wire.Msg{Body: raw})); err != nil {
		t.b.Fatal(err)
	}
	_, body, err := wire.ReadMessage(t.r, 48_000_000)
	if err != nil {
		t.b.Fatal(err)
	}
	return bson.Raw(body[5:])
}

func (t *talker) find(id int) {
	reply := t.run("bench", bson.D{{Key: "find", Value: "c"}, {Key: "filter", Value: bson.D{{Key: "_id", Value: id}}}, {Key: "limit", Value: 1}, {Key: "singleBatch", Value: true}})
	if len(reply) < 1000 {
		t.b.Fatal(reply)
	}
}

func (t *talker) login(name, password string) {
	client, err := scram.SHA256.NewClient(name, password, "")
	if err != nil {
		t.b.Fatal(err)
	}
	talk := client.NewConversation()
	message, _ := talk.Step("")
	start := bson.D{{Key: "saslStart", Value: 1}, {Key: "mechanism", Value: "SCRAM-SHA-256"}, {Key: "payload", Value: []byte(message)}, {Key: "options", Value: bson.D{{Key: "skipEmptyExchange", Value: true}}}}
	_, payload := t.run("admin", start).Lookup("payload").Binary()
	if message, err = talk.Step(string(payload)); err != nil {
		t.b.Fatal(err)
	}
	reply := t.run("admin", bson.D{{Key: "saslContinue", Value: 1}, {Key: "conversationId", Value: 1}, {Key: "payload", Value: []byte(message)}})
	if done, _ := reply.Lookup("done").BooleanOK(); !done {
		t.b.Fatal(reply)
	}
}

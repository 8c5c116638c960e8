package bench

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/xdg-go/scram"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/pki"
	"github.com/telamon-db/telamon/internal/verifier"
	"github.com/telamon-db/telamon/internal/wire"
)

// reader is a directory with one user, who may read.
type reader struct{ user *gateway.User }

func (r reader) User(context.Context, string, string) (*gateway.User, error) { return r.user, nil }
func (reader) Admits(context.Context, netip.Addr) (bool, error)              { return true, nil }

// bareServer serves the engine without a gateway: it reads a message, runs it and writes the reply, without any checks.
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

// gate starts a gateway in front of a database, and returns its listener.
func (x *database) gate(secured *tls.Config, roles ...gateway.Role) net.Listener {
	x.b.Helper()
	v, err := verifier.New256("secret")
	if err != nil {
		x.b.Fatal(err)
	}
	user := &gateway.User{ID: "1", DB: "admin", Name: "app", SHA256: v, Roles: roles}
	l := listen(x.b)
	g := gateway.New(gateway.Config{Name: "bench", SetName: "bench", TLS: secured, Directory: reader{user.Compile()}, Backend: backend{x.Engine}, Version: "8.0.0", Logger: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- g.Serve(ctx, l) }()
	x.b.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			x.b.Error(err)
		}
	})
	return l
}

var readWrite = gateway.Role{Name: "readWrite", DB: "bench"}

// hundred is a custom role with a hundred privileges, the last of them on the collection that is read.
func hundred() gateway.Role {
	r := gateway.Role{Name: "custom", DB: "admin"}
	for i := range 99 {
		r.Privileges = append(r.Privileges, gateway.Privilege{On: gateway.Pattern{DB: "bench", Collection: fmt.Sprint("other", i)}, Actions: []string{"find"}})
	}
	r.Privileges = append(r.Privileges, gateway.Privilege{On: gateway.Pattern{DB: "bench", Collection: "c"}, Actions: []string{"find"}})
	return r
}

const foundIn = 5_000 // documents of the collection that finds look in

// finds returns a function that sends n finds by _id, divided among the talkers.
func finds(all ...*talker) func(n int) {
	return func(n int) {
		var group sync.WaitGroup
		for _, t := range all {
			group.Go(func() {
				for range n / len(all) {
					t.find(rand.IntN(foundIn))
				}
			})
		}
		group.Wait()
	}
}

// app is the client's side of logins. It caches the keys that it derives from the password.
func app(b *testing.B) *scram.Client {
	c, err := scram.SHA256.NewClient("app", "secret", "")
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// logged returns n talkers that have logged in.
func logged(b *testing.B, l net.Listener, trust *tls.Config, n int) (all []*talker) {
	as := app(b)
	for range n {
		t := newTalker(b, l, trust)
		t.login(as)
		all = append(all, t)
	}
	return all
}

// BenchmarkGateway is a find by _id of a user who has logged in through a gateway, against the same on the engine's own
// connection: plain, with TLS, and by eight clients at once; of a user with a hundred custom privileges against one with a
// built-in role; and while others log in without a pause against while nobody does. The client writes bytes that are made
// beforehand and reads the reply.
func BenchmarkGateway(b *testing.B) {
	x := openDatabase(b, b.TempDir())
	x.insert(documents(b, 0, foundIn, 1024))
	bare := listen(b)
	go x.bareServer(bare)
	direct := func(n int) (all []*talker) {
		for range n {
			all = append(all, newTalker(b, bare, nil))
		}
		return all
	}
	own, trust := authority(b)
	plain := x.gate(nil, readWrite)
	b.Run("plain", func(b *testing.B) { compare(b, 4000, finds(direct(1)...), finds(logged(b, plain, nil, 1)...)) })
	b.Run("tls", func(b *testing.B) {
		compare(b, 4000, finds(direct(1)...), finds(logged(b, x.gate(own, readWrite), trust, 1)...))
	})
	b.Run("clients=8", func(b *testing.B) { compare(b, 8000, finds(direct(8)...), finds(logged(b, plain, nil, 8)...)) })
	b.Run("privileges=100", func(b *testing.B) {
		compare(b, 4000, finds(logged(b, plain, nil, 1)...), finds(logged(b, x.gate(nil, hundred()), nil, 1)...))
	})
	b.Run("storm", func(b *testing.B) { weather(b, plain, nil) })
	b.Run("storm-tls", func(b *testing.B) { weather(b, x.gate(own, readWrite), trust) })
}

// weather compares finds while somebody else storms with finds in a calm.
func weather(b *testing.B, l net.Listener, trust *tls.Config) {
	find := finds(logged(b, l, trust, 1)...)
	s := newStorm(b, l, trust)
	defer s.end()
	compareAfter(b, s.turn, 4000, find, find)
	b.ReportMetric(s.rate(), "logins/s")
}

// authority returns the TLS configuration of a server on the loopback address, and that of its clients.
func authority(b *testing.B) (own, trust *tls.Config) {
	dir := b.TempDir()
	a, err := pki.Open(dir, time.Now(), "127.0.0.1")
	if err != nil {
		b.Fatal(err)
	}
	pool, err := pki.Pool(dir)
	if err != nil {
		b.Fatal(err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pki.NewRenewing(a, []string{"127.0.0.1"}, time.Now).Get}, &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
}

// talker is a client that speaks the protocol by hand.
type talker struct {
	b    *testing.B
	nc   net.Conn
	r    *bufio.Reader
	gone context.Context // errors after its end are ignored; nil: none are
}

// newTalker connects, with TLS if trust is not nil.
func newTalker(b *testing.B, l net.Listener, trust *tls.Config) *talker {
	b.Helper()
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	if trust != nil {
		nc = tls.Client(nc, trust)
	}
	b.Cleanup(func() { nc.Close() })
	return &talker{b: b, nc: nc, r: bufio.NewReader(nc)}
}

// failed reports an error and ends the goroutine. After the end of gone it reports nothing.
func (t *talker) failed(what any) {
	if t.gone != nil && t.gone.Err() != nil {
		runtime.Goexit()
	}
	t.b.Error(what)
	runtime.Goexit()
}

func (t *talker) run(db string, command bson.D) bson.Raw {
	raw, err := bson.Marshal(append(command, bson.E{Key: "$db", Value: db}))
	if err != nil {
		t.failed(err)
	}
	if _, err := t.nc.Write(wire.AppendMsg(nil, 1, 0, &wire.Msg{Body: raw})); err != nil {
		t.failed(err)
	}
	_, body, err := wire.ReadMessage(t.r, 48_000_000)
	if err != nil {
		t.failed(err)
	}
	return bson.Raw(body[5:])
}

func (t *talker) find(id int) {
	reply := t.run("bench", bson.D{{Key: "find", Value: "c"}, {Key: "filter", Value: bson.D{{Key: "_id", Value: id}}}, {Key: "limit", Value: 1}, {Key: "singleBatch", Value: true}})
	if len(reply) < 1000 {
		t.failed(reply)
	}
}

func (t *talker) login(as *scram.Client) {
	talk := as.NewConversation()
	message, err := talk.Step("")
	if err != nil {
		t.failed(err)
	}
	start := bson.D{{Key: "saslStart", Value: 1}, {Key: "mechanism", Value: "SCRAM-SHA-256"}, {Key: "payload", Value: []byte(message)}, {Key: "options", Value: bson.D{{Key: "skipEmptyExchange", Value: true}}}}
	_, payload := t.run("admin", start).Lookup("payload").Binary()
	if message, err = talk.Step(string(payload)); err != nil {
		t.failed(err)
	}
	reply := t.run("admin", bson.D{{Key: "saslContinue", Value: 1}, {Key: "conversationId", Value: 1}, {Key: "payload", Value: []byte(message)}})
	if done, _ := reply.Lookup("done").BooleanOK(); !done {
		t.failed(reply)
	}
}

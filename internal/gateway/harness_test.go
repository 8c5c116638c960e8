package gateway

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/verifier"
	"github.com/telamon-db/telamon/internal/wire"
)

// directory is a control plane in memory.
type directory struct {
	mu     sync.Mutex
	users  map[string]*User
	closed bool // the access list admits nobody
	fails  error
}

func (d *directory) User(_ context.Context, db, name string) (*User, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.users[db+"."+name], d.fails
}

func (d *directory) Admits(_ context.Context, a netip.Addr) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.closed && a.IsLoopback(), nil
}

func (d *directory) change(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
}

const password = "p:w?d-of the user"

// addUser makes a user of admin with the test's password.
func (d *directory) addUser(t testing.TB, name string, roles ...Role) {
	t.Helper()
	v256, err := verifier.New256(password)
	if err != nil {
		t.Fatal(err)
	}
	v1, err := verifier.New1(name, password)
	if err != nil {
		t.Fatal(err)
	}
	d.change(func() {
		d.users["admin."+name] = &User{ID: "id of " + name, DB: "admin", Name: name, SHA256: v256, SHA1: v1, Roles: roles}
	})
}

// engine is a small database in memory: it stores inserted documents and returns them in batches.
type engine struct {
	mu       sync.Mutex
	docs     map[string]bson.A
	cursors  map[int64]bson.A
	lastID   int64
	refusals int   // how many sessions fail first
	refusal  error // with this error
	sessions int   // open sessions
	opened   int   // sessions ever opened
	blocked  chan struct{}
}

func newEngine() *engine {
	return &engine{docs: map[string]bson.A{}, cursors: map[int64]bson.A{}, blocked: make(chan struct{}, 10)}
}

func (e *engine) NewSession(ctx context.Context, _ wire.User) (Session, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.refusals > 0 {
		e.refusals--
		return nil, e.refusal
	}
	e.sessions++
	e.opened++
	return &engineSession{e, ctx, make(chan struct{}, 1)}, nil
}

func (e *engine) LastTimestamp() bson.Timestamp { return bson.Timestamp{T: 1_700_000_000, I: 1} }

type engineSession struct {
	*engine
	ctx       context.Context
	interrupt chan struct{}
}

func (s *engineSession) Interrupt() { s.interrupt <- struct{}{} }

// openedSessions is how many sessions were ever opened.
func (e *engine) openedSessions() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.opened
}

func (s *engineSession) Sent() {}

func (s *engineSession) Worked() wire.Work { return wire.Work{} }

func (s *engineSession) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions--
}

func (s *engineSession) Run(dst []byte, m *wire.Msg) []byte {
	return append(dst, s.answer(m)...)
}

func (s *engineSession) answer(m *wire.Msg) bson.Raw {
	if name, _ := m.Body.Lookup(m.Name()).StringValueOK(); name == "block" {
		s.blocked <- struct{}{}
		select {
		case <-s.interrupt:
			return wire.Reply(wire.Errorf(wire.Interrupted, "interrupted"))
		case <-s.ctx.Done():
		}
		return wire.Reply(wire.Errorf(wire.InterruptedAtShutdown, "stopping"))
	} else if name == "slow" {
		<-time.After(3 * watchAfter)
	} else if name == "panic" {
		panic("the engine is broken")
	} else if name == "restoring" {
		return wire.Reply(wire.Errorf(wire.ShutdownInProgress, "restoring"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	reply, err := s.run(m)
	if err != nil {
		return wire.Reply(err)
	}
	raw, err := bson.Marshal(append(reply, bson.E{Key: "ok", Value: 1.0}))
	if err != nil {
		return wire.Reply(err)
	}
	return raw
}

func (e *engine) run(m *wire.Msg) (bson.D, error) {
	name, _ := m.Body.Lookup(m.Name()).StringValueOK()
	ns := m.DB() + "." + name
	switch m.Name() {
	case "insert":
		docs, err := commandOf(m).documents("documents")
		for _, d := range docs {
			e.docs[ns] = append(e.docs[ns], d)
		}
		return bson.D{{Key: "n", Value: len(docs)}}, err
	case "find", "aggregate":
		return e.batch(ns, "firstBatch", e.docs[ns]), nil
	case "getMore":
		id := m.Body.Lookup("getMore").Int64()
		rest := e.cursors[id]
		delete(e.cursors, id)
		return e.batch("any", "nextBatch", rest), nil
	case "listDatabases":
		list := bson.A{}
		for _, db := range []string{"admin", "config", "local", "one", "two"} {
			list = append(list, bson.D{{Key: "name", Value: db}, {Key: "sizeOnDisk", Value: int64(10)}})
		}
		return bson.D{{Key: "databases", Value: list}, {Key: "totalSize", Value: int64(50)}}, nil
	case "listCollections":
		list := bson.A{}
		for _, c := range []string{"a", "b", "c", "system.views"} {
			list = append(list, bson.D{{Key: "name", Value: c}, {Key: "type", Value: "collection"}})
		}
		return e.batch(m.DB()+".$cmd.listCollections", "firstBatch", list), nil
	case "killCursors", "endSessions":
		return bson.D{}, nil
	}
	return nil, wire.Errorf(wire.CommandNotFound, "no such command: '%s'", m.Name())
}

// batch returns two documents at a time.
func (e *engine) batch(ns, field string, docs bson.A) bson.D {
	var id int64
	if len(docs) > 2 {
		e.lastID++
		id = e.lastID
		e.cursors[id], docs = docs[2:], docs[:2]
	}
	if docs == nil {
		docs = bson.A{}
	}
	return bson.D{{Key: "cursor", Value: bson.D{{Key: "id", Value: id}, {Key: "ns", Value: ns}, {Key: field, Value: docs}}}}
}

// logs collects the log, so that tests can search it for secrets.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// cluster is a gateway that serves on a loopback listener until the test ends.
type cluster struct {
	*Gateway
	dir  *directory
	eng  *engine
	addr string
	logs *logs
	stop func() // ends the gateway and waits
}

func start(t testing.TB, set ...func(*Gateway)) *cluster {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{dir: &directory{users: map[string]*User{}}, eng: newEngine(), addr: l.Addr().String(), logs: &logs{}}
	c.Gateway = New(Config{
		Name: "Cluster0", SetName: "rs0", Host: c.addr, Directory: c.dir, Backend: c.eng, Version: "8.0.4",
		Logger: slog.New(slog.NewTextHandler(c.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	for _, f := range set {
		f(c.Gateway)
	}
	// Not the test's context, which ends before the clients disconnect.
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- c.Serve(ctx, l) }()
	c.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if c.eng.sessions != 0 || c.conns.count() != 0 {
			t.Errorf("%d sessions and %d connections are left", c.eng.sessions, c.conns.count())
		}
		if strings.Contains(c.logs.String(), password) {
			t.Error("the password is in the log")
		}
	})
	t.Cleanup(c.stop)
	return c
}

// client connects as a user, with more of the URI's options.
func (c *cluster) client(t testing.TB, user, pass string, more ...string) *mongo.Client {
	t.Helper()
	uri := url.URL{Scheme: "mongodb", Host: c.addr, Path: "/", RawQuery: "replicaSet=rs0&authSource=admin&" + strings.Join(more, "&")}
	uri.User = url.UserPassword(user, pass)
	opts := options.Client().ApplyURI(uri.String()).SetServerSelectionTimeout(5 * time.Second)
	client, err := mongo.Connect(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return client
}

var anywhere = Role{Name: "atlasAdmin", DB: "admin"}

// raw is a connection that speaks the protocol by hand.
type raw struct {
	t  testing.TB
	nc net.Conn
	id int32
}

func (c *cluster) dial(t testing.TB) *raw {
	t.Helper()
	return c.dialFrom(t, "127.0.0.1")
}

// dialFrom connects from an address of the loopback network.
func (c *cluster) dialFrom(t testing.TB, address string) *raw {
	t.Helper()
	nc, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}).Dial("tcp", c.addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = nc.SetDeadline(time.Now().Add(20 * time.Second))
	t.Cleanup(func() { _ = nc.Close() })
	return &raw{t: t, nc: nc}
}

func (r *raw) send(m *wire.Msg) {
	r.t.Helper()
	r.id++
	if _, err := r.nc.Write(wire.AppendMsg(nil, r.id, 0, m)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *raw) receive() (wire.Header, *wire.Msg, error) {
	h, body, err := wire.ReadMessage(r.nc, 48_000_000)
	if err != nil {
		return h, nil, err
	}
	m, err := wire.ParseMsg(h, body)
	return h, m, err
}

// run sends a command on admin and returns the reply.
func (r *raw) run(fields ...any) bson.Raw {
	r.t.Helper()
	r.send(&wire.Msg{Body: command1(r.t, "admin", fields...)})
	_, m, err := r.receive()
	if err != nil {
		r.t.Fatal(err)
	}
	return m.Body
}

// closed reports whether the other side has hung up.
func (r *raw) closed() bool {
	_, err := r.nc.Read(make([]byte, 1))
	return err != nil && !strings.Contains(err.Error(), "timeout")
}

// command1 builds a command from key and value pairs.
func command1(t testing.TB, db string, fields ...any) bson.Raw {
	t.Helper()
	var d bson.D
	for i := 0; i < len(fields); i += 2 {
		d = append(d, bson.E{Key: fields[i].(string), Value: fields[i+1]})
	}
	doc, err := bson.Marshal(append(d, bson.E{Key: "$db", Value: db}))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

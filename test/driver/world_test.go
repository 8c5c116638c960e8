// Package driver tests a gateway in front of the document engine with MongoDB's own clients, which must see what a MongoDB
// server would show them.
package driver

import (
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

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/verifier"
	"github.com/telamon-db/telamon/internal/wire"
)

const password = "correct horse"

// directory is a control plane in memory.
type directory struct {
	mu    sync.Mutex
	users map[string]*gateway.User
}

func (d *directory) User(_ context.Context, db, name string) (*gateway.User, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.users[db+"."+name], nil
}

func (d *directory) Admits(context.Context, netip.Addr) (bool, error) { return true, nil }

// put creates or replaces a user of the database admin.
func (d *directory) put(t testing.TB, name string, roles ...gateway.Role) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if old := d.users["admin."+name]; old != nil {
		changed := *old
		changed.Roles = roles
		d.users["admin."+name] = &changed
		return
	}
	v256, err := verifier.New256(password)
	if err != nil {
		t.Fatal(err)
	}
	v1, err := verifier.New1(name, password)
	if err != nil {
		t.Fatal(err)
	}
	d.users["admin."+name] = &gateway.User{ID: name, DB: "admin", Name: name, SHA256: v256, SHA1: v1, Roles: roles}
}

type backend struct{ *docdb.Engine }

func (b backend) NewSession(ctx context.Context, user wire.User) (gateway.Session, error) {
	return b.Engine.NewSession(ctx, user), nil
}

// world is a cluster that runs until the test ends.
type world struct {
	dir  *directory
	addr string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	db, err := docdb.Open(t.TempDir(), docdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{dir: &directory{users: map[string]*gateway.User{}}, addr: l.Addr().String()}
	w.dir.put(t, "root", gateway.Role{Name: "atlasAdmin", DB: "admin"})
	g := gateway.New(gateway.Config{Name: "Cluster0", SetName: "rs0", Host: w.addr, Directory: w.dir, Backend: backend{db},
		Version: "8.0.4", Logger: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- g.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) uri(user string, more ...string) string {
	u := url.URL{Scheme: "mongodb", Host: w.addr, Path: "/", User: url.UserPassword(user, password)}
	u.RawQuery = strings.Join(append([]string{"replicaSet=rs0", "authSource=admin"}, more...), "&")
	return u.String()
}

func (w *world) client(t testing.TB, user string, more ...string) *mongo.Client {
	t.Helper()
	return w.connect(t, options.Client().ApplyURI(w.uri(user, more...)))
}

func (w *world) connect(t testing.TB, o *options.ClientOptions) *mongo.Client {
	t.Helper()
	client, err := mongo.Connect(o.SetServerSelectionTimeout(10 * time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return client
}

// collection is an empty collection, used by root.
func collection(t testing.TB) *mongo.Collection {
	t.Helper()
	return newWorld(t).client(t, "root").Database("shop").Collection("orders")
}

// d makes a document of names and values.
func d(pairs ...any) bson.D {
	doc := bson.D{}
	for i := 0; i < len(pairs); i += 2 {
		doc = append(doc, bson.E{Key: pairs[i].(string), Value: pairs[i+1]})
	}
	return doc
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// same compares values by their relaxed extended JSON.
func same(t testing.TB, got any, want string) {
	t.Helper()
	raw, err := bson.MarshalExtJSON(d("v", got), false, false)
	must(t, err)
	if have := strings.TrimSuffix(strings.TrimPrefix(string(raw), `{"v":`), "}"); have != want {
		t.Errorf("got  %s\nwant %s", have, want)
	}
}

// all are the documents of a cursor.
func all(t testing.TB, c *mongo.Cursor, err error) []bson.D {
	t.Helper()
	must(t, err)
	docs := []bson.D{}
	must(t, c.All(context.Background(), &docs))
	return docs
}

func fill(t testing.TB, c *mongo.Collection, n int) {
	t.Helper()
	docs := make([]any, n)
	for i := range docs {
		docs[i] = d("_id", i, "n", i%10, "pad", strings.Repeat("x", 200))
	}
	_, err := c.InsertMany(context.Background(), docs)
	must(t, err)
}

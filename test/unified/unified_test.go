// Package unified runs cases in the form of MongoDB's unified test format, written for Telamon, by MongoDB's Go driver.
// Each file in testdata names clients, databases and collections, the initial documents, and tests: operations, their
// results, the commands that the driver sends for them, and the documents in the end.
package unified

import (
	"context"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/wire"
)

// file is a file of cases.
type file struct {
	Description    string     `bson:"description"`
	CreateEntities []bson.D   `bson:"createEntities"`
	InitialData    []contents `bson:"initialData"`
	Tests          []testCase `bson:"tests"`
}

// contents are the documents of a collection.
type contents struct {
	CollectionName string   `bson:"collectionName"`
	DatabaseName   string   `bson:"databaseName"`
	Documents      []bson.D `bson:"documents"`
}

type testCase struct {
	Description  string           `bson:"description"`
	Operations   []operation      `bson:"operations"`
	ExpectEvents []expectedEvents `bson:"expectEvents"`
	Outcome      []contents       `bson:"outcome"`
}

type operation struct {
	Name                 string         `bson:"name"`
	Object               string         `bson:"object"`
	Arguments            bson.D         `bson:"arguments"`
	ExpectResult         any            `bson:"expectResult"`
	ExpectError          *expectedError `bson:"expectError"`
	SaveResultAsEntity   string         `bson:"saveResultAsEntity"`
	IgnoreResultAndError bool           `bson:"ignoreResultAndError"`
}

// leastCases is the least number of cases, so that a test does not succeed by losing some.
const leastCases = 60

func TestUnified(t *testing.T) {
	uri := serve(t)
	paths, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	must(t, err)
	cases := 0
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		must(t, err)
		var f file
		if err := bson.UnmarshalExtJSON(raw, false, &f); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		t.Run(f.Description, func(t *testing.T) {
			for _, c := range f.Tests {
				cases++
				t.Run(c.Description, func(t *testing.T) { f.run(t, uri, c) })
			}
		})
	}
	if cases < leastCases {
		t.Errorf("%d cases", cases)
	}
}

// run runs one case with entities of its own.
func (f file) run(t *testing.T, uri string, c testCase) {
	plain := connect(t, options.Client().ApplyURI(uri))
	for _, data := range f.InitialData {
		data.fill(t, plain)
	}
	r := &runner{t: t, uri: uri, entities: map[string]any{}, heard: map[string]*listener{}}
	for _, e := range f.CreateEntities {
		r.create(e)
	}
	for _, o := range c.Operations {
		r.operate(o)
	}
	for _, e := range c.ExpectEvents {
		r.compareEvents(e)
	}
	for _, data := range c.Outcome {
		data.compare(t, plain)
	}
}

// fill makes a collection with the documents and nothing else.
func (c contents) fill(t *testing.T, client *mongo.Client) {
	db := client.Database(c.DatabaseName)
	must(t, db.Collection(c.CollectionName).Drop(t.Context()))
	must(t, db.CreateCollection(t.Context(), c.CollectionName))
	if len(c.Documents) > 0 {
		_, err := db.Collection(c.CollectionName).InsertMany(t.Context(), c.Documents)
		must(t, err)
	}
}

func (c contents) compare(t *testing.T, client *mongo.Client) {
	cursor, err := client.Database(c.DatabaseName).Collection(c.CollectionName).Find(t.Context(), bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
	must(t, err)
	docs := []bson.D{}
	must(t, cursor.All(t.Context(), &docs))
	m := matcher{}
	if err := m.compare(array(c.Documents), array(docs), false); err != nil {
		t.Errorf("%s.%s has other documents: %v\n%v", c.DatabaseName, c.CollectionName, err, docs)
	}
}

func array(docs []bson.D) bson.A {
	all := bson.A{}
	for _, doc := range docs {
		all = append(all, doc)
	}
	return all
}

// serve starts an engine behind a gateway without login, and returns its URI.
func serve(t *testing.T) string {
	db, err := docdb.Open(t.TempDir(), docdb.Options{})
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	g := gateway.New(gateway.Config{Name: "unified", SetName: "rs0", Host: l.Addr().String(), Directory: anyone{}, Backend: backend{db}, Version: docdb.Version, Open: true})
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- g.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		must(t, db.Close())
	})
	return "mongodb://" + l.Addr().String() + "/?replicaSet=rs0"
}

func connect(t *testing.T, o *options.ClientOptions) *mongo.Client {
	t.Helper()
	client, err := mongo.Connect(o.SetServerSelectionTimeout(20 * time.Second))
	must(t, err)
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return client
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type anyone struct{}

func (anyone) User(context.Context, string, string) (*gateway.User, error) { return nil, nil }
func (anyone) Admits(context.Context, netip.Addr) (bool, error)            { return true, nil }

type backend struct{ *docdb.Engine }

func (b backend) NewSession(ctx context.Context, user wire.User) (gateway.Session, error) {
	return b.Engine.NewSession(ctx, user), nil
}

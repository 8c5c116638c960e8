package docdb

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// db is a session with an engine, for tests to talk to.
type db struct {
	t testing.TB
	e *Engine
	s *Session
}

// d is a document and e its element, short because tests are full of them.
type (
	d []e
	e struct {
		Key   string
		Value any
	}
	a = bson.A
)

// MarshalBSON keeps the order of the elements.
func (x d) MarshalBSON() ([]byte, error) {
	doc := bson.D{}
	for _, el := range x {
		doc = append(doc, bson.E{Key: el.Key, Value: el.Value})
	}
	return bson.Marshal(doc)
}

func open(t testing.TB, dir string, o Options) *db {
	t.Helper()
	e, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	x := &db{t, e, e.NewSession(context.Background(), wire.User{})}
	t.Cleanup(x.close)
	return x
}

func fresh(t testing.TB) *db { return open(t, t.TempDir(), Options{}) }

func (x *db) close() {
	x.s.Close()
	if err := x.e.Close(); err != nil {
		x.t.Error(err)
	}
}

// other is another session with the same engine.
func (x *db) other() *db { return x.within(context.Background()) }

// within is a session that ends with ctx.
func (x *db) within(ctx context.Context) *db {
	y := &db{x.t, x.e, x.e.NewSession(ctx, wire.User{})}
	x.t.Cleanup(y.s.Close)
	return y
}

// as is a session of a user with the same engine.
func (x *db) as(user string) *db {
	y := &db{x.t, x.e, x.e.NewSession(context.Background(), wire.User{Name: user, DB: "admin"})}
	x.t.Cleanup(y.s.Close)
	return y
}

func marshal(t testing.TB, v any) bson.Raw {
	t.Helper()
	raw, err := bson.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// onAdmin is the command for the database admin.
func onAdmin(cmd ...e) d { return append(d(cmd), e{"$db", "admin"}) }

// run executes a command, on the database "test" if it names none, and returns its reply, whatever it is.
func (x *db) run(cmd d, sequences ...wire.Sequence) bson.Raw {
	x.t.Helper()
	if cmd[len(cmd)-1].Key != "$db" {
		cmd = append(cmd[:len(cmd):len(cmd)], e{"$db", "test"})
	}
	return x.s.Run(nil, &wire.Msg{Body: marshal(x.t, cmd), Sequences: sequences})
}

// ok executes a command that must succeed in all its parts.
func (x *db) ok(cmd d, sequences ...wire.Sequence) bson.Raw {
	x.t.Helper()
	reply := x.run(cmd, sequences...)
	if reply.Lookup("ok").AsFloat64() != 1 || reply.Lookup("writeErrors").Type != 0 {
		x.t.Fatalf("%v: %s", cmd, reply)
	}
	return reply
}

// fails executes a command that must fail with a code.
func (x *db) fails(code wire.Code, cmd d) bson.Raw {
	x.t.Helper()
	reply := x.run(cmd)
	if reply.Lookup("ok").AsFloat64() != 0 || reply.Lookup("code").AsInt64() != int64(code.Number) {
		x.t.Fatalf("%v: want code %d, got %s", cmd, code.Number, reply)
	}
	return reply
}

func (x *db) insert(coll string, docs ...any) bson.Raw {
	x.t.Helper()
	return x.ok(d{{"insert", coll}, {"documents", a(docs)}})
}

// find returns the documents of a find command, through all batches.
func (x *db) find(coll string, more ...e) []bson.Raw {
	x.t.Helper()
	return x.drain(append(d{{"find", coll}}, more...))
}

func (x *db) drain(cmd d) []bson.Raw {
	x.t.Helper()
	cursor := x.ok(cmd).Lookup("cursor").Document()
	docs := batchOf(x.t, cursor, "firstBatch")
	for id := cursor.Lookup("id").Int64(); id != 0; id = cursor.Lookup("id").Int64() {
		_, coll, _ := cutNamespace(cursor.Lookup("ns").StringValue())
		cursor = x.ok(d{{"getMore", id}, {"collection", coll}}).Lookup("cursor").Document()
		docs = append(docs, batchOf(x.t, cursor, "nextBatch")...)
	}
	return docs
}

func cutNamespace(ns string) (db, coll string, ok bool) {
	for i := range ns {
		if ns[i] == '.' {
			return ns[:i], ns[i+1:], true
		}
	}
	return ns, "", false
}

func batchOf(t testing.TB, cursor bson.Raw, name string) []bson.Raw {
	t.Helper()
	values, err := cursor.Lookup(name).Array().Values()
	if err != nil {
		t.Fatal(err)
	}
	var docs []bson.Raw
	for _, v := range values {
		docs = append(docs, v.Document())
	}
	return docs
}

// shows compares documents with their extended JSON.
func shows(t testing.TB, docs []bson.Raw, want ...string) {
	t.Helper()
	var got []string
	for _, doc := range docs {
		json, err := bson.MarshalExtJSON(doc, false, false)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(json))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("got  %v\nwant %v", got, want)
	}
}

// sound checks that all collections are.
func (x *db) sound() {
	x.t.Helper()
	for _, coll := range x.e.store.Collections("") {
		reply := x.ok(d{{"validate", coll.NS.Coll}, {"$db", coll.NS.DB}})
		if !reply.Lookup("valid").Boolean() {
			x.t.Fatalf("%s: %s", coll.NS, reply)
		}
	}
}

// fixed is a clock that stands still.
func fixed(t time.Time) func() time.Time { return func() time.Time { return t } }

package gateway

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestSmuggledSequences hides statements in a document sequence that the command's rule does not read.
func TestSmuggledSequences(t *testing.T) {
	user := &User{ID: "u", Roles: []Role{{Name: "readWrite", DB: "app", Collection: "a"}}}
	doc := func(v any) bson.Raw {
		raw, err := bson.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	send := func(id string, item any, fields ...any) error {
		m := &wire.Msg{Body: command1(t, "app", fields...), Sequences: []wire.Sequence{{ID: id, Docs: []bson.Raw{doc(item)}}}}
		_, err := authorize(user, commandOf(m), &cursorTable{})
		return err
	}
	type m = bson.M
	for name, err := range map[string]error{
		"a pipeline":         send("pipeline", m{"$out": "secret"}, "aggregate", "a", "cursor", m{}),
		"a joining pipeline": send("pipeline", m{"$lookup": m{"from": "secret", "as": "s", "pipeline": bson.A{}}}, "aggregate", "a"),
		"a view's pipeline":  send("pipeline", m{"$unionWith": "secret"}, "create", "a", "viewOn", "a"),
		"cursors":            send("cursors", m{}, "killCursors", "a"),
		"upsert":             send("upsert", m{}, "findAndModify", "a", "query", m{}, "update", m{}),
		"another's array":    send("updates", m{}, "insert", "a"),
	} {
		if codeOf(err) != wire.UnknownField.Number {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"insert": send("documents", m{}, "insert", "a"),
		"update": send("updates", m{"q": m{}, "u": m{}}, "update", "a"),
		"delete": send("deletes", m{"q": m{}, "limit": 0}, "delete", "a"),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCursorsGoWithTheirConnection opens cursors on connections that end, and checks that they do not stay in memory.
func TestCursorsGoWithTheirConnection(t *testing.T) {
	c := start(t)
	c.dir.addUser(t, "ann", anywhere)
	docs := bson.A{}
	for i := range 9 {
		docs = append(docs, bson.D{{Key: "_id", Value: i}})
	}
	c.eng.docs["test.c"] = docs
	for range 3 {
		client := c.client(t, "ann", password)
		coll := client.Database("test").Collection("c")
		for range 5 {
			if _, err := coll.Find(t.Context(), bson.D{}); err != nil {
				t.Fatal(err)
			}
		}
		if n := c.cursors.size(); n != 5 {
			t.Errorf("%d cursors are known", n)
		}
		if err := client.Disconnect(t.Context()); err != nil {
			t.Fatal(err)
		}
		// The gateway sees the end of the connections a moment later.
		for deadline := time.Now().Add(5 * time.Second); c.cursors.size() > 0 && time.Now().Before(deadline); {
			pause(t.Context(), time.Millisecond)
		}
	}
	if n := c.cursors.size(); n != 0 {
		t.Errorf("%d cursors are left", n)
	}
}

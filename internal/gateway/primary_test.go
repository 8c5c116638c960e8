package gateway

import (
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// ofThree makes a gateway the second of three members, the first of which is primary.
func ofThree(g *Gateway) {
	g.cfg.Member = 1
	g.set = NewReplicaSet("rs0", three(0, 1))
}

func three(primary int, term int64) Topology {
	return Topology{Primary: primary, Term: term, Version: 1, Members: []Member{
		{ID: 0, Host: "a:1", Priority: 7}, {ID: 1, Host: "b:1", Priority: 7}, {ID: 2, Host: "c:1", Tags: bson.D{{Key: "nodeType", Value: "ANALYTICS"}}}}}
}

func TestOnASecondary(t *testing.T) {
	c := start(t, ofThree)
	c.dir.addUser(t, "ann", anywhere)
	r := c.dial(t)
	r.login("ann", nil, nil)
	prefer := func(mode string) []any { return []any{"$readPreference", bson.D{{Key: "mode", Value: mode}}} }
	numbered := []any{"txnNumber", int64(1)}
	for _, tc := range []struct {
		name    string
		value   any
		more    []any
		code    int64
		labeled bool
	}{
		{"insert", "c", nil, 10107, false},
		{"insert", "c", numbered, 10107, true},
		{"insert", "c", prefer("secondary"), 10107, false},
		{"insert", "c", append(numbered[:2:2], "autocommit", false), 10107, false},
		{"drop", "c", nil, 10107, false},
		{"find", "c", nil, 13435, false},
		{"find", "c", prefer("primary"), 13435, false},
		{"find", "c", prefer("secondary"), 0, false},
		{"find", "c", prefer("primaryPreferred"), 0, false},
		{"find", "c", prefer("nearest"), 0, false},
		{"listCollections", 1, nil, 13435, false},
		{"getMore", int64(9), nil, 43, false},
		{"ping", 1, nil, 0, false},
		{"replSetGetStatus", 1, nil, 0, false},
	} {
		reply := r.run(append([]any{tc.name, tc.value}, tc.more...)...)
		code, _ := reply.Lookup("code").AsInt64OK()
		if code != tc.code {
			t.Errorf("%s %v: %v", tc.name, tc.more, reply)
		}
		moved := code == 10107 || code == 13435
		if _, told := reply.Lookup("topologyVersion", "counter").AsInt64OK(); told != moved {
			t.Errorf("%s %v: %v", tc.name, tc.more, reply)
		}
		if label, _ := reply.Lookup("errorLabels", "0").StringValueOK(); (label == "RetryableWriteError") != tc.labeled {
			t.Errorf("%s %v: %v", tc.name, tc.more, reply)
		}
	}
}

// TestCursorsOutliveTheirPrimary: when the primary moves, a cursor can be continued at the member that opened it, and its
// connection stays open.
func TestCursorsOutliveTheirPrimary(t *testing.T) {
	c := start(t, ofThree)
	c.set.Change(three(1, 2))
	c.dir.addUser(t, "ann", anywhere)
	r := c.dial(t)
	r.login("ann", nil, nil)
	for i := range 5 {
		r.run("insert", "c", "documents", bson.A{bson.D{{Key: "_id", Value: i}}})
	}
	id := r.run("find", "c").Lookup("cursor", "id").Int64()
	c.set.Change(three(0, 3))
	if reply := r.run("getMore", id, "collection", "c"); reply.Lookup("ok").AsFloat64() != 1 {
		t.Errorf("getMore at a former primary: %v", reply)
	}
	if reply := r.run("insert", "c", "documents", bson.A{bson.D{}}); reply.Lookup("code").AsInt64() != 10107 {
		t.Errorf("insert at a former primary: %v", reply)
	}
}

// TestAnUnheardWriteEndsTheConnection: a write without an answer on a secondary ends the connection, because its client
// would not learn that it failed.
func TestAnUnheardWriteEndsTheConnection(t *testing.T) {
	c := start(t, ofThree)
	c.dir.addUser(t, "ann", anywhere)
	r := c.dial(t)
	r.login("ann", nil, nil)
	body := command1(t, "admin", "insert", "c", "documents", bson.A{bson.D{}})
	r.send(&wire.Msg{Flags: wire.MoreToCome, Body: body})
	if !r.closed() {
		t.Error("the connection goes on")
	}
}

// TestStreamsTellChangesAtOnce: a streamed greeting is sent at every change, with a higher counter.
func TestStreamsTellChangesAtOnce(t *testing.T) {
	c := start(t, ofThree)
	r := c.dial(t)
	first := r.run("hello", 1)
	body := command1(t, "admin", "hello", 1, "topologyVersion", first.Lookup("topologyVersion"), "maxAwaitTimeMS", 10_000)
	r.send(&wire.Msg{Flags: wire.ExhaustAllowed, Body: body})
	next := func() bson.Raw {
		t.Helper()
		_, m, err := r.receive()
		if err != nil {
			t.Fatal(err)
		}
		return m.Body
	}
	for i, primary := range []int{1, 2, nobodyIsPrimary, 1} {
		began := time.Now()
		c.set.Change(three(primary, int64(i+2)))
		h := next()
		if h.Lookup("isWritablePrimary").Boolean() != (primary == 1) || h.Lookup("secondary").Boolean() == (primary == 1) ||
			h.Lookup("topologyVersion", "counter").AsInt64() != int64(i+1) || h.Lookup("electionId").IsZero() == (primary == 1) || h.Lookup("primary").IsZero() != (primary < 0) {
			t.Errorf("change %d: %v", i, h)
		}
		if time.Since(began) > 8*time.Second {
			t.Error("the change was not told, but found")
		}
	}
	c.set.Change(Topology{Primary: 0, Members: three(0, 9).Members[:1]})
	if h := next(); h.Lookup("isWritablePrimary").Boolean() || h.Lookup("secondary").Boolean() {
		t.Errorf("a member that has been removed says %v", h)
	}
}

// TestAway: a member that is away cannot be reached until it is back.
func TestAway(t *testing.T) {
	c := start(t)
	r := c.dial(t)
	r.run("ping", 1)
	c.Away(true)
	if !r.closed() || !c.dial(t).closed() {
		t.Error("a member that is away can be reached")
	}
	c.Away(false)
	if reply := c.dial(t).run("ping", 1); reply.Lookup("ok").AsFloat64() != 1 {
		t.Errorf("ping at a member that is back: %v", reply)
	}
}

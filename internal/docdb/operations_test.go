package docdb

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// waiting runs an insert that waits for its collection's lock, and returns its id and where its reply will be.
func (x *db) waiting(coll string, lsid any) (opid int64, reply chan bson.Raw) {
	x.t.Helper()
	reply = make(chan bson.Raw, 1)
	y := x.as(x.s.user.Name)
	go func() { reply <- y.run(d{{"insert", coll}, {"documents", a{d{}}}, {"lsid", lsid}}) }()
	for {
		found := x.ok(onAdmin(e{"currentOp", 1}, e{"command.insert", coll})).Lookup("inprog").Array()
		if op, err := found.IndexErr(0); err == nil {
			return op.Document().Lookup("opid").AsInt64(), reply
		}
	}
}

func TestCurrentOpAndKillOp(t *testing.T) {
	x := fresh(t)
	unlock, err := x.e.store.Lock(t.Context(), storage.Namespace{DB: "test", Coll: "c"})
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	id, reply := x.waiting("c", session(1))
	shown := x.ok(onAdmin(e{"currentOp", 1}, e{"op", "insert"}, e{"$or", a{d{{"ns", "test.c"}}}})).Lookup("inprog", "0").Document()
	if shown.Lookup("ns").StringValue() != "test.c" || !shown.Lookup("active").Boolean() || shown.Lookup("lsid").Type == 0 {
		t.Error(shown)
	}
	x.ok(onAdmin(e{"killOp", 1}, e{"op", id + 1000}))
	x.ok(onAdmin(e{"killOp", 1}, e{"op", id}))
	if code := (<-reply).Lookup("code").Int32(); code != wire.Interrupted.Number {
		t.Errorf("code %d", code)
	}
	_, reply = x.waiting("c", session(2))
	x.ok(d{{"killSessions", a{session(3)}}})
	x.ok(d{{"killSessions", a{session(2)}}})
	if code := (<-reply).Lookup("code").Int32(); code != wire.Interrupted.Number {
		t.Errorf("code %d", code)
	}
	// What has ended is not listed; what lists is.
	if left := x.ok(onAdmin(e{"currentOp", 1}, e{"lsid", d{{"$exists", false}}})).Lookup("inprog").Array(); len(mustValues(t, left)) != 1 {
		t.Error(left)
	}
	x.fails(wire.Unauthorized, d{{"currentOp", 1}})
	x.fails(wire.BadValue, onAdmin(e{"currentOp", 1}, e{"op", d{{"$nope", 1}}}))
	x.fails(wire.MissingField, onAdmin(e{"killOp", 1}))
	x.fails(wire.TypeMismatch, onAdmin(e{"killOp", 1}, e{"op", "x"}))
}

// TestCurrentOpStage looks at what three sessions of two users do: run, hold a cursor, and rest.
func TestCurrentOpStage(t *testing.T) {
	x := fresh(t)
	x.fill("c", 3)
	ann, bob := x.as("ann"), x.as("bob")
	unlock, err := x.e.store.Lock(t.Context(), storage.Namespace{DB: "test", Coll: "w"})
	if err != nil {
		t.Fatal(err)
	}
	_, reply := ann.waiting("w", session(1))
	cursor := bob.ok(d{{"find", "c"}, {"batchSize", 1}, {"lsid", session(2)}}).Lookup("cursor", "id").Int64()
	ask := func(y *db, spec any, more ...any) []bson.Raw {
		return y.drain(onAdmin(e{"aggregate", 1}, e{"pipeline", append(a{d{{"$currentOp", spec}}}, more...)}, e{"cursor", d{}}))
	}
	show := d{{"$project", d{{"_id", 0}, {"type", 1}, {"active", 1}, {"ns", 1}, {"u", "$effectiveUsers.user"}}}}
	others := d{{"$match", d{{"command.aggregate", d{{"$exists", false}}}, {"effectiveUsers", d{{"$exists", true}}}}}}
	const (
		runs  = `{"type":"op","active":true,"ns":"test.w","u":["ann"]}`
		rests = `{"type":"op","active":false,"u":["ann"]} {"type":"op","active":false,"u":["bob"]}`
		holds = `{"type":"idleCursor","ns":"test.c","u":["bob"]}`
		looks = `{"type":"op","active":true,"ns":"admin.$cmd","u":["bob"]}`
	)
	shows(t, ask(x, d{{"allUsers", true}}, others, show), runs)
	shows(t, ask(x, d{{"allUsers", true}, {"idleConnections", true}, {"idleCursors", true}, {"idleSessions", true}, {"localOps", true}}, others, show), runs, rests, holds)
	shows(t, ask(bob, d{{"idleConnections", true}, {"idleCursors", true}, {"truncateOps", false}}, show), looks, holds)
	shows(t, ask(bob, d{}, show), looks)
	if own := ask(bob, d{{"idleCursors", true}}, d{{"$match", d{{"cursor.cursorId", cursor}}}}); len(own) != 1 || own[0].Lookup("lsid").Type == 0 {
		t.Error(own)
	}
	for _, tc := range []struct {
		cmd  d
		seen int
	}{
		{onAdmin(e{"currentOp", 1}, e{"$ownOps", true}), 1},
		{onAdmin(e{"currentOp", 1}, e{"$ownOps", true}, e{"$all", true}, e{"active", false}), 0},
		{onAdmin(e{"currentOp", 1}, e{"ns", "test.w"}), 1},
	} {
		if found := mustValues(t, bob.ok(tc.cmd).Lookup("inprog").Array()); len(found) != tc.seen {
			t.Errorf("%v: %v", tc.cmd, found)
		}
	}
	unlock()
	<-reply
	pipeline := func(db string, on, spec any) d {
		return d{{"aggregate", on}, {"pipeline", a{d{{"$currentOp", spec}}}}, {"cursor", d{}}, {"$db", db}}
	}
	x.fails(wire.InvalidNamespace, pipeline("test", 1, d{}))
	x.fails(wire.InvalidNamespace, pipeline("admin", "c", d{}))
	x.fails(wire.UnknownField, pipeline("admin", 1, d{{"what", true}}))
	x.fails(wire.TypeMismatch, pipeline("admin", 1, d{{"allUsers", "yes"}}))
	x.fails(wire.TypeMismatch, pipeline("admin", 1, true))
	x.fails(wire.NotImplemented, pipeline("admin", 1, d{{"truncateOps", true}}))
	x.fails(wire.NotImplemented, pipeline("admin", 1, d{{"targetAllNodes", true}}))
	x.fails(wire.InvalidNamespace, d{{"aggregate", 1}, {"pipeline", a{d{{"$collStats", d{}}}}}, {"cursor", d{}}})
}

// TestCurrentOpCutsLargeCommands has a command run that is larger than what is shown of one.
func TestCurrentOpCutsLargeCommands(t *testing.T) {
	x := fresh(t)
	unlock, err := x.e.store.Lock(t.Context(), storage.Namespace{DB: "test", Coll: "c"})
	if err != nil {
		t.Fatal(err)
	}
	y, reply := x.other(), make(chan bson.Raw, 1)
	large := d{{"s", string(make([]byte, 2*shownCommand))}}
	go func() { reply <- y.run(d{{"insert", "c"}, {"documents", a{large}}}) }()
	show := onAdmin(e{"aggregate", 1}, e{"pipeline", a{d{{"$currentOp", d{}}}, d{{"$match", d{{"op", "insert"}}}}}}, e{"cursor", d{}})
	var shown []bson.Raw
	for len(shown) == 0 {
		shown = x.drain(show)
	}
	unlock()
	<-reply
	if text, ok := shown[0].Lookup("command", "$truncated").StringValueOK(); !ok || !strings.HasPrefix(text, `{"insert": "c"`) || len(text) > shownCommand {
		t.Errorf("%d bytes, %.100s", len(shown[0]), text)
	}
}

func mustValues(t *testing.T, array bson.RawArray) []bson.RawValue {
	t.Helper()
	values, err := array.Values()
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// session is a logical session's id.
func session(n byte) d {
	return d{{"id", bson.Binary{Subtype: bson.TypeBinaryUUID, Data: append(make([]byte, 15), n)}}}
}

func TestSessionsEndWithTheirCursors(t *testing.T) {
	x := fresh(t)
	x.fill("c", 10)
	open := func(n byte) int64 {
		return x.ok(d{{"find", "c"}, {"batchSize", 1}, {"lsid", session(n)}}).Lookup("cursor", "id").Int64()
	}
	for _, end := range []d{{{"endSessions", a{session(1)}}}, {{"killSessions", a{session(1)}}}} {
		first, second := open(1), open(2)
		x.ok(d{{"refreshSessions", a{session(1)}}})
		x.ok(end)
		x.fails(wire.CursorNotFound, d{{"getMore", first}, {"collection", "c"}})
		x.ok(d{{"getMore", second}, {"collection", "c"}})
	}
	for _, end := range []d{{{"killSessions", a{}}}, {{"killAllSessions", a{}}}} {
		id := open(1)
		x.ok(end)
		x.fails(wire.CursorNotFound, d{{"getMore", id}, {"collection", "c"}})
	}
	for _, name := range []string{"endSessions", "killSessions", "refreshSessions"} {
		x.fails(wire.TypeMismatch, d{{name, 1}})
		x.fails(wire.TypeMismatch, d{{name, a{1}}})
		x.fails(wire.TypeMismatch, d{{name, a{d{{"id", 1}}}}})
		x.fails(wire.MissingField, d{{name, a{d{}}}})
	}
	x.fails(wire.MissingField, d{{"killAllSessions", a{d{{"user", "x"}}}}})
	x.fails(wire.TypeMismatch, d{{"killAllSessions", a{1}}})
}

// TestSessionsEndByOwner gives two users a session each, and kills those that a command means.
func TestSessionsEndByOwner(t *testing.T) {
	x := fresh(t)
	x.fill("c", 10)
	digest := func(name string) bson.Binary {
		sum := sha256.Sum256([]byte(name))
		return bson.Binary{Data: sum[:]}
	}
	user := func(name string) d { return d{{"user", name}, {"db", "admin"}} }
	withOwner := func(n byte, owner string) d { return append(session(n), e{"uid", digest(owner)}) }
	for i, tc := range []struct {
		command  string
		patterns a
		ended    string // of ann's session 1, bob's session 2, and the session 3 of nobody
	}{
		{"killAllSessions", a{user("ann")}, "1"},
		{"killAllSessions", a{user("ann"), user("bob")}, "12"},
		{"killAllSessions", a{d{{"user", "ann"}, {"db", "other"}}}, ""},
		{"killAllSessions", a{}, "123"},
		{"killAllSessionsByPattern", a{}, "123"},
		{"killAllSessionsByPattern", a{d{}}, "123"},
		{"killAllSessionsByPattern", a{d{{"lsid", session(2)}}}, "2"},
		{"killAllSessionsByPattern", a{d{{"uid", digest("ann@admin")}}}, "1"},
		{"killAllSessionsByPattern", a{d{{"uid", digest("")}}, d{{"lsid", withOwner(2, "bob@admin")}}}, "23"},
		{"killAllSessionsByPattern", a{d{{"lsid", withOwner(1, "bob@admin")}}}, ""},
		{"killAllSessionsByPattern", a{d{{"lsid", session(1)}, {"uid", digest("bob@admin")}}}, ""},
		{"endSessions", a{session(1), session(2), session(3)}, "3"}, // one's own
	} {
		sessions := []*db{x.as("ann"), x.as("bob"), x.other()}
		cursors := make([]int64, len(sessions))
		for n, y := range sessions {
			cursors[n] = y.ok(d{{"find", "c"}, {"batchSize", 1}, {"lsid", session(byte(n + 1))}}).Lookup("cursor", "id").Int64()
		}
		x.ok(d{{tc.command, tc.patterns}})
		ended := ""
		for n, y := range sessions {
			if y.run(d{{"getMore", cursors[n]}, {"collection", "c"}}).Lookup("ok").AsFloat64() == 0 {
				ended += fmt.Sprint(n + 1)
			}
		}
		if ended != tc.ended {
			t.Errorf("%d: %s %v ended %q", i, tc.command, tc.patterns, ended)
		}
	}
	for _, name := range []string{"users", "roles"} {
		x.fails(wire.NotImplemented, d{{"killAllSessionsByPattern", a{d{{name, a{d{}}}}}}})
	}
	x.fails(wire.MissingField, d{{"killAllSessionsByPattern", a{d{{"lsid", d{}}}}}})
	x.fails(wire.TypeMismatch, d{{"killAllSessionsByPattern", a{d{{"uid", 1}}}}})
	x.fails(wire.UnknownField, d{{"killAllSessionsByPattern", a{d{{"what", 1}}}}})
}

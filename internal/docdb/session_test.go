package docdb

import (
	"bytes"
	"context"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// blocked has a session insert into a collection whose lock is held, and returns when the session is at it.
func (y *db) blocked(more ...e) (opid int64, reply chan bson.Raw) {
	y.t.Helper()
	reply = make(chan bson.Raw, 1)
	go func() { reply <- y.run(append(d{{"insert", "locked"}, {"documents", a{d{}}}}, more...)) }()
	for len(reply) == 0 { // its time may be over at once
		if c := y.s.command(); c != nil {
			return c.id, reply
		}
	}
	return 0, reply
}

// TestInterruptedSessions ends a command in every way in which one can be ended, and asks the session for another.
func TestInterruptedSessions(t *testing.T) {
	for _, tc := range []struct {
		name string
		more []e
		end  func(x, y *db, hangUp context.CancelFunc, opid int64)
		code wire.Code
		next wire.Code // of the session's next command
	}{
		{"killOp", nil, func(x, _ *db, _ context.CancelFunc, opid int64) { x.ok(onAdmin(e{"killOp", 1}, e{"op", opid})) }, wire.Interrupted, wire.Code{}},
		{"killSessions", []e{{"lsid", session(1)}}, func(x, _ *db, _ context.CancelFunc, _ int64) {
			x.ok(d{{"killSessions", a{session(1)}}})
		}, wire.Interrupted, wire.Code{}},
		{"killAllSessions", []e{{"lsid", session(1)}, {"maxTimeMS", 600_000}}, func(x, _ *db, _ context.CancelFunc, _ int64) {
			x.ok(d{{"killAllSessions", a{}}})
		}, wire.Interrupted, wire.Code{}},
		{"maxTimeMS", []e{{"maxTimeMS", 1}}, func(*db, *db, context.CancelFunc, int64) {}, wire.MaxTimeMSExpired, wire.Code{}},
		{"the connection", nil, func(_, _ *db, hangUp context.CancelFunc, _ int64) { hangUp() }, wire.Interrupted, wire.Interrupted},
		{"the session", nil, func(_, y *db, _ context.CancelFunc, _ int64) { y.s.Close() }, wire.Interrupted, wire.Interrupted},
		{"the engine", nil, func(x, _ *db, _ context.CancelFunc, _ int64) { go x.e.Close() }, wire.InterruptedAtShutdown, wire.ShutdownInProgress},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := fresh(t)
			x.fill("c", 300)
			ctx, hangUp := context.WithCancel(t.Context())
			defer hangUp()
			y := x.within(ctx)
			cursor, _ := y.cursor(d{{"find", "c"}})
			unlock, err := x.e.store.Lock(ctx, storage.Namespace{DB: "test", Coll: "locked"})
			if err != nil {
				t.Fatal(err)
			}
			defer unlock()
			opid, reply := y.blocked(tc.more...)
			tc.end(x, y, hangUp, opid)
			if r := <-reply; r.Lookup("code").Int32() != tc.code.Number {
				t.Error(r)
			}
			if tc.next != (wire.Code{}) {
				y.fails(tc.next, d{{"ping", 1}})
				return
			}
			x.ok(onAdmin(e{"killOp", 1}, e{"op", opid})) // it has ended
			y.ok(d{{"getMore", cursor}, {"collection", "c"}})
		})
	}
}

// TestInterruptsMeetTheirCommand has commands follow one another while the one before is being killed.
func TestInterruptsMeetTheirCommand(t *testing.T) {
	x := fresh(t)
	var last *call
	for range 100 {
		c := &call{e: x.e, s: x.s}
		ctx := x.s.begin(c, x.e.mono())
		if last != nil {
			x.e.sessions.interrupt(func(other *call) bool { return other.id == last.id })
		}
		if ctx.Err() != nil {
			t.Fatal("interrupted for another")
		}
		if c.id%2 == 0 {
			if x.e.sessions.interrupt(func(other *call) bool { return other == c }); ctx.Err() == nil {
				t.Fatal("not interrupted")
			}
		}
		x.s.end()
		last = c
	}
}

// TestRepliesAreAppended runs commands that answer, that fail at once, and that fail or panic in the middle of an answer.
// What stands before the reply stays, and the reply is whole.
func TestRepliesAreAppended(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"s", "small"}}, d{{"_id", 2}, {"s", string(make([]byte, 9*mb))}})
	twice := e{"projection", d{{"a", a{"$s", "$s"}}}}
	before := []byte("before")
	out := append(make([]byte, 0, 1<<10), before...)
	for _, tc := range []struct {
		cmd d
		ok  float64
	}{
		{d{{"ping", 1}}, 1},
		{d{{"find", "c"}, {"filter", d{{"_id", 1}}}}, 1},
		{d{{"find", "c"}, {"batchSize", 1}}, 1},
		{d{{"find", "c"}}, 1},
		{d{{"find", "c"}, twice}, 0},
		{d{{"find", "c"}, twice, {"singleBatch", true}}, 0},
		{d{{"find", "c"}, {"filter", d{{"_id", 2}}}, twice}, 0},
		{d{{"nope", 1}}, 0},
	} {
		got := x.s.Run(out, &wire.Msg{Body: marshal(t, append(tc.cmd, e{"$db", "test"}))})
		reply := bson.Raw(got[len(before):])
		if err := wire.Validate(reply, wire.MaxDepth); err != nil || !bytes.HasPrefix(got, before) || reply.Lookup("ok").AsFloat64() != tc.ok {
			t.Errorf("%v: %v, %.300s", tc.cmd, err, reply)
		}
	}
}

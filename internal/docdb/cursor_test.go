package docdb

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

func (x *db) fill(coll string, n int) {
	x.t.Helper()
	var docs []any
	for i := range n {
		docs = append(docs, d{{"_id", i}})
	}
	x.insert(coll, docs...)
}

// cursor opens a cursor and returns its id and the size of its first batch.
func (x *db) cursor(cmd d) (id int64, n int) {
	x.t.Helper()
	c := x.ok(cmd).Lookup("cursor").Document()
	return c.Lookup("id").Int64(), len(batchOf(x.t, c, "firstBatch"))
}

func TestCursorBatches(t *testing.T) {
	x := fresh(t)
	x.fill("c", 250)
	if n := len(x.find("c")); n != 250 {
		t.Errorf("%d documents", n)
	}
	for _, tc := range []struct {
		more []e
		n    int
		open bool
	}{
		{nil, 101, true},
		{[]e{{"batchSize", 0}}, 0, true},
		{[]e{{"batchSize", 7}}, 7, true},
		{[]e{{"batchSize", 251}}, 250, false},
		{[]e{{"limit", 5}}, 5, false},
		{[]e{{"limit", 5}, {"batchSize", 4}}, 4, true},
		{[]e{{"singleBatch", true}, {"batchSize", 3}}, 3, false},
	} {
		id, n := x.cursor(append(d{{"find", "c"}}, tc.more...))
		if n != tc.n || (id != 0) != tc.open {
			t.Errorf("%v: %d documents, cursor %d", tc.more, n, id)
		}
		x.ok(d{{"killCursors", "c"}, {"cursors", a{id}}})
	}
	if n := x.e.cursors.open(); n != 0 {
		t.Errorf("%d cursors are open", n)
	}
	if n := len(x.find("c", e{"limit", 150}, e{"batchSize", 40})); n != 150 {
		t.Errorf("%d documents with a limit", n)
	}
}

func TestBatchesAreBounded(t *testing.T) {
	x := fresh(t)
	for i := range 5 {
		x.insert("c", d{{"_id", i}, {"s", string(make([]byte, 6*mb))}})
	}
	if _, n := x.cursor(d{{"find", "c"}}); n != 2 {
		t.Errorf("%d documents in the first batch", n)
	}
	if n := len(x.find("c")); n != 5 {
		t.Errorf("%d documents", n)
	}
}

func TestCursorSeesOneInstant(t *testing.T) {
	x := fresh(t)
	x.fill("c", 10)
	id, _ := x.cursor(d{{"find", "c"}, {"batchSize", 1}})
	x.ok(d{{"delete", "c"}, {"deletes", a{d{{"q", d{}}, {"limit", 0}}}}})
	x.fill("c", 30)
	next := x.ok(d{{"getMore", id}, {"collection", "c"}}).Lookup("cursor").Document()
	if n := len(batchOf(t, next, "nextBatch")); n != 9 {
		t.Errorf("%d documents", n)
	}
}

// TestCursorsEndWithTheirCollection drops and renames collections under cursors.
func TestCursorsEndWithTheirCollection(t *testing.T) {
	x := fresh(t)
	for _, end := range []d{{{"drop", "c"}}, {{"dropDatabase", 1}}, onAdmin(e{"renameCollection", "test.c"}, e{"to", "test.e"}, e{"dropTarget", true})} {
		for _, again := range []bool{false, true} {
			x.fill("c", 10)
			found, _ := x.cursor(d{{"find", "c"}, {"batchSize", 1}})
			made, _ := x.cursor(d{{"aggregate", "c"}, {"pipeline", a{d{{"$match", d{}}}}}, {"cursor", d{{"batchSize", 1}}}})
			x.ok(end)
			if again {
				x.fill("c", 1)
			}
			for _, id := range []int64{found, made} {
				x.fails(killed, d{{"getMore", id}, {"collection", "c"}})
				x.fails(wire.CursorNotFound, d{{"getMore", id}, {"collection", "c"}})
			}
			x.run(d{{"drop", "c"}})
		}
	}
}

func TestCursorOwnership(t *testing.T) {
	x := fresh(t)
	x.fill("c", 10)
	y := x.other()
	find := d{{"find", "c"}, {"batchSize", 1}}
	more := func(id int64) d { return d{{"getMore", id}, {"collection", "c"}, {"batchSize", 1}} }
	moved, _ := y.cursor(find)
	left, _ := y.cursor(find)
	listing, _ := x.cursor(d{{"listCollections", 1}, {"cursor", d{{"batchSize", 0}}}})
	x.ok(d{{"killCursors", "$cmd.listCollections"}, {"cursors", a{listing}}})
	x.fails(wire.CursorNotFound, d{{"getMore", listing}, {"collection", "$cmd.listCollections"}})
	x.ok(more(moved)) // a driver reads on over another connection
	y.s.Close()
	x.ok(more(moved))
	x.fails(wire.CursorNotFound, more(left))
	x.fails(wire.Unauthorized, d{{"getMore", moved}, {"collection", "other"}})
	reply := x.ok(d{{"killCursors", "c"}, {"cursors", a{moved, left}}})
	if killed, missing := reply.Lookup("cursorsKilled", "0").Int64(), reply.Lookup("cursorsNotFound", "0").Int64(); killed != moved || missing != left {
		t.Error(reply)
	}
	x.fails(wire.CursorNotFound, more(moved))
}

func TestCursorLimits(t *testing.T) {
	x := fresh(t)
	x.fill("c", 3)
	now := time.Now()
	x.e.mono = func() time.Time { return now }
	find := d{{"find", "c"}, {"batchSize", 1}}
	for range maxCursors {
		x.cursor(find)
	}
	x.fails(wire.ExceededMemoryLimit, find)
	now = now.Add(cursorIdle)
	x.ok(d{{"ping", 1}})
	if n := x.e.cursors.open(); n != 0 {
		t.Errorf("%d cursors are open after their time", n)
	}
	x.cursor(find)
}

// TestCursorsThatLast outlive their idleness, but neither their connection nor their logical session.
func TestCursorsThatLast(t *testing.T) {
	x := fresh(t)
	x.fill("c", 3)
	now := time.Now()
	x.e.mono = func() time.Time { return now }
	y := x.other()
	find := func(y *db, lasting bool, more ...e) int64 {
		id, _ := y.cursor(append(d{{"find", "c"}, {"batchSize", 1}, {"noCursorTimeout", lasting}}, more...))
		return id
	}
	first, second, of := find(x, true), find(y, true), find(x, true, e{"lsid", session(1)})
	mortal := find(x, false)
	now = now.Add(100 * cursorIdle)
	x.fails(wire.CursorNotFound, d{{"getMore", mortal}, {"collection", "c"}})
	x.ok(d{{"getMore", first}, {"collection", "c"}, {"batchSize", 1}})
	now = now.Add(100 * cursorIdle)
	x.ok(d{{"ping", 1}})
	if n := x.e.cursors.open(); n != 3 {
		t.Errorf("%d of 3 cursors last", n)
	}
	y.s.Close()
	x.fails(wire.CursorNotFound, d{{"getMore", second}, {"collection", "c"}})
	x.ok(onAdmin(e{"endSessions", a{session(1)}}))
	x.fails(wire.CursorNotFound, d{{"getMore", of}, {"collection", "c"}})
	x.ok(d{{"getMore", first}, {"collection", "c"}})
}

func TestCancelledCommand(t *testing.T) {
	x := fresh(t)
	x.fill("c", 300)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, cmd := range []d{{{"find", "c"}}, {{"insert", "c"}, {"documents", a{d{}}}}, {{"count", "c"}, {"query", d{{"x", 1}}}}} {
		reply := x.within(ctx).run(cmd)
		if code := reply.Lookup("code").Int32(); code != wire.Interrupted.Number {
			t.Errorf("%v: %s", cmd, reply)
		}
	}
	late, cancel := context.WithDeadline(context.Background(), time.Unix(0, 0))
	defer cancel()
	reply := x.within(late).run(d{{"find", "c"}})
	if code := reply.Lookup("code").Int32(); code != wire.MaxTimeMSExpired.Number {
		t.Error(reply)
	}
	shows(t, []bson.Raw{marshal(t, d{{"n", x.ok(d{{"count", "c"}}).Lookup("n")}})}, `{"n":300}`)
}

func TestClosedEngine(t *testing.T) {
	x := fresh(t)
	x.fill("c", 300)
	x.cursor(d{{"find", "c"}})
	if err := x.e.Close(); err != nil {
		t.Fatal(err)
	}
	x.fails(wire.ShutdownInProgress, d{{"ping", 1}})
}

// TestTooLargeToSend computes documents that no client would take.
func TestTooLargeToSend(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"s", string(make([]byte, 6*mb))}})
	thrice := d{{"a", a{"$s", "$s", "$s"}}}
	x.fails(wire.BSONObjectTooLarge, d{{"aggregate", "c"}, {"pipeline", a{d{{"$group", d{{"_id", nil}, {"all", d{{"$push", thrice}}}}}}}}, {"cursor", d{}}})
	x.fails(wire.BSONObjectTooLarge, d{{"find", "c"}, {"projection", thrice}})
	x.fails(wire.BSONObjectTooLarge, d{{"find", "c"}, {"projection", thrice}, {"limit", 1}, {"singleBatch", true}})
	x.fails(wire.BSONObjectTooLarge, d{{"findAndModify", "c"}, {"remove", true}, {"fields", thrice}})
	if n := len(x.find("c")); n != 1 {
		t.Errorf("%d documents are left", n)
	}
}

// TestIdleCursorsHoldNoMemory opens cursors between flushes of what is in memory. Each must go on from where it was.
func TestIdleCursorsHoldNoMemory(t *testing.T) {
	x := fresh(t)
	for i := range 30 {
		x.insert("c", d{{"_id", i}, {"a", a{i % 5, i % 7}}, {"b", i % 3}})
	}
	x.index("c", "a", 1)
	x.index("c", "b", -1)
	var want, got [][]bson.Raw
	var ids []int64
	for _, more := range [][]e{
		nil,
		{{"filter", d{{"_id", 3}}}, {"readConcern", d{{"level", "majority"}}}},
		{{"filter", d{{"_id", 4}}}, {"readConcern", d{{"level", "majority"}}}},
		{{"sort", d{{"_id", -1}}}},
		{{"sort", d{{"$natural", -1}}}},
		{{"filter", d{{"a", d{{"$in", a{1, 3, 6}}}}}}},
		{{"filter", d{{"b", d{{"$in", a{0, 2}}}}}}, {"sort", d{{"b", 1}}}},
		{{"filter", d{{"b", d{{"$gt", 0}}}}}, {"sort", d{{"b", -1}}}},
		{{"filter", d{{"$or", a{d{{"a", 2}}, d{{"b", 1}}}}}}},
		{{"filter", d{{"_id", 3}}}, {"sort", d{{"$natural", 1}}}},
	} {
		find := append(d{{"find", "c"}}, more...)
		want = append(want, x.drain(find))
		first := x.ok(append(find, e{"batchSize", 1})).Lookup("cursor").Document()
		ids = append(ids, first.Lookup("id").Int64())
		got = append(got, batchOf(t, first, "firstBatch"))
		x.insert("other", d{})
		if err := x.e.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if n := x.e.store.Metrics().MemTable.ZombieCount; n > 1 {
		t.Errorf("%d tables are kept in memory", n)
	}
	x.ok(d{{"delete", "c"}, {"deletes", a{d{{"q", d{}}, {"limit", 0}}}}})
	for i, id := range ids {
		for id != 0 {
			next := x.ok(d{{"getMore", id}, {"collection", "c"}, {"batchSize", 1}}).Lookup("cursor").Document()
			id = next.Lookup("id").Int64()
			got[i] = append(got[i], batchOf(t, next, "nextBatch")...)
		}
		if fmt.Sprint(got[i]) != fmt.Sprint(want[i]) {
			t.Errorf("query %d: %v instead of %v", i, got[i], want[i])
		}
	}
}

// TestBatchesOfWhatIsLent reads documents on every way on which they are lent, without a cache that would keep them. Each
// must come whole and once.
func TestBatchesOfWhatIsLent(t *testing.T) {
	x := open(t, t.TempDir(), Options{cache: pebble.NewCache(1)})
	x.index("c", "a", 1)
	x.index("c", "t", 1)
	want := map[int32]bson.Raw{}
	for i := range int32(12) {
		data := bytes.Repeat([]byte{byte(i)}, []int{100, 2 * mb, 6 * mb, 20_000}[i%4])
		want[i] = marshal(t, d{{"_id", i}, {"a", i % 3}, {"t", a{i, i + 1}}, {"s", bson.Binary{Data: data}}})
		x.insert("c", want[i])
	}
	if err := x.e.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	pipeline := func(stages ...any) d {
		return d{{"aggregate", "c"}, {"pipeline", append(a{}, stages...)}, {"cursor", d{{"batchSize", 5}}}}
	}
	for _, tc := range []struct {
		cmd d
		n   int
	}{
		{d{{"find", "c"}}, 12},
		{d{{"find", "c"}, {"sort", d{{"_id", -1}}}, {"batchSize", 7}}, 12},
		{d{{"find", "c"}, {"skip", 2}, {"limit", 9}}, 9},
		{d{{"find", "c"}, {"projection", d{{"nope", 0}}}}, 12},
		{d{{"find", "c"}, {"filter", d{{"a", 1}}}, {"sort", d{{"a", 1}}}}, 4},
		{d{{"find", "c"}, {"filter", d{{"t", d{{"$gt", 3}}}}}}, 9},
		{d{{"find", "c"}, {"filter", d{{"$or", a{d{{"a", 1}}, d{{"_id", d{{"$gt", 5}}}}, d{{"t", 3}}}}}}}, 10},
		{d{{"find", "c"}, {"filter", d{{"_id", 6}}}, {"readConcern", d{{"level", "majority"}}}}, 1},
		{pipeline(), 12},
		{pipeline(d{{"$match", d{{"_id", d{{"$gt", 3}}}}}}, d{{"$match", d{{"s", d{{"$exists", true}}}}}}), 8},
		{pipeline(d{{"$match", d{{"_id", 6}}}}), 1},
		{pipeline(d{{"$match", d{{"$or", a{d{{"a", 1}}, d{{"_id", d{{"$gt", 5}}}}}}}}}), 8},
		{pipeline(d{{"$sort", d{{"a", 1}}}}), 12},
	} {
		docs := x.drain(tc.cmd)
		met := map[int32]bool{}
		for _, doc := range docs {
			id := doc.Lookup("_id").Int32()
			if met[id] || !bytes.Equal(doc, want[id]) {
				t.Errorf("%v: document %d is another or comes again", tc.cmd, id)
			}
			met[id] = true
		}
		if len(docs) != tc.n {
			t.Errorf("%v: %d documents", tc.cmd, len(docs))
		}
	}
}

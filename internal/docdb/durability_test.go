package docdb

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

func TestReopen(t *testing.T) {
	dir := t.TempDir()
	x := open(t, dir, Options{})
	x.insert("c", d{{"_id", 1}, {"a", 1}}, d{{"_id", 2}, {"a", a{2, 3}}})
	x.index("c", "a", 1)
	x.insert("dropped", d{{"_id", 1}})
	x.ok(d{{"drop", "dropped"}})
	at := x.e.store.LastTimestamp()
	x.close()
	// The clock has gone back: timestamps go on nevertheless.
	y := open(t, dir, Options{Now: fixed(time.Unix(1000, 0))})
	if y.e.store.LastTimestamp() != at {
		t.Fatalf("last timestamp %v, was %v", y.e.store.LastTimestamp(), at)
	}
	y.insert("c", d{{"_id", 3}})
	if now := y.e.store.LastTimestamp(); !now.After(at) {
		t.Fatalf("timestamp %v after %v", now, at)
	}
	if _, index, _, _, n := y.explain(d{{"find", "c"}, {"filter", d{{"a", 3}}}}); index != "a_1" || n != 1 {
		t.Fatalf("index %q found %d", index, n)
	}
	shows(t, y.drain(d{{"listCollections", 1}, {"nameOnly", true}}), `{"name":"c","type":"collection"}`)
	y.sound()
}

// TestCheckpoint copies the engine while transfers between two documents go on; their sum is the same in every copy.
func TestCheckpoint(t *testing.T) {
	x := fresh(t)
	x.index("c", "n", 1)
	x.insert("c", d{{"_id", "a"}, {"n", 0}}, d{{"_id", "b"}, {"n", 1000}})
	var stop atomic.Bool
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop.Store(true)
	for range 3 {
		y := x.other()
		wg.Go(func() {
			for !stop.Load() {
				y.ok(d{{"update", "c"}, {"updates", a{
					d{{"q", d{{"_id", "a"}}}, {"u", d{{"$inc", d{{"n", 1}}}}}},
					d{{"q", d{{"_id", "b"}}}, {"u", d{{"$inc", d{{"n", -1}}}}}},
				}}})
			}
		})
	}
	for range 3 {
		dir := filepath.Join(t.TempDir(), "copy")
		at, err := x.e.Checkpoint(context.Background(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.e.Checkpoint(context.Background(), dir); err == nil {
			t.Error("a checkpoint over another")
		}
		y := open(t, dir, Options{})
		if y.e.store.LastTimestamp() != at {
			t.Errorf("the copy ends at %v, not %v", y.e.store.LastTimestamp(), at)
		}
		sum := y.drain(d{{"aggregate", "c"}, {"pipeline", a{d{{"$group", d{{"_id", nil}, {"n", d{{"$sum", "$n"}}}}}}}}, {"cursor", d{}}})
		shows(t, sum, `{"_id":null,"n":1000}`)
		y.sound()
	}
}

func (x *db) oplogEntries() []bson.Raw {
	x.t.Helper()
	var entries []bson.Raw
	for entry, err := range x.e.store.Entries(context.Background(), bson.Timestamp{}) {
		if err != nil {
			x.t.Fatal(err)
		}
		entries = append(entries, entry)
	}
	return entries
}

func TestOplog(t *testing.T) {
	x := open(t, t.TempDir(), Options{Now: fixed(time.Unix(77, 0))})
	x.insert("c", d{{"_id", 1}, {"a", 1}})
	x.ok(d{{"update", "c"}, {"updates", a{d{{"q", d{}}, {"u", d{{"$inc", d{{"a", 1}}}}}}}}})
	x.ok(d{{"delete", "c"}, {"deletes", a{d{{"q", d{}}, {"limit", 1}}}}})
	x.ok(d{{"drop", "c"}})
	var brief []bson.Raw
	for i, entry := range x.oplogEntries() {
		ts, _ := entry.Lookup("ts").Timestamp()
		if _, counter, _ := entry.Lookup("ts").TimestampOK(); ts != 77 || int(counter) != i+1 {
			t.Errorf("entry %d: %s", i, entry.Lookup("ts"))
		}
		if err := wire.Validate(entry, storage.MaxDepth); err != nil || entry.Lookup("ui").Type != bson.TypeBinary {
			t.Errorf("entry %d: %v: %s", i, err, entry)
		}
		brief = append(brief, marshal(t, d{{entry.Lookup("op").StringValue(), entry.Lookup("ns")}, {"o", entry.Lookup("o")}}))
	}
	shows(t, brief, `{"c":"test.$cmd","o":{"create":"c","idIndex":{"v":2,"key":{"_id":1},"name":"_id_"}}}`,
		`{"i":"test.c","o":{"_id":1,"a":1}}`, `{"u":"test.c","o":{"$v":2,"diff":{"u":{"a":2}}}}`, `{"d":"test.c","o":{"_id":1}}`,
		`{"c":"test.$cmd","o":{"drop":"c"}}`)
}

func TestOplogIsTrimmed(t *testing.T) {
	dir := t.TempDir()
	const limit = 20_000
	size := func(x *db) (n int) {
		for _, entry := range x.oplogEntries() {
			n += 8 + len(entry)
		}
		return n
	}
	x := open(t, dir, Options{OplogBytes: limit})
	for range 60 {
		x.insert("c", d{{"s", string(make([]byte, 1000))}})
	}
	if n := size(x); n < limit-2000 || n > limit*5/4 {
		t.Errorf("%d bytes of oplog", n)
	}
	x.close()
	y := open(t, dir, Options{OplogBytes: limit / 2})
	y.insert("c", d{{"s", 1}})
	if n := size(y); n > limit*5/8 {
		t.Errorf("%d bytes of oplog after reopening", n)
	}
}

func TestOplogForgets(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	x := open(t, t.TempDir(), Options{Now: func() time.Time { return now }, OplogAge: time.Hour})
	for i := range 100 {
		x.insert("c", d{{"_id", i}})
		now = now.Add(time.Minute)
	}
	if n := len(x.oplogEntries()); n < 60 || n > 70 {
		t.Errorf("%d minutes are remembered", n)
	}
	now = now.Add(24 * time.Hour)
	x.insert("c", d{{"_id", "later"}})
	if n := len(x.oplogEntries()); n != 1 {
		t.Errorf("%d entries a day later", n)
	}
}

func TestRetryableWrites(t *testing.T) {
	dir := t.TempDir()
	x := open(t, dir, Options{})
	session := d{{"id", bson.Binary{Subtype: 4, Data: make([]byte, 16)}}}
	numbered := func(n int, cmd d) d { return append(cmd, e{"lsid", session}, e{"txnNumber", int64(n)}) }
	inc := d{{"findAndModify", "c"}, {"query", d{{"_id", 1}}}, {"update", d{{"$inc", d{{"n", 1}}}}}, {"upsert", true}, {"new", true}}
	first := x.ok(numbered(1, inc))
	x.close()
	y := open(t, dir, Options{})
	for range 3 {
		again := y.ok(numbered(1, inc))
		if got, want := again.Lookup("value").String(), first.Lookup("value").String(); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	y.ok(numbered(2, inc))
	shows(t, y.find("c"), `{"_id":1,"n":2}`)
	y.fails(wire.TransactionTooOld, numbered(1, inc))
	y.fails(wire.NotARetryableWrite, numbered(3, d{{"find", "c"}}))
	y.fails(wire.InvalidOptions, append(inc, e{"txnNumber", int64(9)}))
	y.fails(wire.OperationNotInTransaction, numbered(4, append(inc, e{"startTransaction", true}, e{"autocommit", false})))
	many := y.run(numbered(5, d{{"delete", "c"}, {"deletes", a{d{{"q", d{}}, {"limit", 0}}}}}))
	if errs := errorCodes(t, many); errs[0] != wire.InvalidOptions.Number {
		t.Error(many)
	}
	// The same write twice at the same time is applied once.
	y.together(8, func(_ int, z *db) { z.run(numbered(6, inc)) })
	shows(t, y.find("c"), `{"_id":1,"n":3}`)
}

func TestRetriesAreForgotten(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	x := fresh(t)
	x.e.mono = func() time.Time { return now }
	for i := range 3 {
		x.ok(d{{"insert", "c"}, {"documents", a{d{{"_id", i}}}}, {"lsid", session(byte(i))}, {"txnNumber", int64(1)}})
		now = now.Add(20 * time.Minute)
	}
	if err := x.e.store.PruneRetries(now); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if kept := x.outcome(session(byte(i))) != nil; kept != (i == 2) {
			t.Errorf("session %d: %v", i, kept)
		}
	}
}

// outcome is what the engine has kept of a session's last retryable write.
func (x *db) outcome(session d) (kept *storage.RetryRecord) {
	x.t.Helper()
	_, err := x.e.store.Write(context.Background(), storage.Namespace{DB: "test", Coll: "c"}, func(tx *storage.Tx) (err error) {
		kept, err = tx.Outcome(storage.LogicalSession{ID: marshal(x.t, session)})
		return err
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return kept
}

// Two users may give their sessions the same id, by chance or not: neither gets what the other was answered.
func TestRetriesBelongToAUser(t *testing.T) {
	x := fresh(t)
	take := func(id int) d {
		return d{{"findAndModify", "c"}, {"query", d{{"_id", id}}}, {"remove", true}, {"lsid", session(1)}, {"txnNumber", int64(1)}}
	}
	x.insert("c", d{{"_id", 1}}, d{{"_id", 2}})
	for id, user := range map[int]string{1: "ann", 2: "bob"} {
		if got := x.as(user).ok(take(id)).Lookup("value", "_id").Int32(); int(got) != id {
			t.Errorf("%s got document %d", user, got)
		}
	}
}

// Writes wait for a checkpoint, and for the disk when it is behind; reads do not.
func TestReadsWaitForNoWrites(t *testing.T) {
	began, goOn := make(chan struct{}), make(chan struct{})
	fs := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpCreate && strings.HasPrefix(op.Path, "copy") && strings.HasSuffix(op.Path, ".log") {
			close(began)
			<-goOn
		}
		return nil
	}))
	x := open(t, "data", Options{fs: fs})
	x.insert("c", d{{"_id", 1}})
	at := x.e.store.LastTimestamp()
	copied := make(chan error, 1)
	go func() {
		_, err := x.e.Checkpoint(context.Background(), "copy")
		copied <- err
	}()
	<-began
	defer func() {
		close(goOn)
		if err := <-copied; err != nil {
			t.Error(err)
		}
	}()
	reply := make(chan bson.Raw, 1)
	go func() { reply <- x.run(d{{"find", "c"}}) }()
	select {
	case got := <-reply:
		if last, inc := got.Lookup("operationTime").Timestamp(); last != at.T || inc != at.I {
			t.Errorf("%d %d instead of %v", last, inc, at)
		}
	case <-time.After(10 * time.Second):
		t.Error("a read waits")
	}
}

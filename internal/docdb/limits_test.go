package docdb

import (
	"context"
	"iter"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/expiry"
	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// TestCommandsAreBounded changes one large document by so many small statements that a batch of all would be too large.
func TestCommandsAreBounded(t *testing.T) {
	x := open(t, t.TempDir(), Options{group: 10_000})
	x.insert("c", d{{"_id", 1}, {"n", 0}, {"s", string(make([]byte, 1000))}})
	var updates a
	for range 50 {
		updates = append(updates, d{{"q", d{{"_id", 1}}}, {"u", d{{"$inc", d{{"n", 1}}}}}})
	}
	update := d{{"update", "c"}, {"updates", updates}}
	x.ok(update)
	n := func() int32 { return x.find("c")[0].Lookup("n").Int32() }
	if n() != 50 {
		t.Errorf("%d of 50 updates", n())
	}
	// What may be retried is one piece. It ends where it gets too large, and says where.
	retryable := append(update, e{"lsid", session(1)}, e{"txnNumber", int64(1)})
	for range 2 {
		reply := x.run(retryable)
		done, failed := reply.Lookup("n").Int32(), reply.Lookup("writeErrors", "0").Document()
		if done < 10 || done > 40 || failed.Lookup("index").Int32() != done || failed.Lookup("code").Int32() != wire.ExceededMemoryLimit.Number {
			t.Errorf("done %d: %s", done, failed)
		}
		if n() != 50+done {
			t.Errorf("%d after %d and %d", n(), 50, done)
		}
	}
	x.sound()
}

// TestSweepsAreBounded removes large documents a few at a time.
func TestSweepsAreBounded(t *testing.T) {
	now := time.Now()
	x := open(t, t.TempDir(), Options{Now: func() time.Time { return now }})
	x.index("c", "at", 1, e{"expireAfterSeconds", 0})
	for i := range 3 {
		x.insert("c", d{{"_id", i}, {"at", now}, {"s", bson.Binary{Data: make([]byte, 3*mb)}}})
	}
	_, err := x.e.store.Write(context.Background(), storage.Namespace{DB: "test", Coll: "c"}, func(tx *storage.Tx) error {
		docs, err := expiry.Some(context.Background(), tx, tx.Coll.Indexes[0].ID)
		if len(docs) != 2 {
			t.Errorf("%d documents at once", len(docs))
		}
		return err
	})
	if n, failed := x.e.Sweep(context.Background()); n != 3 || failed != nil || err != nil {
		t.Error(n, failed, err)
	}
}

// TestPanicsLeaveNothingOpen reads from results that panic, at once and later.
func TestPanicsLeaveNothingOpen(t *testing.T) {
	x := fresh(t)
	for _, good := range []int{0, 1} {
		released := false
		results := func(context.Context) iter.Seq2[bson.Raw, error] {
			return func(yield func(bson.Raw, error) bool) {
				for range good {
					if !yield(field.EmptyDoc, nil) {
						return
					}
				}
				panic("a fault")
			}
		}
		cur := x.s.newCursor(storage.Namespace{DB: "test", Coll: "c"}, results, func() { released = true })
		if good > 0 {
			if err := x.e.cursors.add(x.s, cur, time.Now()); err != nil {
				t.Fatal(err)
			}
			x.fails(wire.InternalError, d{{"getMore", cur.id}, {"collection", "c"}})
		} else {
			func() {
				defer func() { _ = recover() }()
				_ = (&call{ctx: context.Background(), e: x.e, s: x.s}).openCursor(cur, 10)
			}()
		}
		if n := x.e.cursors.open(); n != 0 || !released {
			t.Errorf("%d good documents: %d cursors are open, released: %t", good, n, released)
		}
	}
}

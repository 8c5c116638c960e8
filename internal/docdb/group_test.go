package docdb

import (
	"context"
	"runtime"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// TestGroups makes statements commit in many small groups, which must add up to what one would be.
func TestGroups(t *testing.T) {
	x := open(t, t.TempDir(), Options{group: 2000})
	x.fill("c", 500)
	before, _ := x.e.store.Progress()
	reply := x.ok(d{{"update", "c"}, {"updates", a{
		d{{"q", d{{"_id", 7}}}, {"u", d{{"$set", d{{"x", 1}}}}}},
		d{{"q", d{{"_id", d{{"$gte", 100}}}}}, {"u", d{{"$inc", d{{"n", 1}}}}}, {"multi", true}},
	}}})
	if n := reply.Lookup("nModified").Int32(); n != 401 {
		t.Error(reply)
	}
	if after, _ := x.e.store.Progress(); after-before < 10 {
		t.Errorf("%d groups", after-before)
	}
	x.index("c", "n", 1)
	// An update that moves documents in the index by which it finds them meets each once.
	x.ok(d{{"update", "c"}, {"updates", a{d{{"q", d{{"n", d{{"$gt", 0}}}}}, {"u", d{{"$inc", d{{"n", 1}}}}}, {"multi", true}}}}})
	if n := x.ok(d{{"count", "c"}, {"query", d{{"n", 2}}}}).Lookup("n").Int32(); n != 400 {
		t.Errorf("%d documents were incremented", n)
	}
	x.fails(wire.DuplicateKey, d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"x", 1}}}, {"name", "x"}, {"unique", true}}}}})
	x.sound()
	x.ok(d{{"delete", "c"}, {"deletes", a{d{{"q", d{}}, {"limit", 0}}}}})
	shows(t, x.find("c"))
	x.sound()
}

func TestSortIsBounded(t *testing.T) {
	x := fresh(t)
	x.fill("c", 100)
	for limit, most := range map[int64]error{0: wire.Errorf(wire.SortMemoryExceeded, ""), 10: nil} {
		sel, err := plan.NewSelection(nil, field.EmptyDoc, marshal(t, d{{"x", 1}}), nil, bson.RawValue{})
		if err != nil {
			t.Fatal(err)
		}
		sel.Memory, sel.Limit = 2500, limit // a document takes about 90 bytes
		v := x.e.store.View(storage.Namespace{DB: "test", Coll: "c"})
		defer v.Close()
		s, err := sel.Scan(context.Background(), v.R, v.Coll)
		if err != nil {
			t.Fatal(err)
		}
		var got error
		for _, got = range sel.Results(&stage.Run{Ctx: context.Background(), Memory: x.e.memory}, s) {
		}
		if (got == nil) != (most == nil) {
			t.Errorf("limit %d: %v", limit, got)
		}
	}
}

// TestSmall holds an idle engine to what a laptop that runs dozens of them can spare.
func TestSmall(t *testing.T) {
	const engines, most = 8, 8 * mb
	dirs := make([]string, engines)
	for i := range dirs {
		dirs[i] = t.TempDir()
		x := open(t, dirs[i], Options{})
		x.fill("c", 1000)
		x.close()
	}
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // the first leaves what pools and finalizers of closed engines hold
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before, began := heap(), time.Now()
	for _, dir := range dirs {
		open(t, dir, Options{})
	}
	t.Logf("opened in %v", time.Since(began)/engines)
	if each := (heap() - before) / engines; each > most {
		t.Errorf("%d bytes of memory for an engine", each)
	} else {
		t.Logf("%d KB for an engine", each/1024)
	}
}

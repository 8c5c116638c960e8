package docdb

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/telamon-db/telamon/internal/wire"
)

// together runs fn in n sessions at once.
func (x *db) together(n int, fn func(i int, y *db)) {
	var wg sync.WaitGroup
	for i := range n {
		y := x.other()
		wg.Go(func() { fn(i, y) })
	}
	wg.Wait()
}

func TestIncrementsAllCount(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"n", 0}})
	x.together(16, func(_ int, y *db) {
		for range 25 {
			y.run(d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", 1}}}, {"u", d{{"$inc", d{{"n", 1}}}}}}}}})
		}
	})
	shows(t, x.find("c"), `{"_id":1,"n":400}`)
}

// TestEachIsHandedOutOnce has many workers take work from one queue, by an index and without one.
func TestEachIsHandedOutOnce(t *testing.T) {
	for _, indexed := range []bool{false, true} {
		x := fresh(t)
		if indexed {
			x.index("c", "state", 1)
		}
		for i := range 50 {
			x.insert("c", d{{"_id", i}, {"state", "new"}})
		}
		var mu sync.Mutex
		taken := map[int32]int{}
		x.together(50, func(_ int, y *db) {
			reply := y.run(d{{"findAndModify", "c"}, {"query", d{{"state", "new"}}}, {"update", d{{"$set", d{{"state", "taken"}}}}}})
			mu.Lock()
			defer mu.Unlock()
			if doc, ok := reply.Lookup("value").DocumentOK(); ok {
				taken[doc.Lookup("_id").Int32()]++
			}
		})
		for id, n := range taken {
			if n != 1 {
				t.Errorf("document %d was handed out %d times", id, n)
			}
		}
		if len(taken) != 50 {
			t.Errorf("%d of 50 were handed out", len(taken))
		}
		x.sound()
	}
}

// TestUpsertsOnAUniqueKey has twenty clients make the document of one key, which is not its _id.
func TestUpsertsOnAUniqueKey(t *testing.T) {
	x := fresh(t)
	x.index("c", "k", 1, e{"unique", true})
	x.together(20, func(_ int, y *db) {
		y.ok(d{{"update", "c"}, {"updates", a{d{{"q", d{{"k", "one"}}}, {"u", d{{"$inc", d{{"n", 1}}}}}, {"upsert", true}}}}})
	})
	shows(t, x.find("c", e{"projection", d{{"_id", 0}}}), `{"k":"one","n":20}`)
	x.sound()
}

func TestUpsertsMakeOne(t *testing.T) {
	x := fresh(t)
	var upserted atomic.Int32
	x.together(20, func(_ int, y *db) {
		reply := y.run(d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", 1}}}, {"u", d{{"$inc", d{{"n", 1}}}}}, {"upsert", true}}}}})
		if reply.Lookup("upserted").Type != 0 {
			upserted.Add(1)
		}
	})
	if n := upserted.Load(); n != 1 {
		t.Errorf("%d upserts inserted", n)
	}
	shows(t, x.find("c"), `{"_id":1,"n":20}`)
	x.sound()
}

func TestUniqueRace(t *testing.T) {
	x := fresh(t)
	x.index("c", "u", 1, e{"unique", true})
	var won, lost atomic.Int32
	x.together(16, func(i int, y *db) {
		for k := range 10 {
			reply := y.run(d{{"insert", "c"}, {"documents", a{d{{"_id", i*100 + k}, {"u", k}}}}})
			if code, ok := reply.Lookup("writeErrors", "0", "code").Int32OK(); !ok {
				won.Add(1)
			} else if code == wire.DuplicateKey.Number {
				lost.Add(1)
			}
		}
	})
	if won.Load() != 10 || lost.Load() != 150 {
		t.Errorf("won %d, lost %d", won.Load(), lost.Load())
	}
	x.sound()
}

// TestBatchesAreWhole inserts and removes pairs in one command each, while readers look for half of one.
func TestBatchesAreWhole(t *testing.T) {
	x := fresh(t)
	x.index("c", "k", 1)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		y := x.other()
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if n := len(y.find("c", e{"filter", d{{"k", 1}}})); n%2 != 0 {
					t.Errorf("saw %d documents", n)
					return
				}
			}
		})
	}
	x.together(3, func(i int, y *db) {
		for range 30 {
			y.insert("c", d{{"_id", i * 2}, {"k", 1}}, d{{"_id", i*2 + 1}, {"k", 1}})
			y.ok(d{{"delete", "c"}, {"deletes", a{
				d{{"q", d{{"_id", i * 2}}}, {"limit", 1}}, d{{"q", d{{"_id", i*2 + 1}}}, {"limit", 1}},
			}}})
		}
	})
	close(done)
	readers.Wait()
}

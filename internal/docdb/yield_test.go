package docdb

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// many fills a collection with small documents.
func (x *db) many(coll string, n int) {
	x.t.Helper()
	for from := 0; from < n; from += 10_000 {
		var docs []bson.Raw
		for i := from; i < min(n, from+10_000); i++ {
			docs = append(docs, marshal(x.t, d{{"_id", i}, {"n", 0}, {"s", "a text that gives the document some size"}}))
		}
		x.ok(d{{"insert", coll}}, wire.Sequence{ID: "documents", Docs: docs})
	}
}

func updateAll(change d) d {
	return d{{"update", "c"}, {"updates", a{d{{"q", d{}}, {"u", change}, {"multi", true}}}}}
}

var increment = d{{"$inc", d{{"n", 1}}}}

// TestWritesYield has one command update 200,000 documents. Others' writes go on meanwhile: they wait at most 100 ms, and 5 ms
// at the median. What other programs take of the machine does not count: the database is in memory, and so long as nothing of
// this process ran is left out. Under the race detector, which makes a write ten times as long, the times mean nothing.
func TestWritesYield(t *testing.T) {
	n := 200_000
	if raceDetector {
		n = 20_000
	}
	x := open(t, "data", Options{fs: vfs.NewMem()})
	x.many("c", n)
	y, ended := x.other(), make(chan bson.Raw, 1)
	go func() { ended <- y.run(updateAll(increment)) }()
	var waits []time.Duration
	stopped := standstill()
	for i := 0; len(ended) == 0; i++ {
		began := time.Now()
		x.insert("c", d{{"_id", n + i}, {"n", -1}})
		x.ok(d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", n + i}}}, {"u", d{{"$inc", d{{"m", 1}}}}}}}}})
		waits = append(waits, time.Since(began)/2)
	}
	if got := (<-ended).Lookup("nModified").AsInt64(); got < int64(n) { // and perhaps the first of the others'
		t.Errorf("%d documents were updated", got)
	}
	slices.Sort(waits)
	median, most := waits[len(waits)/2], waits[len(waits)-1]
	t.Logf("%d writes waited %v at the median, %v at most", 2*len(waits), median, most)
	if still := stopped(); !raceDetector && (median > 5*time.Millisecond || most > 100*time.Millisecond+still) {
		t.Errorf("writes waited %v at the median, %v at most; the process stood still for %v", median, most, still)
	}
}

// standstill finds the longest time in which a goroutine that has next to nothing to do did not run.
func standstill() (longest func() time.Duration) {
	done, result := make(chan struct{}), make(chan time.Duration, 1)
	go func() {
		var most time.Duration
		for last := time.Now(); ; {
			select {
			case <-done:
				result <- most
				return
			case <-time.After(time.Millisecond):
			}
			most, last = max(most, time.Since(last)), time.Now()
		}
	}()
	return func() time.Duration { close(done); return <-result }
}

// TestIncrementsCount has two commands increment the same documents, while a third client does so one by one.
func TestIncrementsCount(t *testing.T) {
	const n = 20_000
	x := fresh(t)
	x.many("c", n)
	var wg sync.WaitGroup
	for range 2 {
		y := x.other()
		wg.Go(func() {
			if got := y.ok(updateAll(increment)).Lookup("nModified").AsInt64(); got != n {
				t.Errorf("%d documents were updated", got)
			}
		})
	}
	for i := range 200 {
		x.ok(d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", i * 97}}}, {"u", increment}}}}})
	}
	wg.Wait()
	sum := x.drain(d{{"aggregate", "c"}, {"pipeline", a{d{{"$group", d{{"_id", nil}, {"n", d{{"$sum", "$n"}}}}}}}}, {"cursor", d{}}})
	shows(t, sum, `{"_id":null,"n":40200}`)
	x.sound()
}

// TestFarDocuments has several clients take documents that no index leads to, so that they are looked for while others
// write: each document is taken once.
func TestFarDocuments(t *testing.T) {
	const n, far = 4000, 60
	x := fresh(t)
	x.many("c", n)
	x.ok(d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", d{{"$gte", n - far}}}}}, {"u", d{{"$set", d{{"free", true}}}}}, {"multi", true}}}}})
	take := d{{"findAndModify", "c"}, {"query", d{{"free", true}}}, {"update", d{{"$set", d{{"free", false}}}, {"$inc", d{{"n", 1}}}}}}
	var mu sync.Mutex
	taken := map[string]int{}
	x.together(4, func(i int, y *db) {
		for k := range far / 4 {
			cmd := take
			if i%2 == 0 {
				cmd = append(slices.Clip(take), e{"lsid", session(byte(i))}, e{"txnNumber", int64(k)})
			}
			doc := y.ok(cmd).Lookup("value")
			mu.Lock()
			taken[doc.String()]++
			mu.Unlock()
		}
	})
	if len(taken) != far {
		t.Errorf("%d documents were taken", len(taken))
	}
	shows(t, x.find("c", e{"filter", d{{"$or", a{d{{"free", true}}, d{{"n", d{{"$gt", 1}}}}}}}}))
	x.sound()
}

// TestRetriesMeetInAPause sends one write several times at once, whose document is looked for while others write: it is done
// once.
func TestRetriesMeetInAPause(t *testing.T) {
	const n = 3000
	x := fresh(t)
	x.many("c", n)
	x.ok(d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", n - 1}}}, {"u", d{{"$set", d{{"far", true}}}}}}}}})
	for k := range 5 {
		once := d{{"update", "c"}, {"updates", a{d{{"q", d{{"far", true}}}, {"u", increment}}}}, {"lsid", session(1)}, {"txnNumber", int64(k)}}
		x.together(4, func(_ int, y *db) { y.ok(once) })
	}
	shows(t, x.find("c", e{"filter", d{{"far", true}}}, e{"projection", d{{"n", 1}}}), `{"_id":2999,"n":5}`)
}

// TestDroppedUnderAWrite drops the collection while a command updates it.
func TestDroppedUnderAWrite(t *testing.T) {
	x := fresh(t)
	x.many("c", 50_000)
	before, _ := x.e.store.Progress()
	y, ended := x.within(context.Background()), make(chan bson.Raw, 1)
	go func() { ended <- y.run(updateAll(increment)) }()
	for at := before; at == before; {
		at, _ = x.e.store.Progress()
	}
	x.ok(d{{"drop", "c"}})
	x.insert("c", d{{"_id", 1}, {"n", 0}})
	if reply := <-ended; reply.Lookup("writeErrors", "0", "code").Int32() != killed.Number {
		t.Error(reply)
	}
	shows(t, x.find("c"), `{"_id":1,"n":0}`)
	x.sound()
}

package docdb

import (
	"context"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// gathering are commands that gather what they find before they answer with the first of it.
func gathering(batch int) []d {
	size := d{{"batchSize", batch}}
	pipeline := func(stage d) d {
		return d{{"aggregate", "c"}, {"pipeline", a{stage}}, {"cursor", size}, {"allowDiskUse", false}}
	}
	return []d{
		{{"find", "c"}, {"sort", d{{"n", 1}}}, {"batchSize", batch}, {"allowDiskUse", false}},
		{{"find", "c"}, {"sort", d{{"n", 1}}}, {"limit", 30}, {"batchSize", batch}, {"allowDiskUse", false}},
		pipeline(d{{"$sort", d{{"n", 1}}}}),
		pipeline(d{{"$group", d{{"_id", "$n"}, {"all", d{{"$push", "$$ROOT"}}}}}}),
	}
}

// withMemory gives an engine a memory of its own, and 200 documents, of which a sort takes about 20 kB.
func withMemory(t testing.TB, size int64) (*db, *memory.Budget) {
	x := fresh(t)
	budget := memory.NewBudget(size)
	x.e.memory = budget
	for i := range 200 {
		x.insert("c", d{{"_id", i}, {"n", i % 50}})
	}
	return x, budget
}

// TestMemoryIsShared has an idle cursor hold what others then lack, until it has handed enough of it out.
func TestMemoryIsShared(t *testing.T) {
	x, budget := withMemory(t, 30_000)
	first := x.ok(gathering(1)[0]).Lookup("cursor", "id").Int64()
	held := budget.Used()
	for _, cmd := range slices.Delete(gathering(1), 1, 2) {
		x.fails(wire.ExceededMemoryLimit, cmd)
	}
	x.ok(gathering(1)[1]) // keeps few
	x.ok(d{{"find", "c"}, {"sort", d{{"_id", -1}}}, {"batchSize", 1}})
	if budget.Used() <= held || held < 10_000 {
		t.Errorf("%d bytes are held, %d by the first", budget.Used(), held)
	}
	held = budget.Used()
	x.ok(d{{"getMore", first}, {"collection", "c"}, {"batchSize", 100}})
	if now := budget.Used(); now >= held || now < held/2 {
		t.Errorf("%d bytes are held, %d when 100 documents were still there", now, held)
	}
	x.ok(d{{"getMore", first}, {"collection", "c"}})
	x.ok(gathering(1)[2])
}

// TestMemoryIsGivenBack ends what gathers in every way that there is.
func TestMemoryIsGivenBack(t *testing.T) {
	x, budget := withMemory(t, mb)
	now := time.Now()
	x.e.mono = func() time.Time { return now }
	y := x.other()
	for name, end := range map[string]func(cmd d){
		"read to the end":    func(cmd d) { x.drain(cmd) },
		"in one batch":       func(d) { x.ok(gathering(1000)[0]) },
		"in a single batch":  func(d) { x.ok(append(gathering(1)[0], e{"singleBatch", true})) },
		"the first":          func(d) { x.ok(d{{"findAndModify", "c"}, {"sort", d{{"n", 1}}}, {"update", d{{"$set", d{{"x", 1}}}}}}) },
		"explained":          func(d) { x.ok(d{{"explain", gathering(1)[0]}}) },
		"killed":             func(cmd d) { x.ok(d{{"killCursors", "c"}, {"cursors", a{x.ok(cmd).Lookup("cursor", "id")}}}) },
		"left by a session":  func(cmd d) { z := x.other(); z.ok(cmd); z.s.Close() },
		"idle with commands": func(cmd d) { y.ok(cmd); now = now.Add(cursorIdle); x.ok(d{{"ping", 1}}) },
		"idle without":       func(cmd d) { y.ok(cmd); now = now.Add(cursorIdle); _, _ = x.e.Sweep(context.Background()) },
		"too much for one": func(d) {
			others := budget.Open("others", mb)
			defer others.Close()
			if err := others.Take(mb - 1000); err != nil {
				t.Fatal(err)
			}
			x.fails(wire.ExceededMemoryLimit, gathering(1)[0])
		},
		"cancelled": func(cmd d) {
			ctx, cancel := context.WithCancel(context.Background())
			z := x.within(ctx)
			id := z.ok(cmd).Lookup("cursor", "id").Int64()
			cancel()
			z.run(d{{"getMore", id}, {"collection", "c"}})
			z.s.Close()
		},
	} {
		for _, cmd := range gathering(1) {
			if end(cmd); budget.Used() != 0 {
				t.Fatalf("%s: %v: %d bytes are held", name, cmd, budget.Used())
			}
		}
	}
	for _, cmd := range gathering(1) {
		x.ok(cmd)
	}
	if budget.Used() == 0 {
		t.Error("nothing is held by open cursors")
	}
	if err := x.e.Close(); err != nil || budget.Used() != 0 {
		t.Errorf("%d bytes are held by a closed engine, error %v", budget.Used(), err)
	}
}

// TestPanicsHoldNoMemory panics while documents are gathered, and while they are handed out.
func TestPanicsHoldNoMemory(t *testing.T) {
	x, budget := withMemory(t, mb)
	for _, early := range []bool{true, false} {
		sel, err := plan.NewSelection(nil, field.EmptyDoc, marshal(t, d{{"n", 1}}), nil, bson.RawValue{})
		if err != nil {
			t.Fatal(err)
		}
		faulty := func(yield func(bson.Raw, error) bool) {
			for range 5 {
				yield(marshal(t, d{{"n", 1}}), nil)
			}
			if early {
				panic("a fault")
			}
		}
		results := func(context.Context) iter.Seq2[bson.Raw, error] {
			docs := sel.Sorted(&stage.Run{Ctx: context.Background(), Memory: budget}, faulty)
			return func(yield func(bson.Raw, error) bool) {
				for doc, err := range docs {
					if yield(doc, err); !early {
						panic("a fault")
					}
				}
			}
		}
		cur := x.s.newCursor(storage.Namespace{DB: "test", Coll: "c"}, results, func() {})
		if err := x.e.cursors.add(x.s, cur, time.Now()); err != nil {
			t.Fatal(err)
		}
		x.fails(wire.InternalError, d{{"getMore", cur.id}, {"collection", "c"}})
		if n := budget.Used(); n != 0 {
			t.Errorf("early %t: %d bytes are held", early, n)
		}
	}
}

// TestMemoryWithManyCursors opens cursors, reads them, kills them and leaves them, all at once and with too little memory
// for all. What they hold is never more than there is, and in the end nothing.
func TestMemoryWithManyCursors(t *testing.T) {
	const size = 120_000
	x, budget := withMemory(t, size)
	var mu sync.Mutex
	var open []int64
	pick := func(r *rand.Rand) int64 {
		mu.Lock()
		defer mu.Unlock()
		if len(open) == 0 {
			return 0
		}
		return open[r.IntN(len(open))]
	}
	refused, most := 0, int64(0)
	step := func(y *db, r *rand.Rand) *db {
		var cmd d
		switch n := r.IntN(10); {
		case n == 0:
			y.s.Close()
			return x.other()
		case n < 4:
			cmd = gathering(r.IntN(50))[r.IntN(4)]
		case n < 8:
			cmd = d{{"getMore", pick(r)}, {"collection", "c"}, {"batchSize", 1 + r.IntN(100)}}
		default:
			cmd = d{{"killCursors", "c"}, {"cursors", a{pick(r)}}}
		}
		reply := y.run(cmd)
		mu.Lock()
		defer mu.Unlock()
		if id, _ := reply.Lookup("cursor", "id").Int64OK(); id != 0 && !slices.Contains(open, id) {
			open = append(open, id)
		}
		switch code, _ := reply.Lookup("code").Int32OK(); code {
		case 0, wire.CursorNotFound.Number, wire.CursorInUse.Number, wire.Interrupted.Number:
		case wire.ExceededMemoryLimit.Number:
			refused++
		default:
			t.Error(reply)
		}
		n := budget.Used()
		if n < 0 || n > size {
			t.Errorf("%d bytes are held", n)
		}
		most = max(most, n)
		return y
	}
	var wait sync.WaitGroup
	for w := range 6 {
		wait.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			y := x.other()
			for range 150 {
				y = step(y, r)
			}
			if w%2 == 0 { // the cursors of the others are left
				y.s.Close()
			}
		})
	}
	wait.Wait()
	t.Logf("%d cursors, %d bytes at most, %d commands refused", len(open), most, refused)
	if refused == 0 || most < size/2 {
		t.Error("nothing was scarce")
	}
	x.e.cursors.closeAll()
	if n := budget.Used(); n != 0 {
		t.Errorf("%d bytes are held by nobody", n)
	}
}

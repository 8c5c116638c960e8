package docdb

import (
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestRepliesShareMemory: replies that have not been sent hold what others then lack; batches are smaller then, and
// what cannot be said in part is refused. Nothing is left out.
func TestRepliesShareMemory(t *testing.T) {
	x := fresh(t)
	x.e.replies.Resize(10 << 20) // half of it is one user's
	const docs = 8
	for i := range docs {
		x.insert("c", d{{"_id", i}, {"x", strings.Repeat("x", 1<<20)}})
	}
	one, other := x.other(), x.other()
	all := d{{"find", "c"}, {"batchSize", docs}}
	first := one.ok(all)
	n := len(first.Lookup("cursor", "firstBatch").Value) >> 20
	if n < 1 || n == docs {
		t.Fatalf("%d documents in the first batch", n)
	}
	other.fails(wire.ExceededMemoryLimit, d{{"find", "c"}, {"batchSize", docs}, {"singleBatch", true}})
	other.fails(wire.ExceededMemoryLimit, d{{"find", "c"}, {"sort", d{{"_id", 1}}}, {"limit", 7}, {"singleBatch", true}})
	one.s.Sent()
	for id := first.Lookup("cursor", "id").Int64(); id != 0; {
		reply := one.ok(d{{"getMore", id}, {"collection", "c"}})
		n += len(reply.Lookup("cursor", "nextBatch").Value) >> 20
		id = reply.Lookup("cursor", "id").Int64()
	}
	if n != docs {
		t.Errorf("%d documents in all", n)
	}
	one.s.Sent()
	other.ok(d{{"find", "c"}, {"filter", d{{"_id", 1}}}})
	other.s.Sent()
	if used := x.e.replies.Used(); used != 0 {
		t.Errorf("%d bytes are held", used)
	}
}

// TestOneUserLeavesRoomForOthers: a user who takes in none of many large replies gets smaller ones and then none, and
// another user reads on, of this engine and of another one.
func TestOneUserLeavesRoomForOthers(t *testing.T) {
	x, beside := fresh(t), fresh(t)
	for _, e := range []*db{x, beside} {
		for i := range 8 {
			e.insert("c", d{{"_id", i}, {"x", strings.Repeat("x", 1<<20)}})
		}
	}
	all := d{{"find", "c"}, {"batchSize", 8}}
	var greedy []*db
	for refused := false; !refused; {
		y := x.as("greedy")
		reply := y.run(all)
		refused = reply.Lookup("ok").AsFloat64() == 0
		if greedy = append(greedy, y); len(greedy) > 256 {
			t.Fatal("nothing bounds one user")
		}
	}
	if len(greedy) < 8 {
		t.Errorf("the user has only %d replies before there is one too many", len(greedy)-1)
	}
	if whole := replies.Size(); x.e.replies.Used() > whole/4 {
		t.Errorf("one user holds %d of %d bytes", x.e.replies.Used(), whole)
	}
	for _, other := range []*db{x.as("modest"), beside.as("greedy")} {
		if n := len(other.ok(all).Lookup("cursor", "firstBatch").Value) >> 20; n != 8 {
			t.Errorf("%d documents are left for another user", n)
		}
	}
	for _, y := range greedy {
		y.s.Sent()
	}
	x.as("greedy").ok(all)
}

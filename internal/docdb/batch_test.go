package docdb

import (
	"strings"
	"testing"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/wire"
)

// TestRepliesShareMemory: replies that have not been sent hold what others then lack; batches are smaller then, and
// what cannot be said in part is refused. Nothing is left out.
func TestRepliesShareMemory(t *testing.T) {
	x := fresh(t)
	x.e.replies = memory.NewBudget(5 << 20)
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

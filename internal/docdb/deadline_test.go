package docdb

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// late is how much later than its time a command may end in these tests. It ends within some 50 ms; the machine may have
// other work.
const late = 2 * time.Second

// manyExpressions is a filter of so many regular expressions.
func manyExpressions(n int) d {
	list := a{}
	for i := range n {
		list = append(list, bson.Regex{Pattern: fmt.Sprintf("^a%d.*b+c$", i)})
	}
	return d{{"s", d{{"$in", list}}}}
}

// manyRanges is a filter of so many alternatives.
func manyRanges(n int) d {
	list := a{}
	for i := range n {
		list = append(list, d{{"n", d{{"$gt", i}, {"$lt", i}}}})
	}
	return d{{"$or", list}}
}

// TestMaxTimeHolds gives commands 100 ms that take many seconds to read, to plan, or to judge one document.
func TestMaxTimeHolds(t *testing.T) {
	x := fresh(t)
	for range 4 {
		x.insert("c", d{{"s", strings.Repeat("a", 1000)}, {"n", 1}, {"z", strings.Repeat("z", 4*mb)}})
	}
	x.insert("slow", d{{"slow", a{strings.Repeat("z", 14*mb)}}})
	x.index("c", "s", 1)
	x.index("c", "n", 1)
	large := d{{"z", bson.Regex{Pattern: "(z+)+y"}}}
	for name, cmd := range map[string]d{
		"expressions":                 {{"find", "c"}, {"filter", manyExpressions(100_000)}},
		"counted expressions":         {{"count", "c"}, {"query", manyExpressions(100_000)}},
		"ranges":                      {{"find", "c"}, {"filter", manyRanges(300_000)}},
		"matched ranges":              pipe(d{{"$set", d{{"n", 1}}}}, d{{"$match", manyRanges(300_000)}}),
		"explained":                   {{"explain", d{{"find", "c"}, {"filter", manyRanges(300_000)}}}},
		"removed":                     {{"delete", "c"}, {"deletes", a{d{{"q", manyExpressions(100_000)}, {"limit", 0}}}}},
		"updated":                     {{"update", "c"}, {"updates", a{d{{"q", large}, {"u", d{{"$set", d{{"x", 1}}}}}, {"multi", true}}}}},
		"pulled":                      {{"update", "c"}, {"updates", a{d{{"q", d{}}, {"u", d{{"$pull", d{{"none", d{{"$in", manyExpressions(100_000)[0].Value.(d)[0].Value}}}}}}}}}}},
		"pulled by a slow expression": {{"update", "slow"}, {"updates", a{d{{"q", d{}}, {"u", d{{"$pull", d{{"slow", bson.Regex{Pattern: "(z+)+y"}}}}}}}}}},
		"large documents":             {{"find", "c"}, {"filter", large}},
		"one":                         {{"find", "c"}, {"filter", large}, {"limit", 1}},
	} {
		msg := &wire.Msg{Body: marshal(t, append(cmd, e{"maxTimeMS", 100}, e{"$db", "test"}))}
		began := time.Now()
		reply := bson.Raw(x.s.Run(nil, msg))
		if took := time.Since(began); took > late {
			t.Errorf("%s took %v", name, took)
		} else {
			t.Logf("%s took %v", name, took)
		}
		if code, _ := reply.Lookup("code").Int32OK(); code != wire.MaxTimeMSExpired.Number {
			t.Errorf("%s: %s", name, reply)
		}
	}
}

// TestHangingUpEnds ends a command within its first document when its client hangs up.
func TestHangingUpEnds(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"z", strings.Repeat("z", 15*mb)}})
	ctx, cancel := context.WithCancel(context.Background())
	y := x.within(ctx)
	began := time.Now()
	time.AfterFunc(100*time.Millisecond, cancel)
	y.fails(wire.Interrupted, d{{"find", "c"}, {"filter", d{{"z", bson.Regex{Pattern: "(z+)+(z+)+(z+)+y"}}}}})
	if took := time.Since(began); took > late {
		t.Errorf("it took %v", took)
	}
}

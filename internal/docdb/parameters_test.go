package docdb

import (
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestParametersOfTheOplog: a running engine's oplog grows to another size, and what is young stays whatever its size.
func TestParametersOfTheOplog(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	x := open(t, t.TempDir(), Options{OplogBytes: 20_000, Now: func() time.Time { return now }})
	size := func() (n int) {
		for _, entry := range x.oplogEntries() {
			n += 8 + len(entry)
		}
		return n
	}
	fill := func() {
		for range 60 {
			x.insert("c", d{{"s", string(make([]byte, 1000))}})
		}
	}
	fill()
	if n := size(); n > 25_000 {
		t.Errorf("%d bytes at first", n)
	}
	x.e.Configure(Parameters{OplogBytes: 40_000})
	fill()
	if n := size(); n < 38_000 || n > 50_000 {
		t.Errorf("%d bytes of an oplog of 40,000", n)
	}
	x.e.Configure(Parameters{OplogKeeps: time.Hour})
	fill()
	if n := size(); n < 100_000 {
		t.Errorf("%d bytes of an oplog that keeps an hour", n)
	}
	now = now.Add(2 * time.Hour)
	x.insert("c", d{{"_id", "later"}})
	if n := size(); n > 25_000 {
		t.Errorf("%d bytes two hours later", n)
	}
}

// TestParametersOfReads: reads have the time that the engine gives them unless they name their own; writes have none.
func TestParametersOfReads(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}})
	usual := func(command d) int64 {
		t.Helper()
		c, err := newCall(x.s, &wire.Msg{Body: marshal(t, append(command, e{"$db", "test"}))})
		if err != nil {
			t.Fatal(err)
		}
		return c.Int("maxTimeMS", c.usualTime())
	}
	x.e.Configure(Parameters{ReadTime: time.Second})
	for _, c := range []struct {
		command d
		want    int64
	}{
		{d{{"find", "c"}}, 1000}, {d{{"count", "c"}}, 1000}, {d{{"distinct", "c"}, {"key", "a"}}, 1000}, {d{{"aggregate", "c"}, {"pipeline", a{}}, {"cursor", d{}}}, 1000},
		{d{{"find", "c"}, {"maxTimeMS", 5}}, 5}, {d{{"find", "c"}, {"maxTimeMS", 0}}, 0}, {d{{"insert", "c"}, {"documents", a{d{}}}}, 0},
	} {
		if got := usual(c.command); got != c.want {
			t.Errorf("%v may take %d ms, want %d", c.command, got, c.want)
		}
	}
}

// TestParametersOfScans: what no index answers is refused, in every command that searches, while that is wanted.
func TestParametersOfScans(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"a", 1}, {"b", 1}})
	x.ok(d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"a", 1}}}, {"name", "a"}}}}})
	scans := []d{
		{{"find", "c"}, {"filter", d{{"b", 1}}}}, {{"count", "c"}, {"query", d{{"b", 1}}}}, {{"distinct", "c"}, {"key", "a"}, {"query", d{{"b", 1}}}},
		{{"aggregate", "c"}, {"pipeline", a{d{{"$match", d{{"b", 1}}}}}}, {"cursor", d{}}}, {{"find", "c"}, {"filter", d{{"b", 1}}}, {"hint", d{{"$natural", 1}}}},
		{{"findAndModify", "c"}, {"query", d{{"b", 1}}}, {"update", d{{"$set", d{{"c", 1}}}}}},
		{{"explain", d{{"find", "c"}, {"filter", d{{"b", 1}}}}}, {"verbosity", "queryPlanner"}},
	}
	others := []d{
		{{"find", "c"}}, {{"find", "c"}, {"filter", d{{"_id", 1}}}}, {{"find", "c"}, {"filter", d{{"a", 1}, {"b", 1}}}}, {{"count", "c"}},
		{{"find", "c"}, {"filter", d{{"b", 1}}}, {"$db", "admin"}}, {{"find", "none"}, {"filter", d{{"b", 1}}}},
	}
	for _, command := range append(scans, others...) {
		x.ok(command)
	}
	x.e.Configure(Parameters{IndexedOnly: true})
	for _, command := range scans {
		x.fails(wire.NoQueryExecutionPlans, command)
	}
	update := x.run(d{{"update", "c"}, {"updates", a{d{{"q", d{{"b", 1}}}, {"u", d{{"$set", d{{"c", 2}}}}}, {"multi", true}}}}})
	if code, _ := update.Lookup("writeErrors", "0", "code").AsInt64OK(); int32(code) != wire.NoQueryExecutionPlans.Number {
		t.Errorf("an update of many is %s", update)
	}
	for _, command := range others {
		x.ok(command)
	}
	x.e.Configure(Parameters{})
	for _, command := range scans {
		x.ok(command)
	}
}

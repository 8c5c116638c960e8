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
		return c.int("maxTimeMS", c.usualTime())
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

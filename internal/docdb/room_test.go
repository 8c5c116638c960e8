package docdb

import (
	"strconv"
	"testing"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestFullOfData fills a database that may have a megabyte: then reads and deletions go on, and what would grow is refused as
// a whole, until there is room again.
func TestFullOfData(t *testing.T) {
	x := fresh(t)
	x.e.Configure(Parameters{DataBytes: 1 * mb})
	filler := string(make([]byte, 10_000))
	n := 0
	for ; ; n++ {
		reply := x.run(d{{"insert", "c"}, {"documents", a{d{{"_id", n}, {"s", filler}}}}})
		if reply.Lookup("ok").Double() == 1 {
			continue
		}
		if code := reply.Lookup("code").Int32(); code != wire.OutOfDiskSpace.Number {
			t.Fatal(reply)
		}
		break
	}
	if n < 100 || n > 105 {
		t.Errorf("%d documents of 10 kB fit into a megabyte", n)
	}
	big := d{{"s", filler}}
	for _, tc := range []struct {
		what    string
		command d
		refused bool
	}{
		{"insert", d{{"insert", "other"}, {"documents", a{big}}}, true},
		{"insert of many", d{{"insert", "other"}, {"documents", a{d{{"_id", "small"}}, big}}}, true},
		{"update that grows", d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", 1}}}, {"u", d{{"$set", d{{"t", filler}}}}}}}}}, true},
		{"upsert", d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", -1}}}, {"u", big}, {"upsert", true}}}}}, true},
		{"findAndModify that grows", d{{"findAndModify", "c"}, {"query", d{{"_id", 1}}}, {"update", d{{"$set", d{{"t", filler}}}}}}, true},
		{"$out", d{{"aggregate", "c"}, {"pipeline", a{d{{"$out", "copy"}}}}, {"cursor", d{}}}, true},
		{"$merge", d{{"aggregate", "c"}, {"pipeline", a{d{{"$merge", "copy"}}}}, {"cursor", d{}}}, true},
		{"find", d{{"find", "c"}, {"limit", 1}}, false},
		{"count", d{{"count", "c"}}, false},
		{"update in place", d{{"update", "c"}, {"updates", a{d{{"q", d{{"_id", 1}}}, {"u", d{{"$unset", d{{"s", 1}}}}}}}}}, false},
		{"findAndModify that removes", d{{"findAndModify", "c"}, {"query", d{{"_id", 2}}}, {"remove", true}}, false},
		{"insert where two have gone", d{{"insert", "other"}, {"documents", a{big}}}, false},
		{"delete", d{{"delete", "c"}, {"deletes", a{d{{"q", d{}}, {"limit", 0}}}}}, false},
		{"insert", d{{"insert", "other"}, {"documents", a{big}}}, false},
	} {
		reply := x.run(tc.command)
		code, _ := reply.Lookup("code").Int32OK()
		if (code == wire.OutOfDiskSpace.Number) != tc.refused || reply.Lookup("writeErrors").Type != 0 {
			t.Errorf("%s: %v", tc.what, reply)
		}
	}
	if n := x.ok(d{{"count", "other"}, {"query", d{{"_id", "small"}}}}).Lookup("n").Int32(); n != 0 {
		t.Error("a part of a refused command is there")
	}
}

// TestFullOnSharedHardware: a free cluster's users get the service's error, and its size can be changed.
func TestFullOnSharedHardware(t *testing.T) {
	x := fresh(t)
	insert := func() int32 {
		code, _ := x.run(d{{"insert", "c"}, {"documents", a{d{{"s", string(make([]byte, 10_000))}}}}}).Lookup("code").Int32OK()
		return code
	}
	for _, tc := range []struct {
		p    Parameters
		code int32
	}{
		{Parameters{DataBytes: 1000, Shared: true}, wire.AtlasError.Number},
		{Parameters{DataBytes: 1000}, wire.OutOfDiskSpace.Number},
		{Parameters{DataBytes: 15_000}, 0},
		{Parameters{DataBytes: 15_000}, wire.OutOfDiskSpace.Number},
		{Parameters{}, 0},
	} {
		x.e.Configure(tc.p)
		if code := insert(); code != tc.code {
			t.Errorf("%+v: %d", tc.p, code)
		}
	}
}

// TestARetryWhileFull: a write that was done before the disk was full is told so when it is sent again.
func TestARetryWhileFull(t *testing.T) {
	x := fresh(t)
	insert := d{{"insert", "c"}, {"documents", a{d{{"_id", 1}, {"s", string(make([]byte, 1000))}}}}, {"lsid", session(1)}, {"txnNumber", int64(1)}}
	x.ok(insert)
	x.e.Configure(Parameters{DataBytes: 1})
	if reply := x.ok(insert); reply.Lookup("n").Int32() != 1 {
		t.Error(reply)
	}
}

// TestMemoryOfSorts: an engine's sorts hold together what it may have, which can change.
func TestMemoryOfSorts(t *testing.T) {
	x := fresh(t)
	var docs a
	for i := range 300 {
		docs = append(docs, d{{"_id", i}, {"s", string(make([]byte, 10_000)) + strconv.Itoa(i)}})
	}
	x.ok(d{{"insert", "c"}, {"documents", docs}})
	sorts := d{{"find", "c"}, {"sort", d{{"s", 1}}}, {"batchSize", 1}, {"allowDiskUse", false}}
	x.e.Configure(Parameters{SortBytes: 1 * mb})
	if code, _ := x.run(sorts).Lookup("code").Int32OK(); code != wire.ExceededMemoryLimit.Number {
		t.Errorf("three megabytes are sorted in one: %d", code)
	}
	x.e.Configure(Parameters{SortBytes: 16 * mb})
	x.ok(sorts)
	x.e.Configure(Parameters{})
	x.ok(sorts)
}

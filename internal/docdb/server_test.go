package docdb

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/report"
	"github.com/telamon-db/telamon/internal/docdb/stable"
	"github.com/telamon-db/telamon/internal/wire"
)

// TestRepliesTellTheTime looks for the times that drivers hand on, in replies of commands that succeed and that fail.
func TestRepliesTellTheTime(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}})
	last := x.e.store.LastTimestamp()
	for _, cmd := range []d{{{"ping", 1}}, {{"find", "c"}}, {{"find", "c"}, {"filter", d{{"$nope", 1}}}}, {{"nope", 1}}} {
		reply := x.run(cmd)
		for _, at := range [][]string{{"operationTime"}, {"$clusterTime", "clusterTime"}} {
			if s, i := reply.Lookup(at...).Timestamp(); (bson.Timestamp{T: s, I: i}) != last {
				t.Errorf("%v: %s", cmd, reply)
			}
		}
		x.run(append(cmd, e{"$clusterTime", reply.Lookup("$clusterTime")}))
	}
}

func TestServerCommands(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"a", "x"}}, d{{"_id", 2}})
	x.find("c")
	for _, ask := range []d{onAdmin(e{"getParameter", "*"}), onAdmin(e{"getParameter", 1}, e{"allParameters", true}), onAdmin(e{"getParameter", d{{"allParameters", true}}})} {
		reply := x.ok(ask)
		if reply.Lookup("featureCompatibilityVersion", "version").StringValue() != report.FeatureVersion || reply.Lookup("notablescan").Type != bson.TypeBoolean {
			t.Errorf("%v: %s", ask, reply)
		}
	}
	if reply := x.ok(onAdmin(e{"getParameter", 1}, e{"notablescan", 1}, e{"unheardOf", 1})); reply.Lookup("cursorTimeoutMillis").Type != 0 {
		t.Error(reply)
	}
	x.fails(wire.InvalidOptions, onAdmin(e{"getParameter", 1}, e{"unheardOf", 1}))
	x.fails(wire.NotImplemented, onAdmin(e{"getParameter", d{{"showDetails", true}}}, e{"allParameters", true}))

	status := x.ok(d{{"serverStatus", 1}})
	for _, at := range [][]string{{"connections", "current"}, {"connections", "totalCreated"}, {"connections", "active"}, {"mem", "resident"},
		{"network", "bytesIn"}, {"network", "bytesOut"}, {"network", "numRequests"}, {"opcounters", "insert"}, {"opcounters", "query"}} {
		if n := status.Lookup(at...); n.Type == 0 || n.AsInt64() < 1 {
			t.Errorf("%v is %s", at, n)
		}
	}

	listed := x.ok(d{{"listCommands", 1}}).Lookup("commands").Document()
	if listed.Lookup("find", "apiVersions", "0").StringValue() != "1" || !listed.Lookup("killOp", "adminOnly").Boolean() || listed.Lookup("top", "help").StringValue() == "" {
		t.Error(listed)
	}

	top := x.ok(onAdmin(e{"top", 1})).Lookup("totals", "test.c").Document()
	if n, reads, writes, found := top.Lookup("total", "count").AsInt64(), top.Lookup("readLock", "count").AsInt64(), top.Lookup("writeLock", "count").AsInt64(), top.Lookup("queries", "count").AsInt64(); n != 2 || reads != 1 || writes != 1 || found != 1 {
		t.Error(top)
	}

	size := x.ok(d{{"dataSize", "test.c"}})
	if n, bytes := size.Lookup("numObjects").AsInt64(), size.Lookup("size").AsInt64(); n != 2 || bytes != 23+14 {
		t.Error(size)
	}
	x.fails(wire.NotImplemented, d{{"dataSize", "test.c"}, {"keyPattern", d{{"_id", 1}}}, {"min", d{{"_id", 1}}}, {"max", d{{"_id", 2}}}})

	if was := x.ok(d{{"profile", -1}}).Lookup("was").AsInt64(); was != 0 {
		t.Errorf("the profiler is at %d", was)
	}
	x.ok(d{{"profile", 0}})
	x.fails(wire.NotImplemented, d{{"profile", 1}})

	hash := func() string { return x.ok(d{{"dbHash", 1}}).Lookup("collections", "c").StringValue() }
	before := hash()
	x.insert("c", d{{"_id", 3}})
	x.insert("e", d{{"_id", 3}})
	after := hash()
	x.ok(d{{"delete", "c"}, {"deletes", a{d{{"q", d{{"_id", 3}}}, {"limit", 1}}}}})
	if before == after || hash() != before || len(before) != 32 {
		t.Errorf("hashes %s, %s, %s", before, after, hash())
	}
	if only := x.ok(d{{"dbHash", 1}, {"collections", a{"e"}}}).Lookup("collections").Document(); only.Lookup("c").Type != 0 || only.Lookup("e").Type == 0 {
		t.Error(only)
	}
}

// TestStableAPI asks for versions of the Stable API.
func TestStableAPI(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}})
	strict := []e{{"apiVersion", "1"}, {"apiStrict", true}}
	x.fails(stable.VersionError, d{{"ping", 1}, {"apiVersion", "2"}})
	x.fails(wire.Code{Number: 4886600}, d{{"ping", 1}, {"apiStrict", false}})
	x.fails(wire.Code{Number: 4886600}, d{{"ping", 1}, {"apiDeprecationErrors", true}})
	for _, cmd := range []d{{{"ping", 1}}, {{"find", "c"}}, {{"aggregate", "c"}, {"pipeline", a{}}, {"cursor", d{}}}, {{"count", "c"}}} {
		x.ok(append(cmd, strict...))
	}
	for _, cmd := range []d{{{"distinct", "c"}, {"key", "a"}}, {{"serverStatus", 1}}, {{"find", "c"}, {"noCursorTimeout", true}},
		{{"aggregate", 1}, {"pipeline", a{d{{"$currentOp", d{}}}}}, {"cursor", d{}}},
		{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"a", 1}}}, {"name", "a"}, {"sparse", true}}}}}} {
		x.fails(stable.StrictError, append(cmd, strict...))
		x.run(append(cmd, e{"apiVersion", "1"}, e{"apiDeprecationErrors", true}))
	}
}

// TestDuplicateKeysAreTold reads what is told of duplicate keys by each command, as mongod writes it.
func TestDuplicateKeysAreTold(t *testing.T) {
	x := fresh(t)
	x.ok(d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"a", 1}, {"b.c", -1}}}, {"name", "a_1"}, {"unique", true}}}}})
	x.insert("c", d{{"_id", 1}, {"a", "x"}, {"b", d{{"c", 2.5}}}}, d{{"_id", 2}, {"a", 7}})
	check := func(told bson.Raw, text, pattern, value string) {
		t.Helper()
		if got := told.Lookup("errmsg").StringValue(); got != text {
			t.Errorf("%s\ninstead of\n%s", got, text)
		}
		shows(t, []bson.Raw{told.Lookup("keyPattern").Document(), told.Lookup("keyValue").Document()}, pattern, value)
	}
	first := func(reply bson.Raw) bson.Raw { return reply.Lookup("writeErrors", "0").Document() }
	check(first(x.run(d{{"insert", "c"}, {"documents", a{d{{"_id", 1}}}}})),
		`E11000 duplicate key error collection: test.c index: _id_ dup key: { _id: 1 }`, `{"_id":1}`, `{"_id":1}`)
	check(first(x.run(updateOf(d{{"_id", 2}}, d{{"$set", d{{"a", "x"}, {"b.c", 2.5}}}}))),
		`E11000 duplicate key error collection: test.c index: a_1 dup key: { a: "x", b.c: 2.5 }`, `{"a":1,"b.c":-1}`, `{"a":"x","b.c":2.5}`)
	check(x.fails(wire.DuplicateKey, d{{"findAndModify", "c"}, {"query", d{{"_id", 3}}}, {"update", d{{"a", int64(7)}}}, {"upsert", true}}),
		`E11000 duplicate key error collection: test.c index: a_1 dup key: { a: 7, b.c: null }`, `{"a":1,"b.c":-1}`, `{"a":7,"b.c":null}`)
	x.insert("e", d{{"a", 1}}, d{{"a", 1}})
	check(x.fails(wire.DuplicateKey, d{{"createIndexes", "e"}, {"indexes", a{d{{"key", d{{"a", 1}}}, {"name", "a_1"}, {"unique", true}}}}}),
		`E11000 duplicate key error collection: test.e index: a_1 dup key: { a: 1 }`, `{"a":1}`, `{"a":1}`)
}

// TestRetriesAreTold looks for the statements that a retry was not done again for.
func TestRetriesAreTold(t *testing.T) {
	x := fresh(t)
	again := func(n int, cmd d) bson.Raw {
		cmd = append(cmd, e{"lsid", session(1)}, e{"txnNumber", int64(n)})
		if reply := x.run(cmd); reply.Lookup("retriedStmtIds").Type != 0 {
			t.Errorf("the first time: %s", reply)
		}
		return x.run(cmd)
	}
	for i, c := range []struct {
		cmd  d
		want string
	}{
		{d{{"insert", "c"}, {"documents", a{d{{"_id", 1}}, d{{"_id", 2}}}}}, `[0,1]`},
		{d{{"insert", "c"}, {"documents", a{d{{"_id", 3}}, d{{"_id", 2}}, d{{"_id", 4}}}}, {"ordered", false}}, `[0,2]`},
		{d{{"insert", "c"}, {"documents", a{d{{"_id", 5}}, d{{"_id", 2}}, d{{"_id", 6}}}}}, `[0]`},
	} {
		reply := again(i, c.cmd)
		shows(t, []bson.Raw{marshal(t, d{{"ids", reply.Lookup("retriedStmtIds")}})}, `{"ids":`+c.want+`}`)
	}
	if reply := again(9, d{{"findAndModify", "c"}, {"query", d{{"_id", 1}}}, {"remove", true}}); reply.Lookup("retriedStmtId").AsInt64() != 0 || reply.Lookup("value", "_id").AsInt64() != 1 {
		t.Error(reply)
	}
}

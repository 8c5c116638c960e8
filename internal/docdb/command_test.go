package docdb

import (
	"encoding/binary"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

func TestRegistry(t *testing.T) {
	for _, c := range Commands() {
		if c.Name == "" || !strings.HasSuffix(c.Summary, ".") {
			t.Errorf("%+v", c)
		}
	}
	if n := len(Commands()); n != len(registry) || n < 30 {
		t.Errorf("%d commands", n)
	}
}

func TestRefusals(t *testing.T) {
	x := fresh(t)
	x.fill("c", 1)
	for _, tc := range []struct {
		code wire.Code
		cmd  d
	}{
		{wire.CommandNotFound, d{{"nope", 1}}},
		{wire.UnknownField, d{{"find", "c"}, {"wrong", 1}}},
		{wire.DuplicateField, d{{"find", "c"}, {"limit", 1}, {"limit", 2}}},
		{wire.TypeMismatch, d{{"find", "c"}, {"limit", "x"}}},
		{wire.TypeMismatch, d{{"find", "c"}, {"filter", a{}}}},
		{wire.FailedToParse, d{{"find", "c"}, {"limit", 1.5}}},
		{wire.BadValue, d{{"find", "c"}, {"limit", -1}}},
		{wire.BadValue, d{{"find", "c"}, {"batchSize", -1}}},
		{wire.BadValue, d{{"find", "c"}, {"filter", d{{"$nope", 1}}}}},
		{wire.BadValue, d{{"find", "c"}, {"maxTimeMS", -1}}},
		{wire.NotImplemented, d{{"find", "c"}, {"min", d{{"a", 1}}}}},
		{wire.NotImplemented, d{{"find", "c"}, {"collation", d{{"locale", "de"}}}}},
		{wire.InvalidOptions, d{{"find", "c"}, {"readConcern", d{{"level", "snapshot"}}}}},
		{wire.InvalidNamespace, d{{"find", 1}}},
		{wire.InvalidNamespace, d{{"find", "a$b"}}},
		{wire.InvalidNamespace, d{{"find", ""}}},
		{wire.InvalidNamespace, d{{"insert", "system.users"}, {"documents", a{d{}}}}},
		{wire.MissingField, d{{"insert", "c"}}},
		{wire.InvalidLength, d{{"insert", "c"}, {"documents", a{}}}},
		{wire.TypeMismatch, d{{"insert", "c"}, {"documents", a{1}}}},
		{wire.NotImplemented, d{{"create", "v"}, {"viewOn", "c"}, {"pipeline", a{}}}},
		{wire.InvalidOptions, onAdmin(e{"getParameter", 1})},
		{wire.Unauthorized, d{{"listDatabases", 1}}},
		{wire.CursorNotFound, d{{"getMore", int64(5)}, {"collection", "c"}}},
		{wire.TypeMismatch, d{{"getMore", "x"}, {"collection", "c"}}},
	} {
		x.fails(tc.code, tc.cmd)
	}
	for code, stmt := range map[wire.Code]d{
		wire.MissingField:   {{"u", d{}}},
		wire.UnknownField:   {{"q", d{}}, {"u", d{}}, {"wrong", 1}},
		wire.FailedToParse:  {{"q", d{}}, {"u", d{{"a", 1}}}, {"multi", true}},
		wire.NotImplemented: {{"q", d{}}, {"u", d{{"$set", d{{"a", 1}}}}}, {"collation", d{{"locale", "de"}}}},
	} {
		if errs := errorCodes(t, x.run(d{{"update", "c"}, {"updates", a{stmt}}})); errs[0] != code.Number {
			t.Errorf("%v: %v", stmt, errs)
		}
	}
	x.ok(d{{"find", "c"}, {"lsid", d{}}, {"readConcern", d{{"level", "majority"}}}, {"comment", "x"}, {"maxTimeMS", 60000}, {"apiVersion", "1"}})
}

func TestCatalogCommands(t *testing.T) {
	x := fresh(t)
	x.ok(d{{"create", "a"}})
	x.ok(d{{"create", "a"}})
	x.fill("b", 2)
	x.index("b", "k", 1)
	names := []bson.Raw{}
	for _, doc := range x.drain(d{{"listCollections", 1}, {"cursor", d{{"batchSize", 1}}}}) {
		if _, data := doc.Lookup("info", "uuid").Binary(); len(data) != 16 {
			t.Errorf("uuid: %s", doc)
		}
		names = append(names, marshal(t, d{{"name", doc.Lookup("name")}}))
	}
	shows(t, names, `{"name":"a"}`, `{"name":"b"}`)
	shows(t, x.drain(d{{"listCollections", 1}, {"filter", d{{"name", "b"}}}, {"nameOnly", true}}), `{"name":"b","type":"collection"}`)
	dbs := x.ok(onAdmin(e{"listDatabases", 1}))
	if name, size := dbs.Lookup("databases", "0", "name").StringValue(), dbs.Lookup("totalSize").AsInt64(); name != "test" || size <= 0 {
		t.Error(dbs)
	}
	stats := x.ok(d{{"collStats", "b"}})
	if n, size, avg := stats.Lookup("count").AsInt64(), stats.Lookup("size").AsInt64(), stats.Lookup("avgObjSize").AsInt64(); n != 2 || size != 28 || avg != 14 {
		t.Error(stats)
	}
	stats = x.ok(d{{"dbStats", 1}, {"freeStorage", 1}})
	if n, colls, indexes := stats.Lookup("objects").AsInt64(), stats.Lookup("collections").AsInt64(), stats.Lookup("indexes").AsInt64(); n != 2 || colls != 2 || indexes != 3 {
		t.Error(stats)
	}
	if n := x.ok(d{{"drop", "b"}}).Lookup("nIndexesWas").Int32(); n != 2 {
		t.Errorf("dropped %d indexes", n)
	}
	x.ok(d{{"drop", "b"}})
	x.fill("b", 1)
	if n := x.ok(d{{"count", "b"}}).Lookup("n").Int32(); n != 1 {
		t.Errorf("%d documents in a collection made anew", n)
	}
	x.ok(d{{"dropDatabase", 1}})
	shows(t, x.drain(d{{"listCollections", 1}}))
	for _, cmd := range []d{{{"buildInfo", 1}}, {{"hostInfo", 1}}, {{"serverStatus", 1}}, onAdmin(e{"getLog", "global"}), {{"startSession", 1}},
		{{"endSessions", a{}}}, {{"refreshSessions", a{}}}, onAdmin(e{"getParameter", 1}, e{"featureCompatibilityVersion", 1}), onAdmin(e{"getCmdLineOpts", 1})} {
		x.ok(cmd)
	}
}

// nested is a document of so many levels.
func nested(levels int) []byte {
	doc := []byte{5, 0, 0, 0, 0}
	for range levels - 1 {
		outer := binary.LittleEndian.AppendUint32(nil, uint32(len(doc)+8))
		doc = append(append(append(outer, 3, 'a', 0), doc...), 0)
	}
	return doc
}

func TestNesting(t *testing.T) {
	x := fresh(t)
	insert := func(levels int) bson.Raw {
		return x.run(d{{"insert", "c"}}, wire.Sequence{ID: "documents", Docs: []bson.Raw{nested(levels)}})
	}
	if reply := insert(storage.MaxDepth - 1); reply.Lookup("n").Int32() != 1 {
		t.Error(reply)
	}
	for _, levels := range []int{storage.MaxDepth + 1, 5000} {
		if errs := errorCodes(t, insert(levels)); errs[0] != wire.Overflow.Number {
			t.Error(errs)
		}
	}
}

// FuzzCommand sends arbitrary documents. Every answer is a document, and none says that the engine itself is at fault.
func FuzzCommand(f *testing.F) {
	x := fresh(f)
	x.insert("c", d{{"_id", 1}, {"a", a{1, 2}}})
	x.index("c", "a", 1)
	for _, cmd := range []d{
		{{"find", "c"}, {"filter", d{{"a", 1}}}, {"sort", d{{"a", 1}}}},
		{{"insert", "c"}, {"documents", a{d{{"a", 1}}}}},
		{{"update", "c"}, {"updates", a{d{{"q", d{}}, {"u", d{{"$set", d{{"b", 1}}}}}, {"upsert", true}}}}},
		{{"delete", "c"}, {"deletes", a{d{{"q", d{{"b", 1}}}, {"limit", 1}}}}},
		{{"findAndModify", "c"}, {"query", d{}}, {"update", d{{"$inc", d{{"n", 1}}}}}},
		{{"aggregate", "c"}, {"pipeline", a{d{{"$match", d{}}}}}, {"cursor", d{}}},
		{{"explain", d{{"count", "c"}, {"query", d{{"a", 1}}}}}},
		{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"k", 1}}}, {"name", "k"}}}}},
		{{"getMore", int64(1)}, {"collection", "c"}}, {{"killCursors", "c"}, {"cursors", a{int64(1)}}},
		{{"distinct", "c"}, {"key", "a"}}, {{"dropIndexes", "c"}, {"index", "k"}}, {{"listDatabases", 1}},
	} {
		f.Add([]byte(marshal(f, append(cmd, e{"$db", "test"}))))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if wire.Validate(body, wire.MaxDepth) != nil {
			return // wire lets it through to nobody
		}
		reply := bson.Raw(x.s.Run(nil, &wire.Msg{Body: body}))
		if err := wire.Validate(reply, wire.MaxDepth); err != nil {
			t.Fatal(err)
		}
		if code, ok := reply.Lookup("code").Int32OK(); ok && code == wire.InternalError.Number {
			t.Fatalf("%s", reply)
		}
	})
}

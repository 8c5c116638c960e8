package docdb

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

func bulk(ops a, more ...e) d {
	return onAdmin(append([]e{{"bulkWrite", 1}, {"ops", ops}, {"nsInfo", a{d{{"ns", "test.c"}}, d{{"ns", "other.e"}}}}}, more...)...)
}

// TestBulkWrite mixes operations on two collections.
func TestBulkWrite(t *testing.T) {
	x := fresh(t)
	ops := a{
		d{{"insert", 0}, {"document", d{{"_id", 1}, {"n", 1}}}},
		d{{"insert", 1}, {"document", d{{"_id", 1}}}},
		d{{"insert", 0}, {"document", d{{"_id", 1}}}},
		d{{"update", 0}, {"filter", d{{"$expr", d{{"$eq", a{"$_id", "$$one"}}}}}}, {"updateMods", a{d{{"$set", d{{"m", "$$one"}}}}}}},
		d{{"update", 1}, {"filter", d{{"_id", 7}}}, {"updateMods", d{{"a", a{1, 2}}}}, {"upsert", true}},
		d{{"update", 1}, {"filter", d{{"_id", 7}}}, {"updateMods", d{{"$inc", d{{"a.$[x]", 5}}}}}, {"arrayFilters", a{d{{"x", 2}}}}},
		d{{"delete", 1}, {"filter", d{}}, {"multi", true}},
	}
	sums := func(reply bson.Raw) string {
		var d bson.D
		for _, name := range []string{"nErrors", "nInserted", "nMatched", "nModified", "nUpserted", "nDeleted"} {
			d = append(d, bson.E{Key: name[1:2], Value: reply.Lookup(name)})
		}
		out, err := bson.MarshalExtJSON(d, false, false)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	reply := x.ok(bulk(ops, e{"let", d{{"one", 1}}}))
	if got := sums(reply); got != `{"E":1,"I":2,"M":0,"M":0,"U":0,"D":0}` {
		t.Error(got)
	}
	results := batchOf(t, reply.Lookup("cursor").Document(), "firstBatch")
	if last := results[2]; len(results) != 3 || last.Lookup("code").AsInt64() != 11000 || last.Lookup("keyValue", "_id").AsInt64() != 1 || last.Lookup("idx").AsInt64() != 2 || last.Lookup("ok").AsFloat64() != 0 {
		t.Error(reply)
	}
	x.ok(d{{"dropDatabase", 1}})
	x.ok(d{{"dropDatabase", 1}, {"$db", "other"}})
	reply = x.ok(bulk(ops, e{"let", d{{"one", 1}}}, e{"ordered", false}, e{"cursor", d{{"batchSize", 2}}}))
	if got := sums(reply); got != `{"E":1,"I":2,"M":2,"M":2,"U":1,"D":2}` {
		t.Error(got)
	}
	id := reply.Lookup("cursor", "id").Int64()
	rest := batchOf(t, x.ok(onAdmin(e{"getMore", id}, e{"collection", "$cmd.bulkWrite"})).Lookup("cursor").Document(), "nextBatch")
	shows(t, rest[1:], `{"ok":1.0,"idx":3,"n":1,"nModified":1}`, `{"ok":1.0,"idx":4,"n":1,"nModified":0,"upserted":{"_id":7}}`, `{"ok":1.0,"idx":5,"n":1,"nModified":1}`, `{"ok":1.0,"idx":6,"n":2}`)
	shows(t, x.find("c"), `{"_id":1,"n":1,"m":1}`)
	reply = x.ok(bulk(ops[:3], e{"errorsOnly", true}, e{"ordered", false}))
	if got := batchOf(t, reply.Lookup("cursor").Document(), "firstBatch"); len(got) != 2 {
		t.Error(reply)
	}
	for _, c := range []struct {
		code wire.Code
		ops  a
	}{
		{wire.InvalidLength, a{}},
		{wire.BadValue, a{d{{"insert", 2}, {"document", d{}}}}},
		{wire.FailedToParse, a{d{{"replace", 0}, {"document", d{}}}}},
		{wire.MissingField, a{d{{"insert", 0}}}},
		{wire.UnknownField, a{d{{"insert", 0}, {"document", d{}}, {"wrong", 1}}}},
	} {
		x.fails(c.code, bulk(c.ops))
	}
	x.sound()
}

// TestBulkWriteIsRetried repeats a bulk write whose parts are on several collections: what has been done is not done again.
func TestBulkWriteIsRetried(t *testing.T) {
	x := fresh(t)
	inc := func(ns int) d {
		return d{{"update", ns}, {"filter", d{{"_id", 1}}}, {"updateMods", d{{"$inc", d{{"n", 1}}}}}, {"upsert", true}}
	}
	cmd := bulk(a{inc(0), inc(1), inc(0), inc(0)}, e{"lsid", session(1)}, e{"txnNumber", int64(4)})
	first, second := x.ok(cmd), x.ok(cmd)
	for _, name := range []string{"nModified", "nUpserted", "nErrors"} {
		if first.Lookup(name).AsInt64() != second.Lookup(name).AsInt64() {
			t.Errorf("%s, then %s", first, second)
		}
	}
	shows(t, []bson.Raw{marshal(t, d{{"ids", second.Lookup("retriedStmtIds")}})}, `{"ids":[0,1,2,3]}`)
	shows(t, x.find("c"), `{"_id":1,"n":3}`)
	shows(t, x.drain(d{{"find", "e"}, {"$db", "other"}}), `{"_id":1,"n":1}`)
	x.fails(wire.TransactionTooOld, bulk(a{inc(0)}, e{"lsid", session(1)}, e{"txnNumber", int64(3)}))
}

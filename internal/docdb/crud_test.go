package docdb

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

func TestInsertAndFind(t *testing.T) {
	x := fresh(t)
	if n := x.insert("c", d{{"a", 1}, {"_id", 2}}, d{{"_id", 1}, {"a", 5}}, d{{"_id", 3}}).Lookup("n").Int32(); n != 3 {
		t.Fatalf("n = %d", n)
	}
	shows(t, x.find("c"), `{"_id":1,"a":5}`, `{"_id":2,"a":1}`, `{"_id":3}`)
	shows(t, x.find("c", e{"filter", d{{"a", d{{"$gt", 1}}}}}), `{"_id":1,"a":5}`)
	shows(t, x.find("c", e{"sort", d{{"a", -1}}}, e{"skip", 1}, e{"limit", 1}, e{"projection", d{{"_id", 0}}}), `{"a":1}`)
	shows(t, x.find("c", e{"sort", d{{"$natural", -1}}}), `{"_id":3}`, `{"_id":2,"a":1}`, `{"_id":1,"a":5}`)
	shows(t, x.find("nothing"))
	if id := x.insert("c", d{{"b", 1}}).Lookup("operationTime"); id.Type != bson.TypeTimestamp {
		t.Fatalf("operationTime: %v", id)
	}
	doc := x.find("c", e{"filter", d{{"b", 1}}})[0]
	if first := doc.Index(0); first.Key() != "_id" || first.Value().Type != bson.TypeObjectID {
		t.Fatalf("generated _id: %s", doc)
	}
}

func TestInsertDocumentSequence(t *testing.T) {
	x := fresh(t)
	seq := wire.Sequence{ID: "documents", Docs: []bson.Raw{marshal(t, d{{"_id", 1}}), marshal(t, d{{"_id", 2}})}}
	x.ok(d{{"insert", "c"}}, seq)
	shows(t, x.find("c"), `{"_id":1}`, `{"_id":2}`)
	for _, bad := range []wire.Sequence{{ID: "wrong"}, {ID: "ordered"}} {
		if code := x.run(d{{"insert", "c"}, {"documents", a{}}}, bad).Lookup("code").Int32(); code != wire.UnknownField.Number {
			t.Fatalf("sequence %s: code %d", bad.ID, code)
		}
	}
}

func TestInsertErrors(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}})
	docs := a{d{{"_id", 2}}, d{{"_id", 1.0}}, d{{"_id", a{1}}}, d{{"_id", 3}}}
	reply := x.run(d{{"insert", "c"}, {"documents", docs}})
	if n, errs := reply.Lookup("n").Int32(), errorCodes(t, reply); n != 1 || len(errs) != 1 || errs[1] != wire.DuplicateKey.Number {
		t.Fatalf("ordered: %s", reply)
	}
	if v := reply.Lookup("writeErrors", "0", "keyValue", "_id").Double(); v != 1 {
		t.Fatalf("keyValue: %s", reply)
	}
	reply = x.run(d{{"insert", "c"}, {"documents", docs}, {"ordered", false}})
	if n, errs := reply.Lookup("n").Int32(), errorCodes(t, reply); n != 1 || len(errs) != 3 || errs[2] != wire.InvalidIDField.Number {
		t.Fatalf("unordered: %s", reply)
	}
	shows(t, x.find("c"), `{"_id":1}`, `{"_id":2}`, `{"_id":3}`)
	big := d{{"_id", 9}, {"s", string(make([]byte, storage.MaxDocument))}}
	if errs := errorCodes(t, x.run(d{{"insert", "c"}, {"documents", a{big}}})); errs[0] != wire.BSONObjectTooLarge.Number {
		t.Fatalf("too large: %v", errs)
	}
	x.sound()
}

// errorCodes are the codes of a reply's write errors by the index of their statement.
func errorCodes(t *testing.T, reply bson.Raw) map[int32]int32 {
	t.Helper()
	values, err := reply.Lookup("writeErrors").Array().Values()
	if err != nil {
		t.Fatalf("%v: %s", err, reply)
	}
	codes := map[int32]int32{}
	for _, v := range values {
		codes[v.Document().Lookup("index").Int32()] = v.Document().Lookup("code").Int32()
	}
	return codes
}

func TestUpdate(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"a", 1}}, d{{"_id", 2}, {"a", 1}}, d{{"_id", 3}, {"a", 2}})
	reply := x.ok(d{{"update", "c"}, {"updates", a{
		d{{"q", d{{"a", 1}}}, {"u", d{{"$inc", d{{"n", 1}}}}}, {"multi", true}},
		d{{"q", d{{"_id", 3}}}, {"u", d{{"$set", d{{"a", 2}}}}}},
		d{{"q", d{{"_id", 1}}}, {"u", d{{"r", true}}}},
		d{{"q", d{{"_id", 7}}}, {"u", d{{"$set", d{{"a", 9}}}}}, {"upsert", true}},
	}}})
	if n, m, id := reply.Lookup("n").Int32(), reply.Lookup("nModified").Int32(), reply.Lookup("upserted", "0", "_id").Int32(); n != 5 || m != 3 || id != 7 {
		t.Fatal(reply)
	}
	shows(t, x.find("c"), `{"_id":1,"r":true}`, `{"_id":2,"a":1,"n":1}`, `{"_id":3,"a":2}`, `{"_id":7,"a":9}`)
	reply = x.run(d{{"update", "c"}, {"updates", a{
		d{{"q", d{{"_id", 1}}}, {"u", d{{"$set", d{{"_id", 5}}}}}},
	}}})
	if errs := errorCodes(t, reply); errs[0] != wire.ImmutableField.Number {
		t.Fatal(reply)
	}
	x.ok(d{{"update", "new"}, {"updates", a{d{{"q", d{{"k", "v"}}}, {"u", d{{"$set", d{{"a", 1}}}}}, {"upsert", true}}}}})
	if doc := x.find("new")[0]; doc.Lookup("k").StringValue() != "v" || doc.Lookup("_id").Type != bson.TypeObjectID {
		t.Fatal(doc)
	}
	x.sound()
}

func TestDelete(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"a", 1}}, d{{"_id", 2}, {"a", 1}}, d{{"_id", 3}, {"a", 1}}, d{{"_id", 4}})
	reply := x.ok(d{{"delete", "c"}, {"deletes", a{d{{"q", d{{"a", 1}}}, {"limit", 1}}}}})
	if n := reply.Lookup("n").Int32(); n != 1 {
		t.Fatal(reply)
	}
	reply = x.ok(d{{"delete", "c"}, {"deletes", a{d{{"q", d{{"a", 1}}}, {"limit", 0}}}}})
	if n := reply.Lookup("n").Int32(); n != 2 {
		t.Fatal(reply)
	}
	shows(t, x.find("c"), `{"_id":4}`)
	x.ok(d{{"delete", "none"}, {"deletes", a{d{{"q", d{}}, {"limit", 0}}}}})
	x.sound()
}

func TestFindAndModify(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"a", 1}}, d{{"_id", 2}, {"a", 2}})
	value := func(cmd d) bson.Raw {
		t.Helper()
		v, _ := x.ok(append(d{{"findAndModify", "c"}}, cmd...)).Lookup("value").DocumentOK()
		return v
	}
	inc := d{{"$inc", d{{"a", 10}}}}
	shows(t, []bson.Raw{
		value(d{{"query", d{}}, {"sort", d{{"a", -1}}}, {"update", inc}}),
		value(d{{"query", d{{"_id", 2}}}, {"update", inc}, {"new", true}, {"fields", d{{"_id", 0}}}}),
		value(d{{"query", d{{"_id", 1}}}, {"remove", true}}),
		value(d{{"query", d{{"_id", 5}}}, {"update", inc}, {"upsert", true}, {"new", true}}),
	}, `{"_id":2,"a":2}`, `{"a":22}`, `{"_id":1,"a":1}`, `{"_id":5,"a":10}`)
	if doc := value(d{{"query", d{{"_id", 6}}}, {"update", inc}}); doc != nil {
		t.Fatal(doc)
	}
	x.fails(wire.FailedToParse, d{{"findAndModify", "c"}, {"query", d{}}})
	x.sound()
}

func TestCountAndDistinct(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"a", a{1, 2}}}, d{{"_id", 2}, {"a", 2.0}}, d{{"_id", 3}, {"a", "x"}})
	for want, cmd := range map[int32]d{
		3: {{"count", "c"}},
		2: {{"count", "c"}, {"query", d{{"a", 2}}}},
		1: {{"count", "c"}, {"skip", 2}, {"limit", 5}},
		0: {{"count", "none"}},
	} {
		if n := x.ok(cmd).Lookup("n").Int32(); n != want {
			t.Errorf("%v: %d", cmd, n)
		}
	}
	shows(t, []bson.Raw{marshal(t, d{{"v", x.ok(d{{"distinct", "c"}, {"key", "a"}}).Lookup("values")}})}, `{"v":[1,2,"x"]}`)
}

func TestAggregate(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"k", "a"}, {"n", 1}}, d{{"_id", 2}, {"k", "b"}, {"n", 2}}, d{{"_id", 3}, {"k", "a"}, {"n", 3}})
	pipeline := a{d{{"$match", d{{"n", d{{"$gte", 1}}}}}}, d{{"$group", d{{"_id", "$k"}, {"sum", d{{"$sum", "$n"}}}}}}, d{{"$sort", d{{"_id", 1}}}}}
	docs := x.drain(d{{"aggregate", "c"}, {"pipeline", pipeline}, {"cursor", d{{"batchSize", 1}}}})
	shows(t, docs, `{"_id":"a","sum":4}`, `{"_id":"b","sum":2}`)
	x.fails(wire.UnrecognizedPipelineStage, d{{"aggregate", "c"}, {"pipeline", a{d{{"$nope", 1}}}}, {"cursor", d{}}})
	x.fails(wire.FailedToParse, d{{"aggregate", "c"}, {"pipeline", a{}}})
	x.fails(wire.InvalidNamespace, d{{"aggregate", 1}, {"pipeline", a{}}, {"cursor", d{}}})
}

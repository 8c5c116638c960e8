package docdb

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestValidators holds writes against a collection's validator.
func TestValidators(t *testing.T) {
	x := fresh(t)
	schema := d{{"$jsonSchema", d{{"required", a{"name"}}, {"properties", d{{"n", d{{"bsonType", "int"}}}}}}}}
	x.ok(d{{"create", "c"}, {"validator", schema}})
	x.ok(d{{"create", "c"}, {"validator", schema}})
	x.fails(wire.NamespaceExists, d{{"create", "c"}})
	x.fails(wire.NamespaceExists, d{{"create", "c"}, {"validator", d{{"a", 1}}}})
	fails := func(cmd d) bson.Raw {
		t.Helper()
		reply := x.run(cmd)
		told := reply
		if first, ok := reply.Lookup("writeErrors", "0").DocumentOK(); ok {
			told = first
		}
		if told.Lookup("code").AsInt64() != 121 {
			t.Errorf("%v: %s", cmd, reply)
		}
		return told
	}
	insert := func(doc d) d { return d{{"insert", "c"}, {"documents", a{doc}}} }
	told := fails(insert(d{{"_id", 1}, {"n", "x"}})).Lookup("errInfo").Document()
	shows(t, []bson.Raw{told}, `{"failingDocumentId":1,"details":{"operatorName":"$jsonSchema","schemaRulesNotSatisfied":[`+
		`{"operatorName":"required","specifiedAs":{"required":["name"]},"missingProperties":["name"]},`+
		`{"operatorName":"properties","propertiesNotSatisfied":[{"propertyName":"n","details":[{"operatorName":"bsonType","specifiedAs":{"bsonType":"int"},"consideredValue":"x","consideredType":"string"}]}]}]}}`)
	x.ok(insert(d{{"_id", 1}, {"name", "a"}, {"n", 1}}))
	fails(updateOf(d{{"_id", 1}}, d{{"$set", d{{"n", 1.5}}}}))
	fails(updateOf(d{{"_id", 2}}, d{{"$set", d{{"n", 1}}}}, e{"upsert", true}))
	fails(d{{"findAndModify", "c"}, {"query", d{{"_id", 1}}}, {"update", a{d{{"$unset", "name"}}}}})
	x.ok(append(insert(d{{"_id", 3}}), e{"bypassDocumentValidation", true}))
	fails(updateOf(d{{"_id", 3}}, d{{"$set", d{{"m", 1}}}}))
	x.ok(d{{"collMod", "c"}, {"validationLevel", "moderate"}})
	x.ok(updateOf(d{{"_id", 3}}, d{{"$set", d{{"m", 1}}}}))
	fails(insert(d{{"_id", 4}}))
	x.ok(d{{"collMod", "c"}, {"validationAction", "warn"}})
	x.ok(insert(d{{"_id", 4}}))
	listed := x.drain(d{{"listCollections", 1}})[0].Lookup("options").Document()
	if listed.Lookup("validationLevel").StringValue() != "moderate" || listed.Lookup("validationAction").StringValue() != "warn" || listed.Lookup("validator", "$jsonSchema", "required", "0").StringValue() != "name" {
		t.Error(listed)
	}
	x.ok(d{{"collMod", "c"}, {"validator", d{{"$expr", d{{"$gt", a{"$n", 5}}}}}}, {"validationAction", "error"}, {"validationLevel", "strict"}})
	fails(insert(d{{"_id", 5}, {"n", 5}}))
	x.ok(d{{"collMod", "c"}, {"validator", d{}}})
	x.ok(insert(d{{"_id", 5}, {"n", 5}}))

	x.fails(wire.BadValue, d{{"collMod", "c"}, {"validationLevel", "harsh"}})
	x.fails(wire.BadValue, d{{"collMod", "c"}, {"validator", d{{"$nope", 1}}}})
	x.fails(wire.NamespaceNotFound, d{{"collMod", "none"}, {"validationLevel", "off"}})
	x.fails(wire.InvalidOptions, onAdmin(e{"create", "c"}, e{"validator", d{{"a", 1}}}))
	x.fails(wire.NotImplemented, d{{"collMod", "c"}, {"viewOn", "e"}})
}

// TestIndexChanges hides indexes, changes their lifetimes, and makes them of other directions and of hashes.
func TestIndexChanges(t *testing.T) {
	x := fresh(t)
	x.fill("c", 50)
	uses := func(filter d, more ...e) string {
		t.Helper()
		_, index, _, _, _ := x.explain(append(d{{"find", "c"}, {"filter", filter}}, more...))
		return index
	}
	x.ok(d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"n", 2.5}, {"m", -7}}}, {"name", "n"}, {"hidden", true}}, d{{"key", d{{"at", 1}}}, {"name", "at"}, {"expireAfterSeconds", 60}}}}})
	if got := uses(d{{"n", 7}}); got != "" {
		t.Errorf("%s is hidden and used", got)
	}
	x.fails(wire.BadValue, d{{"find", "c"}, {"hint", "n"}})
	shows(t, []bson.Raw{x.drain(d{{"listIndexes", "c"}})[1]}, `{"v":2,"key":{"n":2.5,"m":-7},"name":"n","hidden":true}`)
	reply := x.ok(d{{"collMod", "c"}, {"index", d{{"keyPattern", d{{"n", 2.5}, {"m", -7}}}, {"hidden", false}}}})
	if was, is := reply.Lookup("hidden_old").Boolean(), reply.Lookup("hidden_new").Boolean(); !was || is {
		t.Error(reply)
	}
	if got := uses(d{{"n", 7}}); got != "n" {
		t.Errorf("%q is used", got)
	}
	if got := uses(d{}, e{"sort", d{{"n", -1}, {"m", 1}}}); got != "n" {
		t.Errorf("%q sorts", got)
	}
	reply = x.ok(d{{"collMod", "c"}, {"index", d{{"name", "at"}, {"expireAfterSeconds", 90}}}})
	if was, is := reply.Lookup("expireAfterSeconds_old").AsInt64(), reply.Lookup("expireAfterSeconds_new").AsInt64(); was != 60 || is != 90 {
		t.Error(reply)
	}
	x.fails(wire.IndexNotFound, d{{"collMod", "c"}, {"index", d{{"name", "none"}, {"hidden", true}}}})
	x.fails(wire.InvalidOptions, d{{"collMod", "c"}, {"index", d{{"hidden", true}}}})
	x.fails(wire.BadValue, d{{"collMod", "c"}, {"index", d{{"name", "_id_"}, {"hidden", true}}}})

	x.ok(d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"h", "hashed"}}}, {"name", "h"}}}}})
	for i, v := range []any{1, 1.0, "x", nil, d{{"y", 1}}, 2.5} {
		x.insert("c", d{{"_id", 1000 + i}, {"h", v}})
	}
	for _, c := range []struct {
		filter any
		used   string
		found  int64
	}{
		{1, "h", 2}, {int64(1), "h", 2}, {"x", "h", 1}, {nil, "h", 51}, {d{{"y", 1}}, "h", 1}, {d{{"$in", a{1, 2.5, "z"}}}, "h", 3}, {d{{"$gt", 1}}, "", 1},
	} {
		if _, index, _, _, n := x.explain(d{{"find", "c"}, {"filter", d{{"h", c.filter}}}}); index != c.used || n != c.found {
			t.Errorf("%v: by %q, %d documents", c.filter, index, n)
		}
	}
	if n := x.ok(d{{"count", "c"}, {"query", d{{"h", 1}}}}).Lookup("n").AsInt64(); n != 2 {
		t.Errorf("counted %d", n)
	}
	x.run(d{{"insert", "c"}, {"documents", a{d{{"_id", "list"}, {"h", a{1}}}}}})
	if n := len(x.find("c", e{"filter", d{{"_id", "list"}}})); n != 0 {
		t.Error("an array is in a hashed index")
	}
	for _, key := range []any{d{{"a", "hashed"}, {"b", "hashed"}}, d{{"a", 0}}, d{{"a", "text"}}, d{{"a", true}}} {
		if reply := x.run(d{{"createIndexes", "c"}, {"indexes", a{d{{"key", key}, {"name", "k"}}}}}); reply.Lookup("ok").AsFloat64() != 0 {
			t.Errorf("%v: %s", key, reply)
		}
	}
	x.fails(wire.Code{Number: 16764}, d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"a", "hashed"}}}, {"name", "k"}, {"unique", true}}}}})
	x.sound()
}

// TestPipelinesObeyValidators writes by $out and $merge into collections that take not every document. A collection that $out
// replaces keeps its validator.
func TestPipelinesObeyValidators(t *testing.T) {
	x := fresh(t)
	x.insert("from", d{{"_id", 1}, {"n", 1}}, d{{"_id", 2}, {"n", 20}})
	x.ok(d{{"create", "to"}, {"validator", d{{"n", d{{"$lt", 10}}}}}})
	into := func(last d, more ...e) d {
		return append(d{{"aggregate", "from"}, {"pipeline", a{last}}, {"cursor", d{}}}, more...)
	}
	invalid := documentValidationFailure
	out := d{{"$out", "to"}}
	x.fails(invalid, into(out))
	if n := len(x.find("to")); n != 0 {
		t.Errorf("an $out that failed has left %d documents", n)
	}
	x.fails(invalid, into(d{{"$merge", "to"}}))
	if n := len(x.find("to")); n != 0 {
		t.Errorf("a $merge that failed at once has left %d documents", n)
	}
	x.ok(into(d{{"$merge", "to"}}, e{"bypassDocumentValidation", true}))
	x.ok(into(out, e{"bypassDocumentValidation", true}))
	if n := len(x.find("to")); n != 2 {
		t.Errorf("%d documents", n)
	}
	x.fails(invalid, into(d{{"$merge", d{{"into", "to"}, {"whenMatched", a{d{{"$set", d{{"n", 30}}}}}}}}}))
	x.fails(invalid, into(out))
	reply := x.run(d{{"insert", "to"}, {"documents", a{d{{"n", 50}}}}})
	if codes := errorCodes(t, reply); len(codes) != 1 || codes[0] != invalid.Number {
		t.Errorf("the validator is gone: %s", reply)
	}
}

func TestUnknownIndexOptions(t *testing.T) {
	x := fresh(t)
	create := d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"a", 1}}}, {"name", "a"}, {"wrong", 1}}}}}
	x.fails(invalidOption, create)
	x.ok(append(create, e{"ignoreUnknownIndexOptions", true}))
}

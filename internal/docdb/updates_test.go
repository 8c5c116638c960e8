package docdb

import (
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

func updateOf(q, u any, more ...e) d {
	return d{{"update", "c"}, {"updates", a{append(d{{"q", q}, {"u", u}}, more...)}}}
}

// TestUpdatesOfElements changes elements of arrays by each of the ways to name them, through each command that updates.
func TestUpdatesOfElements(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"a", a{1, 5, 9}}}, d{{"_id", 2}, {"a", a{5, 6}}}, d{{"_id", 3}, {"a", a{}}})
	x.ok(updateOf(d{{"a", 5}}, d{{"$set", d{{"a.$", 50}}}}, e{"multi", true}))
	x.ok(updateOf(d{}, d{{"$inc", d{{"a.$[]", 1}}}}, e{"multi", true}))
	x.ok(updateOf(d{}, d{{"$mul", d{{"a.$[big]", 2}}}}, e{"multi", true}, e{"arrayFilters", a{d{{"big", d{{"$gte", 10}}}}}}))
	shows(t, x.find("c"), `{"_id":1,"a":[2,102,20]}`, `{"_id":2,"a":[102,7]}`, `{"_id":3,"a":[]}`)
	modify := d{{"findAndModify", "c"}, {"query", d{{"_id", 1}, {"a", 20}}}, {"new", true}}
	reply := x.ok(append(modify, e{"update", d{{"$set", d{{"a.$", 0}, {"b", 1}}}}}))
	shows(t, []bson.Raw{reply.Lookup("value").Document()}, `{"_id":1,"a":[2,102,0],"b":1}`)
	reply = x.ok(append(modify[:1:1], e{"query", d{{"_id", 2}}}, e{"update", d{{"$unset", d{{"a.$[x]", 1}}}}}, e{"arrayFilters", a{d{{"x", 7}}}}, e{"new", true}))
	shows(t, []bson.Raw{reply.Lookup("value").Document()}, `{"_id":2,"a":[102,null]}`)
	x.fails(wire.FailedToParse, d{{"findAndModify", "c"}, {"remove", true}, {"arrayFilters", a{d{{"x", 7}}}}})
	for _, c := range []struct {
		code int32
		cmd  d
	}{
		{2, updateOf(d{{"_id", 1}}, d{{"$set", d{{"a.$", 1}}}})},
		{2, updateOf(d{{"_id", 9}}, d{{"$set", d{{"a.$[]", 1}}}}, e{"upsert", true})},
		{2, updateOf(d{{"a", 9}}, d{{"$set", d{{"b.$", 1}}}}, e{"upsert", true})},
		{9, updateOf(d{}, d{{"$set", d{{"a", 1}}}}, e{"arrayFilters", a{d{{"x", 1}}}})},
		{28, updateOf(d{{"_id", 1}}, d{{"$pull", d{{"b.c", 1}}}})},
	} {
		reply := x.run(c.cmd)
		if got := reply.Lookup("writeErrors", "0", "code").AsInt64(); got != int64(c.code) {
			t.Errorf("%v: %s", c.cmd, reply)
		}
	}
	x.sound()
}

// TestPipelineUpdates computes what documents become, with the command's variables.
func TestPipelineUpdates(t *testing.T) {
	x := open(t, t.TempDir(), Options{Now: fixed(fixedTime)})
	x.insert("c", d{{"_id", 1}, {"n", 1}}, d{{"_id", 2}, {"n", 2}})
	x.ok(append(updateOf(d{{"$expr", d{{"$gte", a{"$n", "$$least"}}}}}, a{d{{"$set", d{{"n", d{{"$add", a{"$n", "$$by"}}}}, {"at", "$$NOW"}}}}}, e{"multi", true}),
		e{"let", d{{"by", 10}, {"least", 2}}}))
	when := fixedTime.UTC().Format("2006-01-02T15:04:05Z")
	shows(t, x.find("c"), `{"_id":1,"n":1}`, `{"_id":2,"n":12,"at":{"$date":"`+when+`"}}`)
	reply := x.ok(d{{"findAndModify", "c"}, {"query", d{{"$expr", d{{"$eq", a{"$_id", "$$id"}}}}}}, {"update", a{d{{"$replaceWith", d{{"was", "$n"}, {"got", "$$x"}}}}}},
		{"new", true}, {"let", d{{"id", 1}, {"x", "y"}}}})
	shows(t, []bson.Raw{reply.Lookup("value").Document()}, `{"_id":1,"was":1,"got":"y"}`)
	x.ok(updateOf(d{{"_id", 3}, {"k", "v"}}, a{d{{"$set", d{{"copy", "$k"}}}}}, e{"upsert", true}))
	x.ok(d{{"delete", "c"}, {"deletes", a{d{{"q", d{{"$expr", d{{"$lt", a{"$_id", "$$id"}}}}}}, {"limit", 0}}}}, {"let", d{{"id", 3}}}})
	shows(t, x.find("c"), `{"_id":3,"k":"v","copy":"v"}`)
	x.fails(wire.Code{Number: 4890500}, append(updateOf(d{}, a{}), e{"let", d{{"x", "$n"}}}))
	x.sound()
}

// TestEmptyTimestamps fills the time into top-level empty timestamps of documents that are written as a whole.
func TestEmptyTimestamps(t *testing.T) {
	x := open(t, t.TempDir(), Options{Now: fixed(time.Unix(77, 0))})
	none := bson.Timestamp{}
	x.insert("c", d{{"_id", none}, {"a", none}, {"b", d{{"c", none}}}, {"d", none}})
	x.ok(updateOf(d{}, d{{"$set", d{{"e", none}}}}))
	shows(t, x.find("c"), `{"_id":{"$timestamp":{"t":0,"i":0}},"a":{"$timestamp":{"t":77,"i":1}},"b":{"c":{"$timestamp":{"t":0,"i":0}}},`+
		`"d":{"$timestamp":{"t":77,"i":2}},"e":{"$timestamp":{"t":0,"i":0}}}`)
	x.ok(updateOf(d{}, d{{"a", none}}))
	x.ok(updateOf(d{{"_id", 2}}, d{{"a", none}}, e{"upsert", true}))
	x.ok(append(updateOf(d{{"_id", 3}}, d{{"a", none}}, e{"upsert", true}), e{"bypassEmptyTsReplacement", true}))
	shows(t, x.find("c", e{"sort", d{{"_id", 1}}}), `{"_id":2,"a":{"$timestamp":{"t":77,"i":4}}}`, `{"_id":3,"a":{"$timestamp":{"t":0,"i":0}}}`, `{"_id":{"$timestamp":{"t":0,"i":0}},"a":{"$timestamp":{"t":77,"i":3}}}`)
}

// TestDollarNames stores fields whose names begin with a dollar sign where MongoDB stores them.
func TestDollarNames(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"$x", 1}, {"a", d{{"$y", 2}}}})
	x.ok(updateOf(d{{"_id", 1}}, d{{"$set", d{{"b", d{{"$z", 3}}}}}}))
	x.ok(updateOf(d{{"_id", 1}}, a{d{{"$replaceWith", d{{"$mergeObjects", a{"$$ROOT", d{{"$literal", d{{"$w", 4}}}}}}}}}}))
	shows(t, x.find("c"), `{"_id":1,"$x":1,"a":{"$y":2},"b":{"$z":3},"$w":4}`)
	for _, u := range []any{d{{"$set", d{{"$v", 1}}}}, d{{"$set", d{{"a.$v", 1}}}}, d{{"v", 1}, {"$v", 1}}} {
		if reply := x.run(updateOf(d{{"_id", 1}}, u)); reply.Lookup("writeErrors", "0", "code").AsInt64() != int64(wire.DollarPrefixedFieldName.Number) {
			t.Errorf("%v: %s", u, reply)
		}
	}
}

// TestUpdatesOfElementsEndInTime has filters without number look at elements without number.
func TestUpdatesOfElementsEndInTime(t *testing.T) {
	x := fresh(t)
	set, filters := d{}, a{}
	for i := range 2000 {
		name := "f" + strings.Repeat("x", i%50) + string(rune('a'+i/50%26)) + string(rune('a'+i/1300))
		set, filters = append(set, e{"a.$[" + name + "]." + name, 1}), append(filters, d{{name + ".k", 5}})
	}
	elements := make(a, 100_000)
	for i := range elements {
		elements[i] = d{{"k", 1}}
	}
	x.insert("c", d{{"_id", 1}, {"a", elements}})
	x.fails(wire.MaxTimeMSExpired, append(updateOf(d{}, d{{"$set", set}}, e{"arrayFilters", filters}), e{"maxTimeMS", 100}))
}

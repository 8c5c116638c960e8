package docdb

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// TestFindProjectsElements has find and findAndModify give parts of arrays.
func TestFindProjectsElements(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"a", a{1, 2, 3}}, {"b", 1}}, d{{"_id", 2}, {"a", a{5}}})
	shows(t, x.find("c", e{"filter", d{{"a", d{{"$gte", 2}}}}}, e{"projection", d{{"a.$", 1}}}), `{"_id":1,"a":[2]}`, `{"_id":2,"a":[5]}`)
	shows(t, x.find("c", e{"filter", d{{"_id", 1}, {"a", 3}}}, e{"projection", d{{"a.$", 1}}}), `{"_id":1,"a":[3]}`)
	shows(t, x.find("c", e{"projection", d{{"a", d{{"$slice", -1}}}}}), `{"_id":1,"a":[3],"b":1}`, `{"_id":2,"a":[5]}`)
	shows(t, x.find("c", e{"projection", d{{"a", d{{"$elemMatch", d{{"$lt", 3}}}}}}}), `{"_id":1,"a":[1]}`, `{"_id":2}`)
	x.fails(wire.Code{Number: 51246}, d{{"find", "c"}, {"filter", d{{"_id", 1}}}, {"projection", d{{"a.$", 1}}}})
	modify := d{{"findAndModify", "c"}, {"query", d{{"a", 2}}}, {"update", d{{"$set", d{{"a.$", 9}}}}}, {"fields", d{{"a.$", 1}}}}
	x.fails(wire.BadValue, append(modify, e{"new", true}))
	shows(t, []bson.Raw{x.ok(modify).Lookup("value").Document()}, `{"_id":1,"a":[2]}`)
}

// TestExpressionsUseIndexes looks at the keys that a comparison in $expr examines.
func TestExpressionsUseIndexes(t *testing.T) {
	x := fresh(t)
	var docs a
	for i := range 100 {
		docs = append(docs, d{{"_id", i}, {"n", i}, {"s", i}})
	}
	docs = append(docs, d{{"_id", "none"}}, d{{"_id", "text"}, {"n", "x"}})
	x.insert("c", docs...)
	x.index("c", "n", -1)
	keysOf := func(filter d, more ...e) (keys, found int64) {
		t.Helper()
		reply := x.ok(d{{"explain", append(d{{"find", "c"}, {"filter", filter}}, more...)}, {"verbosity", "executionStats"}})
		return reply.Lookup("executionStats", "totalKeysExamined").AsInt64(), reply.Lookup("executionStats", "nReturned").AsInt64()
	}
	for _, c := range []struct {
		expr        any
		keys, found int64
	}{
		{d{{"$eq", a{"$n", 5}}}, 1, 1},
		{d{{"$gt", a{"$n", 97}}}, 3, 3}, // 98, 99 and the text
		{d{{"$gte", a{5, "$n"}}}, 7, 7}, // 0 to 5 and the missing one
		{d{{"$and", a{d{{"$gte", a{"$n", 10}}}, d{{"$lt", a{"$n", 20}}}, d{{"$gt", a{"$s", 15}}}}}}, 10, 4},
		{d{{"$eq", a{"$n", "$$five"}}}, 1, 1},
		{d{{"$eq", a{"$n", "$s"}}}, 0, 101},
		{d{{"$or", a{d{{"$eq", a{"$n", 5}}}}}}, 0, 1},
	} {
		if keys, found := keysOf(d{{"$expr", c.expr}}, e{"let", d{{"five", 5}}}); keys != c.keys || found != c.found {
			t.Errorf("%v: %d keys, %d documents", c.expr, keys, found)
		}
	}
	plan := x.ok(d{{"explain", d{{"find", "c"}, {"filter", d{{"$expr", d{{"$lt", a{"$n", 5}}}}}}}}}).Lookup("queryPlanner", "winningPlan", "inputStage", "indexBounds", "n", "0")
	if got := plan.StringValue(); got != "(5, MinKey]" {
		t.Errorf("bounds %s", got)
	}
	x.insert("c", d{{"_id", "many"}, {"n", a{1, 2}}})
	if keys, found := keysOf(d{{"$expr", d{{"$gt", a{"$n", 97}}}}}); keys != 0 || found != 4 {
		t.Errorf("with an array: %d keys, %d documents", keys, found)
	}
}

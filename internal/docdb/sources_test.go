package docdb

import (
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// source returns the documents of a pipeline that makes them itself, which have a name each.
func (x *db) source(on any, stage d, db string) map[string]bson.Raw {
	x.t.Helper()
	named := map[string]bson.Raw{}
	for _, doc := range x.drain(d{{"aggregate", on}, {"pipeline", a{stage}}, {"cursor", d{}}, {"$db", db}}) {
		name, _ := doc.Lookup("name").StringValueOK()
		named[name] = doc
	}
	return named
}

func TestIndexStats(t *testing.T) {
	now := fixedTime
	x := open(t, t.TempDir(), Options{Now: func() time.Time { return now }})
	x.insert("c", d{{"_id", 1}, {"a", 1}, {"b", 2}})
	x.index("c", "a", 1)
	now = now.Add(time.Hour)
	x.index("c", "b", 1)
	for range 3 {
		x.find("c", e{"filter", d{{"_id", 1}}})
	}
	x.find("c", e{"filter", d{{"a", 1}}})
	x.find("c", e{"filter", d{{"$or", a{d{{"a", 1}}, d{{"b", 3}}}}}})
	x.find("c", e{"filter", d{{"none", 1}}})
	x.ok(d{{"update", "c"}, {"updates", a{d{{"q", d{{"b", 2}}}, {"u", d{{"$set", d{{"c", 1}}}}}}}}})
	x.ok(d{{"explain", d{{"find", "c"}, {"filter", d{{"b", 1}}}}}})
	x.drain(d{{"aggregate", "c"}, {"pipeline", a{d{{"$lookup", d{{"from", "c"}, {"localField", "a"}, {"foreignField", "a"}, {"as", "l"}}}}}}, {"cursor", d{}}})
	stats := x.source("c", d{{"$indexStats", d{}}}, "test")
	for name, ops := range map[string]int64{"_id_": 3, "a_1": 3, "b_1": 2} {
		if got := stats[name].Lookup("accesses", "ops").Int64(); got != ops {
			t.Errorf("%s was used %d times, not %d", name, got, ops)
		}
	}
	if since := stats["b_1"].Lookup("accesses", "since").Time(); !since.Equal(now) {
		t.Error(since)
	}
	x.ok(d{{"dropIndexes", "c"}, {"index", "a_1"}})
	x.index("c", "a", 1)
	if again := x.source("c", d{{"$indexStats", d{}}}, "test")["a_1"]; again.Lookup("accesses", "ops").Int64() != 0 {
		t.Error(again)
	}
	if none := x.source("none", d{{"$indexStats", d{}}}, "test"); len(none) > 0 {
		t.Error(none)
	}
}

func TestPlanCacheStats(t *testing.T) {
	x := fresh(t)
	x.index("c", "a", 1)
	x.index("c", "b", 1)
	x.insert("c", d{{"a", 1}, {"b", 2}}, d{{"a", 2}, {"b", 2}})
	cached := func() (shown []string) {
		for _, doc := range x.drain(d{{"aggregate", "c"}, {"pipeline", a{d{{"$planCacheStats", d{}}}}}, {"cursor", d{}}}) {
			shown = append(shown, doc.Lookup("cachedPlan", "inputStage", "indexName").StringValue())
		}
		return shown
	}
	x.find("c", e{"filter", d{{"a", 1}, {"b", 2}}})
	x.find("c", e{"filter", d{{"a", 1}, {"b", d{{"$gt", 1}}}}})
	if shown := cached(); !slices.Equal(shown, []string{"a_1", "a_1"}) {
		t.Error(shown)
	}
	x.ok(d{{"planCacheClear", "c"}, {"query", d{{"a", 7}, {"b", 8}}}})
	if shown := cached(); len(shown) != 1 {
		t.Error(shown)
	}
	x.ok(d{{"planCacheClear", "c"}})
	x.ok(d{{"planCacheClear", "none"}})
	if shown := cached(); len(shown) != 0 {
		t.Error(shown)
	}
}

func TestListSessions(t *testing.T) {
	now := fixedTime
	x := open(t, t.TempDir(), Options{Now: func() time.Time { return now }})
	ann, bob := x.as("ann"), x.as("bob")
	id := func(n byte) d { return d{{"id", bson.Binary{Subtype: 4, Data: []byte{15: n}}}} }
	ann.ok(d{{"ping", 1}, {"lsid", id(1)}})
	ann.ok(d{{"ping", 1}, {"lsid", id(2)}})
	bob.ok(d{{"ping", 1}, {"lsid", id(1)}})
	count := func(y *db, options d) int {
		return len(y.drain(d{{"aggregate", 1}, {"pipeline", a{d{{"$listLocalSessions", options}}}}, {"cursor", d{}}, {"$db", "any"}}))
	}
	for _, tc := range []struct {
		of      *db
		options d
		n       int
	}{
		{ann, d{}, 2}, {bob, d{}, 1}, {x, d{}, 0}, {x, d{{"allUsers", true}}, 3}, {x, d{{"users", a{d{{"user", "bob"}, {"db", "admin"}}}}}, 1},
	} {
		if n := count(tc.of, tc.options); n != tc.n {
			t.Errorf("%v: %d sessions, not %d", tc.options, n, tc.n)
		}
	}
	ann.ok(d{{"endSessions", a{id(1)}}})
	if n := count(x, d{{"allUsers", true}}); n != 2 {
		t.Errorf("%d sessions are left", n)
	}
	now = now.Add(20 * time.Minute)
	bob.ok(d{{"refreshSessions", a{id(1)}}})
	now = now.Add(20 * time.Minute)
	listed := x.drain(d{{"aggregate", "system.sessions"}, {"pipeline", a{d{{"$listSessions", d{{"allUsers", true}}}}}}, {"cursor", d{}}, {"$db", "config"}})
	if len(listed) != 1 || listed[0].Lookup("user").StringValue() != "bob@admin" {
		t.Error(listed)
	}
	for _, cmd := range []d{
		{{"aggregate", "c"}, {"pipeline", a{d{{"$listSessions", d{}}}}}, {"cursor", d{}}},
		{{"aggregate", "c"}, {"pipeline", a{d{{"$listLocalSessions", d{}}}}}, {"cursor", d{}}},
		{{"aggregate", 1}, {"pipeline", a{d{{"$indexStats", d{}}}}}, {"cursor", d{}}},
		{{"aggregate", 1}, {"pipeline", a{d{{"$planCacheStats", d{}}}}}, {"cursor", d{}}},
	} {
		x.fails(wire.InvalidNamespace, cmd)
	}
	x.fails(wire.UnknownField, d{{"aggregate", "c"}, {"pipeline", a{d{{"$indexStats", d{{"x", 1}}}}}}, {"cursor", d{}}})
}

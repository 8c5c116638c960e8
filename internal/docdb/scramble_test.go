package docdb

import (
	"math"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// seeds are well-formed commands to start mischief from.
var seeds = []d{
	{{"find", "c"}, {"filter", d{{"a", d{{"$gt", 1}}}}}, {"sort", d{{"a", 1}}}, {"projection", d{{"a", 1}}}, {"limit", 2}, {"skip", 1}, {"batchSize", 1}, {"hint", "a_1"}},
	{{"insert", "c"}, {"documents", a{d{{"_id", 5}, {"a", 1}}}}, {"ordered", true}},
	{{"update", "c"}, {"updates", a{d{{"q", d{{"a", 1}}}, {"u", d{{"$set", d{{"b", 1}}}}}, {"upsert", true}, {"multi", false}}}}},
	{{"delete", "c"}, {"deletes", a{d{{"q", d{{"b", 1}}}, {"limit", 1}}}}},
	{{"findAndModify", "c"}, {"query", d{{"a", 1}}}, {"sort", d{{"a", 1}}}, {"update", d{{"$inc", d{{"n", 1}}}}}, {"fields", d{{"n", 1}}}},
	{{"aggregate", "c"}, {"pipeline", a{d{{"$match", d{{"a", 1}}}}, d{{"$group", d{{"_id", "$a"}}}}}}, {"cursor", d{{"batchSize", 1}}}},
	{{"explain", d{{"count", "c"}, {"query", d{{"a", 1}}}}}, {"verbosity", "executionStats"}},
	{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"k", 1}}}, {"name", "k"}, {"unique", true}}}}},
	{{"dropIndexes", "c"}, {"index", "k"}},
	{{"getMore", int64(1)}, {"collection", "c"}, {"batchSize", 1}},
	{{"killCursors", "c"}, {"cursors", a{int64(1)}}},
	{{"distinct", "c"}, {"key", "a"}, {"query", d{}}},
	{{"count", "c"}, {"query", d{}}, {"limit", 1}, {"skip", 1}},
	onAdmin(e{"listDatabases", 1}, e{"filter", d{{"name", "x"}}}),
	onAdmin(e{"renameCollection", "test.c"}, e{"to", "test.e"}, e{"dropTarget", true}),
	onAdmin(e{"currentOp", 1}, e{"$all", true}, e{"opid", 1}),
	onAdmin(e{"killOp", 1}, e{"op", 1}),
	{{"killSessions", a{d{{"id", bson.Binary{Subtype: 4, Data: make([]byte, 16)}}}}}},
	{{"listCollections", 1}, {"filter", d{}}, {"cursor", d{{"batchSize", 1}}}},
	{{"collStats", "c"}, {"scale", 1}},
	{{"insert", "c"}, {"documents", a{d{}}}, {"lsid", d{{"id", bson.Binary{Subtype: 4, Data: make([]byte, 16)}}}}, {"txnNumber", int64(1)}},
}

// oddities stand where something else is expected.
var oddities = []any{
	nil, true, 0, -1, math.MaxInt32, int64(math.MinInt64), 1.5, math.NaN(), math.Inf(1), 1e300, "", "$", "a.b", "\x00", "..",
	d{}, d{{"", 1}}, d{{"$x", 1}}, d{{"$eq", nil}}, a{}, a{nil}, a{a{d{}}}, bson.MinKey{}, bson.MaxKey{}, bson.Undefined{},
	bson.Regex{Pattern: "("}, bson.Binary{}, bson.DateTime(-1), bson.Timestamp{}, bson.JavaScript("x"),
	bson.CodeWithScope{Code: "x", Scope: bson.D{}}, bson.NewDecimal128(math.MaxUint64, 0), bson.Symbol("s"), bson.DBPointer{},
}

// variants yields v with each of its parts in turn replaced by odd.
func variants(v, odd any, yield func(any)) {
	yield(odd)
	switch v := v.(type) {
	case d:
		for i := range v {
			variants(v[i].Value, odd, func(part any) {
				next := append(d(nil), v...)
				next[i].Value = part
				yield(next)
			})
		}
	case a:
		for i := range v {
			variants(v[i], odd, func(part any) {
				next := append(a(nil), v...)
				next[i] = part
				yield(next)
			})
		}
	}
}

// TestScrambledCommands puts every oddity in every place of every seed. The engine may refuse or obey, but it is never at a
// loss, and its indexes agree afterwards.
func TestScrambledCommands(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"a", a{1, 2}}}, d{{"_id", 2}, {"a", 1}})
	x.index("c", "a", 1)
	for _, seed := range seeds {
		for _, odd := range oddities {
			variants(seed, odd, func(v any) {
				cmd, ok := v.(d)
				if !ok || len(cmd) == 0 {
					return
				}
				reply := x.run(cmd)
				if code, ok := reply.Lookup("code").Int32OK(); ok && code == wire.InternalError.Number {
					t.Errorf("%v: %s", cmd, reply)
				}
			})
		}
	}
	x.sound()
}

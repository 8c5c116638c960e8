package docdb

import (
	"strings"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/wire"
)

func pipe(stages ...any) d {
	return d{{"aggregate", "c"}, {"pipeline", append(a{}, stages...)}, {"cursor", d{}}}
}

// TestSortBeforeLimitKeepsFew sorts more than may be held in memory, for the first of it.
func TestSortBeforeLimitKeepsFew(t *testing.T) {
	x := fresh(t)
	for group := range 10 {
		var docs []any
		for i := group * 13; i < group*13+13; i++ {
			docs = append(docs, d{{"_id", i}, {"n", (i * 37) % 130}, {"fill", strings.Repeat("x", mb)}})
		}
		x.insert("c", docs...)
	}
	short := d{{"$project", d{{"n", 1}}}}
	by := d{{"$sort", d{{"n", 1}}}}
	shows(t, x.drain(pipe(by, d{{"$limit", 1}}, short)), `{"_id":0,"n":0}`)
	shows(t, x.drain(pipe(by, d{{"$skip", 2}}, d{{"$limit", 1}}, short)), `{"_id":116,"n":2}`)
	// Behind a stage that is in the planner's way it is the pipeline that keeps few.
	shows(t, x.drain(pipe(d{{"$set", d{{"m", "$n"}}}}, d{{"$sort", d{{"m", -1}}}}, d{{"$limit", 1}}, short)), `{"_id":7,"n":129}`)
	x.fails(wire.SortMemoryExceeded, append(pipe(by, d{{"$skip", 1}}), e{"allowDiskUse", false}))
}

// TestPipelinesUseIndexes looks at how many keys and documents are read for what leads a pipeline.
func TestPipelinesUseIndexes(t *testing.T) {
	x := fresh(t)
	var docs []any
	for i := range 200 {
		docs = append(docs, d{{"_id", i}, {"a", i % 4}, {"b", i}})
	}
	x.insert("c", docs...)
	x.indexOn("c", d{{"a", 1}, {"b", 1}})
	match, sort := d{{"$match", d{{"a", 3}}}}, d{{"$sort", d{{"b", -1}}}}
	for _, tc := range []struct {
		pipeline     a
		keys, docs   int64
		first, stage string
	}{
		{a{match, sort, d{{"$limit", 2}}}, 2, 2, `{"_id":199,"a":3,"b":199}`, "LIMIT"},
		{a{sort, match, d{{"$limit", 2}}, d{{"$project", d{{"b", 1}}}}}, 2, 2, `{"_id":199,"b":199}`, "LIMIT"},
		{a{match, d{{"$count", "n"}}}, 50, 0, `{"n":50}`, "COUNT_SCAN"},
		{a{match, d{{"$group", d{{"_id", nil}, {"n", d{{"$sum", 1}}}}}}}, 50, 0, `{"_id":null,"n":50}`, "COUNT_SCAN"},
		{a{d{{"$count", "n"}}}, 0, 0, `{"n":200}`, "RECORD_STORE_FAST_COUNT"},
		{a{match, d{{"$group", d{{"_id", "$a"}}}}}, 50, 50, `{"_id":3}`, "IXSCAN"},
	} {
		cmd := d{{"aggregate", "c"}, {"pipeline", tc.pipeline}, {"cursor", d{}}}
		shows(t, x.drain(cmd)[:1], tc.first)
		reply := x.ok(d{{"explain", cmd}, {"verbosity", "executionStats"}})
		stats := reply.Lookup("executionStats")
		if stats.Type == 0 {
			stats = reply.Lookup("stages", "0", "$cursor", "executionStats")
		}
		if keys, docs := stats.Document().Lookup("totalKeysExamined").AsInt64(), stats.Document().Lookup("totalDocsExamined").AsInt64(); keys != tc.keys || docs != tc.docs {
			t.Errorf("%v: %d keys and %d documents were read", tc.pipeline, keys, docs)
		}
		if !strings.Contains(stats.String(), `"`+tc.stage+`"`) {
			t.Errorf("%v: %s", tc.pipeline, stats)
		}
	}
}

// TestVariables has values of let, and one time for a whole pipeline.
func TestVariables(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"a", 2}})
	with := func(let d, stages ...any) d { return append(pipe(stages...), e{"let", let}) }
	shows(t, x.drain(with(d{{"x", 5}, {"y", d{{"z", "$$x"}}}}, d{{"$project", d{{"x", "$$x"}, {"z", "$$y.z"}, {"none", "$$REMOVE"}}}})), `{"_id":1,"x":5,"z":5}`)
	x.fails(wire.Code{Number: 17276}, pipe(d{{"$project", d{{"x", "$$x"}}}}))
	x.fails(wire.Code{Number: 4890500}, with(d{{"x", "$a"}}))
	x.fails(wire.Code{Number: 16867}, with(d{{"X", 1}}))
	before := time.Now().Add(-time.Second)
	now := x.drain(pipe(d{{"$project", d{{"now", "$$NOW"}, {"again", "$$NOW"}}}}))[0]
	if at := now.Lookup("now").Time(); at.Before(before) || at.After(time.Now()) || !now.Lookup("again").Equal(now.Lookup("now")) {
		t.Error(now)
	}
}

// TestExpressionsInFilters has filters compare what is in a document, with variables, and fail.
func TestExpressionsInFilters(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"_id", 1}, {"a", 5}, {"b", 3}}, d{{"_id", 2}, {"a", 1}, {"b", 3}}, d{{"_id", 3}, {"a", "x"}, {"b", 3}})
	x.index("c", "b", 1)
	more := d{{"b", 3}, {"$expr", d{{"$gt", a{"$a", "$b"}}}}}
	shows(t, x.find("c", e{"filter", more}, e{"projection", d{{"a", 1}}}), `{"_id":1,"a":5}`, `{"_id":3,"a":"x"}`)
	shows(t, x.find("c", e{"filter", d{{"$expr", d{{"$eq", a{"$a", "$$want"}}}}}}, e{"let", d{{"want", d{{"$add", a{2, 3}}}}}}), `{"_id":1,"a":5,"b":3}`)
	shows(t, x.drain(pipe(d{{"$match", more}}, d{{"$project", d{{"sum", d{{"$concatArrays", a{a{"$a"}, a{"$b"}}}}}}}}, d{{"$sort", d{{"_id", -1}}}}, d{{"$limit", 1}})), `{"_id":3,"sum":["x",3]}`)
	adds := d{{"$expr", d{{"$add", a{"$a", "$b"}}}}}
	x.fails(wire.TypeMismatch, d{{"find", "c"}, {"filter", adds}})
	x.fails(wire.TypeMismatch, d{{"count", "c"}, {"query", adds}})
	x.fails(wire.TypeMismatch, pipe(d{{"$match", adds}}))
	x.fails(wire.TypeMismatch, d{{"find", "c"}, {"filter", d{{"_id", 3}, adds[0]}}, {"limit", 1}, {"singleBatch", true}})
	x.fails(wire.TypeMismatch, d{{"listCollections", 1}, {"filter", d{{"$expr", d{{"$add", a{"$name", 1}}}}}}})
	x.fails(wire.BadValue, d{{"find", "c"}, {"filter", d{{"a", d{{"$elemMatch", d{{"$expr", 1}}}}}}}})
	x.fails(wire.CannotCreateIndex, d{{"createIndexes", "c"}, {"indexes", a{d{{"key", d{{"z", 1}}}, {"name", "z"}, {"partialFilterExpression", adds}}}}})
	reply := x.run(d{{"update", "c"}, {"updates", a{d{{"q", adds}, {"u", d{{"$set", d{{"x", 1}}}}}, {"multi", true}}}}})
	if reply.Lookup("writeErrors", "0", "code").AsInt64() != int64(wire.TypeMismatch.Number) {
		t.Error(reply)
	}
	shows(t, x.find("c", e{"filter", d{{"x", 1}}}))
}

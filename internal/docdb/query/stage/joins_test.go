package stage

import (
	"context"
	"testing"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// collections are what pipelines of these tests may read beside their own documents.
var collections = map[Namespace]string{
	{Coll: "items"}:          `[{"_id": 1, "k": "a", "p": 5}, {"_id": 2, "k": "b", "p": 7}, {"_id": 3, "k": ["a", "c"]}, {"_id": 4}]`,
	{Coll: "people"}:         `[{"_id": "ann", "boss": "bob"}, {"_id": "bob", "boss": "cat"}, {"_id": "cat", "boss": "ann"}, {"_id": "dan", "boss": "bob"}]`,
	{DB: "other", Coll: "x"}: `[{"_id": 9}]`,
}

// joined is a run that opens collections, and counts how often.
func joined(t *testing.T, opened *int) *Run {
	r := running(context.Background())
	r.Open = func(r *Run, from Namespace, through *Pipeline) (value.Documents, error) {
		*opened++
		read, text := 0, collections[from]
		if text == "" {
			text = `[]`
		}
		return through.Optimize().Run(r, lent(stream(t, text, &read))), nil
	}
	return r
}

// outcome is what a pipeline makes of documents, as an array or as an error.
func outcome(t *testing.T, in, text string, optimized bool) (list string, opened int, err error) {
	t.Helper()
	p, err := Parse(expression.NewParser(context.Background(), nil, sometime), querytest.Val(t, text))
	if err != nil {
		return "", 0, err
	}
	if optimized {
		p = p.Optimize()
	}
	read := 0
	got, err := collect(p.Run(joined(t, &opened), lent(stream(t, in, &read))))
	if err != nil {
		return "", opened, err
	}
	return got.String(), opened, nil
}

const orders = `[{"_id": 1, "k": "a", "n": 1, "t": ["x", "y"]}, {"_id": 2, "k": "z", "n": 5}, {"_id": 3, "n": 9, "s": {"u": 1, "v": {"u": 2}}}]`

// TestStages gives the pipelines of several stages over orders, with what comes out or the code of the error.
func TestStages(t *testing.T) {
	for _, c := range []struct {
		pipeline, want string
		code           int32
	}{
		{`[{"$lookup": {"from": "items", "localField": "k", "foreignField": "k", "as": "i"}}, {"$project": {"i._id": 1}}]`, `[{"_id": 1, "i": [{"_id": 1}, {"_id": 3}]}, {"_id": 2, "i": []}, {"_id": 3, "i": [{"_id": 4}]}]`, 0},
		{`[{"$lookup": {"from": "items", "localField": "k", "foreignField": "k", "as": "a.b"}}, {"$limit": 1}, {"$project": {"a.b.p": 1}}]`, `[{"_id": 1, "a": {"b": [{"p": 5}, {}]}}]`, 0},
		{`[{"$lookup": {"from": "items", "let": {"n": "$n"}, "pipeline": [{"$match": {"$expr": {"$gt": ["$p", "$$n"]}}}, {"$project": {"_id": 1}}], "as": "i"}}, {"$project": {"i": 1}}]`, `[{"_id": 1, "i": [{"_id": 1}, {"_id": 2}]}, {"_id": 2, "i": [{"_id": 2}]}, {"_id": 3, "i": []}]`, 0},
		{`[{"$lookup": {"from": "items", "localField": "k", "foreignField": "k", "let": {"n": "$n"}, "pipeline": [{"$match": {"p": {"$exists": true}}}, {"$project": {"_id": 0, "s": {"$add": ["$p", "$$n"]}}}], "as": "i"}}, {"$limit": 1}, {"$project": {"i": 1}}]`, `[{"_id": 1, "i": [{"s": 6}]}]`, 0},
		{`[{"$lookup": {"from": "items", "pipeline": [{"$count": "c"}], "as": "i"}}, {"$limit": 2}, {"$project": {"i": 1}}]`, `[{"_id": 1, "i": [{"c": 4}]}, {"_id": 2, "i": [{"c": 4}]}]`, 0},
		{`[{"$lookup": {"from": "items", "localField": "k", "foreignField": "k", "as": "i"}}, {"$unwind": {"path": "$i", "includeArrayIndex": "x", "preserveNullAndEmptyArrays": true}}, {"$project": {"i._id": 1, "x": 1}}]`, `[{"_id": 1, "i": {"_id": 1}, "x": {"$numberLong": "0"}}, {"_id": 1, "i": {"_id": 3}, "x": {"$numberLong": "1"}}, {"_id": 2, "x": null}, {"_id": 3, "i": {"_id": 4}, "x": {"$numberLong": "0"}}]`, 0},
		{`[{"$lookup": {"from": "items", "localField": "k", "foreignField": "k", "as": "i"}}, {"$unwind": "$i"}, {"$project": {"i._id": 1}}]`, `[{"_id": 1, "i": {"_id": 1}}, {"_id": 1, "i": {"_id": 3}}, {"_id": 3, "i": {"_id": 4}}]`, 0},
		{`[{"$lookup": {"from": {"db": "other", "coll": "x"}, "pipeline": [], "as": "i"}}, {"$limit": 1}, {"$project": {"i": 1}}]`, `[{"_id": 1, "i": [{"_id": 9}]}]`, 0},
		{`[{"$lookup": {"pipeline": [{"$documents": [{"q": 1}]}], "as": "i"}}, {"$limit": 1}, {"$project": {"i": 1}}]`, `[{"_id": 1, "i": [{"q": 1}]}]`, 0},
		{`[{"$lookup": {"from": "items", "let": {"n": "$n"}, "pipeline": [{"$lookup": {"from": "items", "let": {"m": "$_id"}, "pipeline": [{"$match": {"$expr": {"$eq": [{"$add": ["$$n", "$$m"]}, "$_id"]}}}, {"$project": {"_id": 1}}], "as": "j"}}, {"$project": {"j": 1}}], "as": "i"}}, {"$limit": 1}, {"$project": {"i.j": 1}}]`, `[{"_id": 1, "i": [{"j": [{"_id": 2}]}, {"j": [{"_id": 3}]}, {"j": [{"_id": 4}]}, {"j": []}]}]`, 0},
		{`[{"$graphLookup": {"from": "people", "startWith": "ann", "connectFromField": "boss", "connectToField": "_id", "as": "p", "depthField": "d"}}, {"$limit": 1}, {"$project": {"p": 1}}]`, `[{"_id": 1, "p": [{"_id": "ann", "boss": "bob", "d": {"$numberLong": "0"}}, {"_id": "bob", "boss": "cat", "d": {"$numberLong": "1"}}, {"_id": "cat", "boss": "ann", "d": {"$numberLong": "2"}}]}]`, 0},
		{`[{"$graphLookup": {"from": "people", "startWith": ["cat", "dan"], "connectFromField": "_id", "connectToField": "boss", "as": "p", "maxDepth": 0, "restrictSearchWithMatch": {"_id": "bob"}}}, {"$limit": 1}, {"$project": {"p": 1}}]`, `[{"_id": 1, "p": [{"_id": "bob", "boss": "cat"}]}]`, 0},
		{`[{"$unionWith": "items"}, {"$group": {"_id": null, "n": {"$sum": 1}}}]`, `[{"_id": null, "n": 7}]`, 0},
		{`[{"$project": {"_id": 1}}, {"$unionWith": {"coll": "items", "pipeline": [{"$match": {"_id": 4}}]}}, {"$unionWith": {"pipeline": [{"$documents": [{"q": {"$add": [1, 1]}}]}]}}, {"$unionWith": "none"}]`, `[{"_id": 1}, {"_id": 2}, {"_id": 3}, {"_id": 4}, {"q": 2}]`, 0},
		{`[{"$facet": {"a": [{"$match": {"n": {"$gt": 1}}}, {"$project": {"_id": 1}}], "b": [{"$count": "c"}], "c": [{"$limit": 1}, {"$project": {"n": 1}}], "d": [{"$match": {"_id": 99}}]}}]`, `[{"a": [{"_id": 2}, {"_id": 3}], "b": [{"c": 3}], "c": [{"_id": 1, "n": 1}], "d": []}]`, 0},
		{`[{"$facet": {"a": [{"$sort": {"n": -1}}, {"$limit": 1}, {"$project": {"_id": 1}}], "b": []}}, {"$project": {"a": 1, "b": {"$size": "$b"}}}]`, `[{"a": [{"_id": 3}], "b": 3}]`, 0},
		{`[{"$bucket": {"groupBy": "$n", "boundaries": [0, 5, 9], "default": "rest"}}]`, `[{"_id": 0, "count": 1}, {"_id": 5, "count": 1}, {"_id": "rest", "count": 1}]`, 0},
		{`[{"$bucket": {"groupBy": "$n", "boundaries": [0, 5, 10], "output": {"ids": {"$push": "$_id"}}}}]`, `[{"_id": 0, "ids": [1]}, {"_id": 5, "ids": [2, 3]}]`, 0},
		{`[{"$bucketAuto": {"groupBy": "$n", "buckets": 2}}]`, `[{"_id": {"min": 1, "max": 9}, "count": 2}, {"_id": {"min": 9, "max": 9}, "count": 1}]`, 0},
		{`[{"$bucketAuto": {"groupBy": "$none", "buckets": 2, "output": {"ids": {"$push": "$_id"}}}}]`, `[{"_id": {"min": null, "max": null}, "ids": [1, 2, 3]}]`, 0},
		{`[{"$redact": {"$cond": [{"$eq": ["$u", 2]}, "$$PRUNE", "$$DESCEND"]}}, {"$match": {"_id": 3}}]`, `[{"_id": 3, "n": 9, "s": {"u": 1}}]`, 0},
		{`[{"$redact": {"$cond": [{"$gt": ["$n", 1]}, "$$KEEP", "$$PRUNE"]}}, {"$project": {"n": 1}}]`, `[{"_id": 2, "n": 5}, {"_id": 3, "n": 9}]`, 0},

		{`[{"$lookup": 1}]`, ``, 9}, {`[{"$lookup": {"from": "a", "as": "b"}}]`, ``, 9}, {`[{"$lookup": {"from": "a", "localField": "b", "as": "c"}}]`, ``, 9}, {`[{"$lookup": {"from": 1, "pipeline": [], "as": "c"}}]`, ``, 9}, {`[{"$lookup": {"from": "a", "pipeline": []}}]`, ``, 9}, {`[{"$lookup": {"pipeline": [], "as": "c"}}]`, ``, 9}, {`[{"$lookup": {"from": "a", "pipeline": [], "as": "c", "x": 1}}]`, ``, 9},
		{`[{"$lookup": {"from": "a", "pipeline": [{"$out": "x"}], "as": "c"}}]`, ``, 51047}, {`[{"$lookup": {"from": "a", "pipeline": [], "as": "c", "let": {"X": 1}}}]`, ``, 16867}, {`[{"$lookup": {"from": "a", "pipeline": 1, "as": "c"}}]`, ``, 14}, {`[{"$limit": 1}, {"$documents": []}]`, ``, 40602}, {`[{"$documents": 1}]`, ``, 5858203}, {`[{"$documents": [1]}]`, ``, 40228}, {`[{"$documents": "$a"}]`, ``, 5858203},
		{`[{"$unionWith": 1}]`, ``, 9}, {`[{"$unionWith": {"coll": "a", "x": 1}}]`, ``, 40415}, {`[{"$unionWith": {"coll": "a", "pipeline": [{"$merge": "x"}]}}]`, ``, 31441}, {`[{"$facet": {}}]`, ``, 40169}, {`[{"$facet": {"a": 1}}]`, ``, 40170}, {`[{"$facet": {"a": [{"$facet": {"b": []}}]}}]`, ``, 40600}, {`[{"$facet": {"a.b": []}}]`, ``, 16412}, {`[{"$facet": {"a": [{"$project": {"x": {"$divide": ["$n", 0]}}}]}}]`, ``, 2},
		{`[{"$bucket": 1}]`, ``, 40201}, {`[{"$bucket": {"groupBy": "$n"}}]`, ``, 40198}, {`[{"$bucket": {"groupBy": "n", "boundaries": [1, 2]}}]`, ``, 40202}, {`[{"$bucket": {"groupBy": "$n", "boundaries": 1}}]`, ``, 40200}, {`[{"$bucket": {"groupBy": "$n", "boundaries": [1]}}]`, ``, 40192}, {`[{"$bucket": {"groupBy": "$n", "boundaries": [1, "a"]}}]`, ``, 40193}, {`[{"$bucket": {"groupBy": "$n", "boundaries": [2, 1]}}]`, ``, 40194}, {`[{"$bucket": {"groupBy": "$n", "boundaries": [1, "$x"]}}]`, ``, 40191},
		{`[{"$bucket": {"groupBy": "$n", "boundaries": [1, 3], "default": 2}}]`, ``, 40199}, {`[{"$bucket": {"groupBy": "$n", "boundaries": [1, 3], "default": "$x"}}]`, ``, 40195}, {`[{"$bucket": {"groupBy": "$n", "boundaries": [1, 3], "output": 1}}]`, ``, 40196}, {`[{"$bucket": {"x": 1}}]`, ``, 40197}, {`[{"$bucket": {"groupBy": "$n", "boundaries": [100, 200]}}]`, ``, 40066},
		{`[{"$bucketAuto": 1}]`, ``, 40240}, {`[{"$bucketAuto": {"groupBy": "$n", "buckets": "x"}}]`, ``, 40241}, {`[{"$bucketAuto": {"groupBy": "$n", "buckets": 1.5}}]`, ``, 40242}, {`[{"$bucketAuto": {"groupBy": "$n", "buckets": 0}}]`, ``, 40243}, {`[{"$bucketAuto": {"groupBy": "$n", "buckets": 1, "output": 1}}]`, ``, 40244}, {`[{"$bucketAuto": {"x": 1}}]`, ``, 40245}, {`[{"$bucketAuto": {"buckets": 1}}]`, ``, 40246}, {`[{"$bucketAuto": {"groupBy": "$n", "buckets": 1, "granularity": "R5"}}]`, ``, 238},
		{`[{"$graphLookup": 1}]`, ``, 40327}, {`[{"$graphLookup": {"x": 1}}]`, ``, 40104}, {`[{"$graphLookup": {"from": "a"}}]`, ``, 40105}, {`[{"$graphLookup": {"from": "a", "startWith": 1, "connectFromField": "a", "connectToField": "b", "as": "c", "maxDepth": -1}}]`, ``, 40101}, {`[{"$graphLookup": {"from": "a", "startWith": 1, "connectFromField": 1, "connectToField": "b", "as": "c"}}]`, ``, 40103}, {`[{"$redact": "x"}]`, ``, 17053}, {`[{"$match": {"$expr": "$$KEEP"}}]`, ``, 17276},
	} {
		for _, optimized := range []bool{false, true} {
			got, _, err := outcome(t, orders, c.pipeline, optimized)
			if c.code != 0 {
				querytest.Fails(t, c.pipeline, err, c.code, "")
			} else if want := querytest.Val(t, c.want).String(); err != nil || got != want {
				t.Errorf("%s\ngot  %s, %v\nwant %s", c.pipeline, got, err, want)
			}
		}
	}
}

// TestLookupRunsOnce counts how often a collection is read for three documents.
func TestLookupRunsOnce(t *testing.T) {
	for pipeline, want := range map[string]int{
		`[{"$lookup": {"from": "items", "pipeline": [{"$match": {"p": 5}}], "as": "i"}}]`:                                                                                1,
		`[{"$lookup": {"from": "items", "let": {"n": "$n"}, "pipeline": [{"$match": {"p": 5}}, {"$project": {"s": {"$add": ["$p", "$$n"]}}}], "as": "i"}}]`:              1,
		`[{"$lookup": {"from": "items", "let": {"n": "$n"}, "pipeline": [{"$project": {"s": {"$add": ["$p", "$$n"]}}}], "as": "i"}}]`:                                    3,
		`[{"$lookup": {"from": "items", "pipeline": [{"$sample": {"size": 1}}], "as": "i"}}]`:                                                                            3,
		`[{"$lookup": {"from": "items", "pipeline": [{"$match": {"$expr": {"$lt": [{"$rand": {}}, 2]}}}], "as": "i"}}]`:                                                  3,
		`[{"$lookup": {"from": "items", "pipeline": [{"$lookup": {"from": "people", "let": {"a": 1}, "pipeline": [{"$match": {"x": "$$a"}}], "as": "p"}}], "as": "i"}}]`: 2,
	} {
		if _, opened, err := outcome(t, orders, pipeline, false); err != nil || opened != want {
			t.Errorf("%s: opened %d times, %v; want %d", pipeline, opened, err, want)
		}
	}
}

// TestPipelinesNestSoDeep nests lookups deeper than there may be.
func TestPipelinesNestSoDeep(t *testing.T) {
	text := `[]`
	for range 21 {
		text = `[{"$lookup": {"from": "items", "pipeline": ` + text + `, "as": "i"}}]`
	}
	_, _, err := outcome(t, orders, text, false)
	querytest.Fails(t, "nested", err, 165, "")
}

// TestLookupIsBounded joins a collection with itself until there is no memory.
func TestLookupIsBounded(t *testing.T) {
	var many string
	for range 12 {
		many += `{"$lookup": {"from": "items", "pipeline": [], "as": "i"}}, {"$unwind": "$i"}, `
	}
	p := pipeline(t, `[`+many+`{"$group": {"_id": null, "all": {"$push": "$$ROOT"}}}]`).Optimize()
	opened, read := 0, 0
	r := joined(t, &opened)
	r.Memory = memory.NewBudget(1 << 20)
	_, err := collect(p.Run(r, lent(stream(t, orders, &read))))
	querytest.Fails(t, "explosion", err, wire.ExceededMemoryLimit.Number, "")
	if n := r.Memory.Used(); n != 0 {
		t.Errorf("%d bytes are held", n)
	}
}

package docdb

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// stageOf is the stage of that name in a plan.
func stageOf(t *testing.T, plan bson.RawValue, name string) bson.Raw {
	t.Helper()
	for p, _ := plan.DocumentOK(); p != nil; p, _ = p.Lookup("inputStage").DocumentOK() {
		if p.Lookup("stage").StringValue() == name {
			return p
		}
	}
	t.Fatalf("%s has no %s", plan, name)
	return nil
}

// TestIndexBounds shows bounds of every kind as MongoDB does.
func TestIndexBounds(t *testing.T) {
	x := fresh(t)
	x.insert("c", d{{"a", 1}, {"b", 1}, {"tags", a{1, 2}}})
	x.indexOn("c", d{{"a", 1}, {"b", -1}})
	x.indexOn("c", d{{"tags", 1}})
	at := time.UnixMilli(86_400_000)
	id, _ := bson.ObjectIDFromHex("507f1f77bcf86cd799439011")
	for _, tc := range []struct {
		filter, sort d
		hint, want   string
	}{
		{d{{"a", 5}}, nil, "a_1_b_-1", "a: [5, 5] b: [MaxKey, MinKey]"},
		{d{{"a", d{{"$gte", 5}, {"$lt", 10.5}}}}, nil, "a_1_b_-1", "a: [5, 10.5) b: [MaxKey, MinKey]"},
		{d{{"a", d{{"$gt", int64(5)}}}}, nil, "a_1_b_-1", "a: (5, inf.0] b: [MaxKey, MinKey]"},
		{d{{"a", d{{"$lte", 5.0}}}}, d{{"a", -1}}, "a_1_b_-1", "a: [5.0, -inf.0] b: [MinKey, MaxKey]"},
		{d{{"a", d{{"$in", a{3, 1, "x"}}}}, {"b", d{{"$gt", 2}, {"$lte", 4}}}}, nil, "a_1_b_-1", `a: [1, 1] [3, 3] ["x", "x"] b: [4, 2)`},
		{d{{"a", "it"}, {"b", d{{"$lt", "z"}}}}, nil, "a_1_b_-1", `a: ["it", "it"] b: ("z", ""]`},
		{d{{"a", d{{"$gt", "z"}}}}, nil, "a_1_b_-1", `a: ("z", {}) b: [MaxKey, MinKey]`},
		{d{{"a", bson.Regex{Pattern: "^st"}}, {"b", 1}}, nil, "a_1_b_-1", `a: ["st", "su") [/^st/, /^st/] b: [1, 1]`},
		{d{{"a", d{{"$gt", 1}, {"$lt", 9}}}, {"b", d{{"$in", a{1, 2}}}}}, nil, "a_1_b_-1", "a: (1, 9) b: [2, 2] [1, 1]"},
		{d{{"a", d{{"$ne", 1}}}, {"b", d{{"$nin", a{2, "x"}}}}}, nil, "a_1_b_-1", `a: [MinKey, 1) (1, MaxKey] b: [MaxKey, "x") ("x", 2) (2, MinKey]`},
		{d{{"a", d{{"$exists", false}}}, {"b", d{{"$not", d{{"$gte", 2}}}}}}, nil, "a_1_b_-1", "a: [undefined, undefined] [null, null] b: [MaxKey, inf.0] (2, MinKey]"},
		{d{{"tags", d{{"$ne", 1}}}}, nil, "tags_1", "tags: [MinKey, 1) (1, MaxKey]"},
		{d{{"tags", d{{"$ne", nil}}}}, nil, "tags_1", "tags: [MinKey, MaxKey]"},
		{d{{"a", bson.Regex{Pattern: "st", Options: "i"}}}, nil, "a_1_b_-1", `a: ["", {}) [/st/i, /st/i] b: [MaxKey, MinKey]`},
		{d{{"a", d{{"$in", a{bson.Regex{Pattern: "^st"}, nil}}}}}, nil, "a_1_b_-1", `a: [null, null] ["st", "su") [/^st/, /^st/] b: [MaxKey, MinKey]`},
		{d{{"a", d{{"$lt", at}}}}, nil, "a_1_b_-1", "a: [new Date(-9223372036854775808), new Date(86400000)) b: [MaxKey, MinKey]"},
		{d{{"a", d{{"$gte", id}}}}, nil, "a_1_b_-1", "a: [ObjectId('507f1f77bcf86cd799439011'), ObjectId('ffffffffffffffffffffffff')] b: [MaxKey, MinKey]"},
		{d{{"a", d{{"x", 1}, {"y", a{true}}}}, {"b", bson.Binary{Subtype: 4, Data: []byte{1, 171}}}}, nil, "a_1_b_-1",
			"a: [{ x: 1, y: [ true ] }, { x: 1, y: [ true ] }] b: [BinData(4, 01AB), BinData(4, 01AB)]"},
		{d{{"a", bson.MaxKey{}}, {"b", bson.Timestamp{T: 1, I: 2}}}, nil, "a_1_b_-1", "a: [MaxKey, MaxKey] b: [Timestamp(1, 2), Timestamp(1, 2)]"},
		{d{}, nil, "a_1_b_-1", "a: [MinKey, MaxKey] b: [MaxKey, MinKey]"},
		{d{{"tags", a{1, 2}}}, nil, "tags_1", "tags: [1, 1] [[ 1, 2 ], [ 1, 2 ]]"},
		{d{{"tags", d{{"$gt", 1}, {"$lt", 5}}}}, nil, "tags_1", "tags: (1, inf.0]"},
		{d{{"a", d{{"$gt", 5}, {"$lt", 1}}}}, nil, "a_1_b_-1", "a:  b: [MaxKey, MinKey]"},
		{d{{"a", strings.Repeat("x", 1000)}}, nil, "a_1_b_-1",
			fmt.Sprintf(`a: ["%[1]s..., "%[1]s...] b: [MaxKey, MinKey]`, strings.Repeat("x", 199))},
	} {
		cmd := d{{"find", "c"}, {"filter", tc.filter}, {"hint", tc.hint}}
		if tc.sort != nil {
			cmd = append(cmd, e{"sort", tc.sort})
		}
		reply := x.ok(d{{"explain", cmd}, {"verbosity", "queryPlanner"}})
		elements, err := stageOf(t, reply.Lookup("queryPlanner", "winningPlan"), "IXSCAN").Lookup("indexBounds").Document().Elements()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, el := range elements {
			var list []string
			for _, v := range mustValues(t, el.Value().Array()) {
				list = append(list, v.StringValue())
			}
			got = append(got, el.Key()+": "+strings.Join(list, " "))
		}
		if shown := strings.Join(got, " "); shown != tc.want {
			t.Errorf("%v\n got  %s\n want %s", tc.filter, shown, tc.want)
		}
	}
	many := a{}
	for i := range 3000 {
		many = append(many, i)
	}
	reply := x.ok(d{{"explain", d{{"find", "c"}, {"filter", d{{"tags", d{{"$in", many}}}}}}}, {"verbosity", "queryPlanner"}})
	list := mustValues(t, stageOf(t, reply.Lookup("queryPlanner", "winningPlan"), "IXSCAN").Lookup("indexBounds", "tags").Array())
	if len(list) != 1001 || list[1000].StringValue() != "and 2000 more" {
		t.Errorf("%d intervals, the last %v", len(list), list[len(list)-1])
	}
}

func TestParsedQuery(t *testing.T) {
	x := fresh(t)
	for want, filter := range map[string]d{
		`{}`:               {},
		`{"a":{"$eq":1}}`:  {{"a", 1}, {"$comment", "x"}},
		`{"a":{"$eq":{}}}`: {{"a", d{}}},
		`{"$and":[{"a":{"$gte":1}},{"a":{"$lt":5}},{"b":{"$regex":"x","$options":"i"}}]}`:                                           {{"a", d{{"$gte", 1}, {"$lt", 5}}}, {"b", d{{"$regex", "x"}, {"$options", "i"}}}},
		`{"$or":[{"a":{"$eq":1}},{"$and":[{"b":{"$eq":2}},{"c":{"$regex":{"$regularExpression":{"pattern":"x","options":""}}}}]}]}`: {{"$or", a{d{{"a", 1}}, d{{"b", 2}, {"c", bson.Regex{Pattern: "x"}}}}}},
	} {
		reply := x.ok(d{{"explain", d{{"find", "c"}, {"filter", filter}}}, {"verbosity", "queryPlanner"}})
		shows(t, []bson.Raw{reply.Lookup("queryPlanner", "parsedQuery").Document()}, want)
	}
	large := d{{"find", "c"}, {"filter", d{{"a", strings.Repeat("x", 1<<20)}}}}
	if reply := x.ok(d{{"explain", large}, {"verbosity", "queryPlanner"}}); len(reply) > 4096 {
		t.Errorf("the explanation has %d bytes", len(reply))
	}
}

// TestExecutionStages counts what goes from stage to stage.
func TestExecutionStages(t *testing.T) {
	x := fresh(t)
	var docs []any
	for i := range 300 {
		docs = append(docs, d{{"_id", i}, {"a", i % 10}, {"b", i % 7}, {"n", i}})
	}
	x.insert("c", docs...)
	x.indexOn("c", d{{"a", 1}})
	x.indexOn("c", d{{"b", 1}})
	run := func(verbosity string, cmd d) bson.Raw {
		return x.ok(d{{"explain", cmd}, {"verbosity", verbosity}}).Lookup("executionStats").Document()
	}
	number := func(stage bson.Raw, name string) int64 { return stage.Lookup(name).AsInt64() }
	stats := run("executionStats", d{{"find", "c"}, {"filter", d{{"a", 3}, {"n", d{{"$gt", 100}}}}}, {"sort", d{{"n", 1}}}, {"skip", 2}, {"limit", 4}})
	stages := stats.Lookup("executionStages")
	for _, tc := range []struct {
		stage, name string
		want        int64
	}{
		{"LIMIT", "nReturned", 4}, {"SKIP", "nReturned", 4}, {"SORT", "nReturned", 6}, {"FETCH", "nReturned", 20}, {"FETCH", "docsExamined", 30},
		{"IXSCAN", "nReturned", 30}, {"IXSCAN", "keysExamined", 30},
	} {
		if got := number(stageOf(t, stages, tc.stage), tc.name); got != tc.want {
			t.Errorf("%s %s is %d, want %d", tc.stage, tc.name, got, tc.want)
		}
	}
	scan := stageOf(t, run("executionStats", d{{"find", "c"}, {"filter", d{{"n", 5}}}}).Lookup("executionStages"), "COLLSCAN")
	if number(scan, "nReturned") != 1 || number(scan, "docsExamined") != 300 || scan.Lookup("filter").String() != `{"n": {"$eq": {"$numberInt":"5"}}}` {
		t.Error(scan)
	}
	if !stats.Lookup("allPlansExecution").IsZero() || stages.Document().Lookup("works").Type != 0 {
		t.Error(stats)
	}
	count := run("executionStats", d{{"count", "c"}, {"query", d{{"a", 3}}}}).Lookup("executionStages")
	if number(stageOf(t, count, "COUNT_SCAN"), "keysExamined") != 30 || number(stageOf(t, count, "COUNT"), "nReturned") != 30 {
		t.Error(count)
	}

	all := run("allPlansExecution", d{{"find", "c"}, {"filter", d{{"a", 3}, {"b", 3}}}})
	plans := mustValues(t, all.Lookup("allPlansExecution").Array())
	var tried []string
	for _, p := range plans {
		ix := stageOf(t, p.Document().Lookup("executionStages"), "IXSCAN")
		tried = append(tried, fmt.Sprintf("%s %d %d", ix.Lookup("indexName").StringValue(), number(ix, "keysExamined"), number(p.Document(), "nReturned")))
	}
	if strings.Join(tried, ", ") != "a_1 30 5, b_1 43 5" {
		t.Error(tried)
	}
	only := run("allPlansExecution", d{{"find", "c"}, {"filter", d{{"a", 3}}}})
	if len(mustValues(t, only.Lookup("allPlansExecution").Array())) != 0 {
		t.Error(only)
	}
}

// TestExplainedPipelines shows a pipeline's stages, with what each gave. One that only matches is a find.
func TestExplainedPipelines(t *testing.T) {
	x := fresh(t)
	var docs []any
	for i := range 100 {
		docs = append(docs, d{{"_id", i}, {"a", i % 10}, {"b", i % 4}})
	}
	x.insert("c", docs...)
	x.indexOn("c", d{{"a", 1}})
	match, group := d{{"$match", d{{"a", d{{"$lt", 5}}}}}}, d{{"$group", d{{"_id", "$b"}, {"n", d{{"$sum", 1}}}}}}
	explain := func(verbosity string, stages ...any) bson.Raw {
		return x.ok(d{{"explain", d{{"aggregate", "c"}, {"pipeline", append(a{}, stages...)}, {"cursor", d{}}}}, {"verbosity", verbosity}})
	}
	for _, plain := range []bson.Raw{explain("executionStats", match), explain("executionStats"),
		x.ok(d{{"aggregate", "c"}, {"pipeline", a{match}}, {"explain", true}})} {
		if plain.Lookup("queryPlanner", "winningPlan").Type == 0 || plain.Lookup("stages").Type != 0 {
			t.Error(plain)
		}
	}
	stages := mustValues(t, explain("allPlansExecution", match, group, d{{"$sort", d{{"n", -1}}}}, d{{"$limit", 1}}, d{{"$match", d{{"n", 0}}}}).Lookup("stages").Array())
	var shown []string
	for _, s := range stages[1:] {
		shown = append(shown, s.Document().String())
	}
	want := []string{
		`{"$group": {"_id": "$b","n": {"$sum": {"$numberInt":"1"}}},"nReturned": {"$numberLong":"4"}}`,
		`{"$sort": {"n": {"$numberInt":"-1"}},"nReturned": {"$numberLong":"1"}}`,
		`{"$limit": {"$numberInt":"1"},"nReturned": {"$numberLong":"1"}}`,
		`{"$match": {"n": {"$numberInt":"0"}},"nReturned": {"$numberLong":"0"}}`,
	}
	if fmt.Sprint(shown) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", shown, want)
	}
	first := stages[0].Document()
	stats := first.Lookup("$cursor", "executionStats").Document()
	if first.Lookup("nReturned").Int64() != 50 || stats.Lookup("totalKeysExamined").Int64() != 50 || stats.Lookup("allPlansExecution").Type == 0 {
		t.Error(first)
	}
	stageOf(t, first.Lookup("$cursor", "queryPlanner", "winningPlan"), "IXSCAN")

	large := explain("queryPlanner", d{{"$set", d{{"x", strings.Repeat("x", 1<<20)}}}})
	if warning := mustValues(t, large.Lookup("stages").Array())[1].Document().Lookup("$set", "warning"); warning.Type == 0 || len(large) > 4096 {
		t.Errorf("the explanation has %d bytes", len(large))
	}

	// No more is read than the pipeline needs.
	few := explain("executionStats", d{{"$limit", 3}}).Lookup("executionStats").Document()
	if few.Lookup("nReturned").Int64() != 3 || few.Lookup("totalDocsExamined").Int64() != 3 {
		t.Error(few)
	}
	for _, s := range mustValues(t, x.ok(d{{"aggregate", "c"}, {"pipeline", a{match, group}}, {"explain", true}}).Lookup("stages").Array()) {
		if doc := s.Document(); doc.Lookup("nReturned").Type != 0 || doc.Lookup("$cursor", "executionStats").Type != 0 {
			t.Error(doc)
		}
	}
	if n := x.e.memory.Used(); n != 0 {
		t.Errorf("%d bytes are held", n)
	}
}

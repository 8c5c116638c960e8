package docdb

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// plainPlan is a plan's stages from the outside in, an $or's branches in brackets, with the names of the indexes.
func plainPlan(p bson.Raw) string {
	text := p.Lookup("stage").StringValue()
	if name, ok := p.Lookup("indexName").StringValueOK(); ok {
		text += " " + name
	}
	if inner, ok := p.Lookup("inputStage").DocumentOK(); ok {
		text += " " + plainPlan(inner)
	}
	array, ok := p.Lookup("inputStages").ArrayOK()
	if !ok {
		return text
	}
	var branches []string
	values, _ := array.Values()
	for _, v := range values {
		branches = append(branches, plainPlan(v.Document()))
	}
	return text + " (" + strings.Join(branches, ", ") + ")"
}

func TestOrPlans(t *testing.T) {
	x := fresh(t)
	var docs []any
	for i := range 500 {
		docs = append(docs, d{{"_id", i}, {"a", i % 50}, {"b", i % 70}, {"c", i % 3}, {"t", a{i % 40, 99}}, {"s", i}})
	}
	x.insert("c", docs...)
	x.indexOn("c", d{{"a", 1}})
	x.indexOn("c", d{{"b", 1}, {"c", 1}})
	x.indexOn("c", d{{"t", 1}})
	x.indexOn("c", d{{"s", 1}})
	or := func(branches ...any) e { return e{"$or", a(branches)} }
	for _, tc := range []struct {
		filter, sort d
		limit        int
		Plan         string
		keys, n      int64
	}{
		{d{or(d{{"a", 3}}, d{{"b", 3}})}, nil, 0, "SUBPLAN OR (FETCH IXSCAN a_1, FETCH IXSCAN b_1_c_1)", 18, 16},
		{d{{"c", 1}, or(d{{"a", 3}}, d{{"b", 3}})}, nil, 0, "SUBPLAN OR (FETCH IXSCAN a_1, FETCH IXSCAN b_1_c_1)", 13, 6},
		{d{{"$and", a{d{or(d{{"a", 3}}, d{{"_id", 7}})}}}}, nil, 0, "SUBPLAN OR (FETCH IXSCAN a_1, FETCH IXSCAN _id_)", 11, 11},
		{d{or(d{{"t", 99}, {"s", d{{"$lt", 5}}}}, d{{"t", d{{"$in", a{3, 4}}}}})}, nil, 0, "SUBPLAN OR (FETCH IXSCAN s_1, FETCH IXSCAN t_1)", 31, 29},
		{d{or(d{{"a", 3}}, d{{"x", 3}})}, nil, 0, "COLLSCAN", 0, 10},
		{d{or(d{{"x", 3}}, d{{"x", 4}}), or(d{{"a", 3}}, d{{"a", 4}})}, nil, 0, "SUBPLAN OR (FETCH IXSCAN a_1, FETCH IXSCAN a_1)", 20, 0},
		{d{{"a", 3}, or(d{{"b", 3}}, d{{"s", 3}})}, nil, 0, "FETCH IXSCAN a_1", 10, 2},
		{d{or(d{{"a", d{{"$gt", 5}, {"$lt", 3}}}}, d{{"b", 3}})}, nil, 0, "SUBPLAN OR (FETCH IXSCAN b_1_c_1)", 8, 8},
		{d{or(d{{"a", d{{"$in", a{}}}}})}, nil, 0, "EOF", 0, 0},
		{d{or(d{{"a", 3}}, d{{"b", 3}})}, d{{"c", 1}}, 0, "SORT SUBPLAN OR (FETCH IXSCAN a_1, FETCH IXSCAN b_1_c_1)", 18, 16},
		{d{or(d{{"a", 3}}, d{{"b", 3}})}, d{{"s", 1}}, 0, "SORT SUBPLAN OR (FETCH IXSCAN a_1, FETCH IXSCAN b_1_c_1)", 18, 16},
		{d{or(d{{"a", d{{"$gt", 3}}}}, d{{"b", 3}})}, d{{"s", 1}}, 2, "LIMIT FETCH IXSCAN s_1", 5, 2},
		{d{or(d{{"a", 3}}, d{{"b", 3}})}, nil, 2, "LIMIT SUBPLAN OR (FETCH IXSCAN a_1, FETCH IXSCAN b_1_c_1)", 2, 2},
	} {
		cmd := d{{"find", "c"}, {"filter", tc.filter}, {"limit", tc.limit}}
		if tc.sort != nil {
			cmd = append(cmd, e{"sort", tc.sort})
		}
		reply := x.ok(d{{"explain", cmd}, {"verbosity", "executionStats"}})
		stats := reply.Lookup("executionStats").Document()
		plan, n := plainPlan(reply.Lookup("queryPlanner", "winningPlan").Document()), stats.Lookup("nReturned").AsInt64()
		if keys := stats.Lookup("totalKeysExamined").AsInt64(); plan != tc.Plan || keys != tc.keys || n != tc.n {
			t.Errorf("%v\n %s, %d keys, %d documents", cmd, plan, keys, n)
		}
		if plainPlan(stats.Lookup("executionStages").Document()) != tc.Plan {
			t.Error(stats)
		}
	}
}

// TestOrModel compares what random filters with $or find by the indexes of their branches with what they find without.
func TestOrModel(t *testing.T) {
	used := 0
	for round := range uint64(4) {
		r := rand.New(rand.NewPCG(round, 7))
		x := fresh(t)
		for _, path := range randomPaths[:6] {
			x.indexOn("c", d{{path, 1 - 2*r.IntN(2)}}, e{"sparse", r.IntN(4) == 0})
		}
		for id := range 80 {
			x.run(d{{"insert", "c"}, {"documents", a{randomDocument(r, id)}}})
		}
		for range 60 {
			branches := a{}
			for range 1 + r.IntN(4) {
				branches = append(branches, randomFilter(r))
			}
			filter := d{{"$or", branches}}
			if r.IntN(3) == 0 {
				filter = d{{"$and", a{randomFilter(r), filter}}}
			}
			if explained := x.ok(d{{"explain", d{{"find", "c"}, {"filter", filter}}}, {"verbosity", "queryPlanner"}}); strings.Contains(explained.String(), "SUBPLAN") {
				used++
			}
			natural := e{"hint", d{{"$natural", 1}}}
			want := sortedByID(x.find("c", e{"filter", filter}, natural))
			if got := sortedByID(x.find("c", e{"filter", filter})); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("%v\n got %v\nwant %v", filter, got, want)
			}
			if n := x.ok(d{{"count", "c"}, {"query", filter}}).Lookup("n").AsInt64(); n != int64(len(want)) {
				t.Fatalf("%v: count %d, want %d", filter, n, len(want))
			}
			if got := x.find("c", e{"filter", filter}, e{"sort", d{{"_id", -1}}}, e{"limit", 3}); len(got) != min(3, len(want)) {
				t.Fatalf("%v: %d of 3", filter, len(got))
			}
		}
		x.ok(d{{"update", "c"}, {"updates", a{d{{"q", d{{"$or", a{d{{"a", 1}}, d{{"b", d{{"$gte", 1}}}}}}}}, {"u", d{{"$inc", d{{"n", 1}}}}}, {"multi", true}}}}})
		if twice := x.find("c", e{"filter", d{{"n", d{{"$gt", 1}}}}}); len(twice) > 0 {
			t.Errorf("changed twice: %v", twice)
		}
		x.sound()
	}
	if used < 40 {
		t.Errorf("only %d of the filters used indexes by branch", used)
	}
}

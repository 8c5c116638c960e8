package docdb

import (
	"fmt"
	"strings"
	"testing"
)

// TestManyBranchesUseIndexes asks for thousands of values by $or and by $in, on a path with arrays and on one without.
func TestManyBranchesUseIndexes(t *testing.T) {
	x := fresh(t)
	var docs a
	for i := range 6000 {
		docs = append(docs, d{{"_id", i}, {"n", i}, {"l", a{i, -1 - i}}})
	}
	x.insert("c", docs...)
	x.index("c", "n", 1)
	x.index("c", "l", -1)
	for _, path := range []string{"n", "l"} {
		var branches, values a
		for i := range 2000 {
			branches, values = append(branches, d{{path, 2 * i}}), append(values, 2*i)
		}
		for _, filter := range []d{{{"$or", branches}}, {{path, d{{"$in", values}}}}} {
			stages, index, keys, docs, n := x.explain(d{{"find", "c"}, {"filter", filter}})
			if !strings.HasPrefix(index, path) || keys > 2100 || docs != 2000 || n != 2000 {
				t.Errorf("%s: %s by %q, %d keys, %d documents, %d found", path, stages, index, keys, docs, n)
			}
		}
	}
}

// TestManyBranchesOfSeveralKinds asks for thousands of pairs, of ranges, and of values on different paths: each is looked
// for by its index, and a document that was found is not compared with all of them.
func TestManyBranchesOfSeveralKinds(t *testing.T) {
	x := fresh(t)
	var docs a
	for i := range 6000 {
		docs = append(docs, d{{"_id", i}, {"a", i % 60}, {"b", i}, {"c", -i}})
	}
	x.insert("c", docs...)
	x.indexOn("c", d{{"a", 1}, {"b", -1}})
	x.indexOn("c", d{{"c", 1}})
	for _, tc := range []struct {
		branch     func(i int) d
		plan       string
		keys, docs int64 // at most
	}{
		{func(i int) d { return d{{"a", i % 60}, {"b", i}} }, "FETCH IXSCAN a_1_b_-1", 2000, 2000},
		{func(i int) d { return d{{"a", i % 60}, {"b", d{{"$gte", i}, {"$lt", i + 1}}}} }, "FETCH IXSCAN a_1_b_-1", 2000, 2000},
		{func(i int) d { return d{{"c", d{{"$lte", -i}, {"$gt", -i - 1}}}} }, "FETCH IXSCAN c_1", 2000, 2000},
		{func(i int) d {
			if i%2 == 0 {
				return d{{"c", -i}}
			}
			return d{{"a", i % 60}, {"b", i}}
		}, "SUBPLAN OR (FETCH IXSCAN c_1, FETCH IXSCAN a_1_b_-1)", 2000, 2000},
		{func(i int) d { return pick2(i, d{{"_id", i}}, d{{"c", -i}}) }, "SUBPLAN OR (FETCH IXSCAN _id_, FETCH IXSCAN c_1)", 2000, 2000},
	} {
		var branches a
		for i := range 2000 {
			branches = append(branches, tc.branch(i))
		}
		reply := x.ok(d{{"explain", d{{"find", "c"}, {"filter", d{{"$or", branches}}}}}, {"verbosity", "executionStats"}})
		stats := reply.Lookup("executionStats").Document()
		plan, n := plainPlan(reply.Lookup("queryPlanner", "winningPlan").Document()), stats.Lookup("nReturned").AsInt64()
		keys, docs := stats.Lookup("totalKeysExamined").AsInt64(), stats.Lookup("totalDocsExamined").AsInt64()
		if plan != tc.plan || keys > tc.keys || docs > tc.docs || n != 2000 {
			t.Errorf("%v: %s, %d keys, %d documents, %d found", branches[0], plan, keys, docs, n)
		}
	}
}

// pick2 returns the first of two for even numbers, and else the second.
func pick2[T any](i int, even, odd T) T {
	if i%2 == 0 {
		return even
	}
	return odd
}

// TestAHundredBranches looks on both sides of the number from which on branches are planned together.
func TestAHundredBranches(t *testing.T) {
	x := fresh(t)
	x.index("c", "a", 1)
	x.index("c", "b", 1)
	for i := range 300 {
		x.insert("c", d{{"_id", i}, {"a", i}, {"b", -i}})
	}
	for _, n := range []int{99, 100, 101} {
		var branches a
		for i := range n {
			branches = append(branches, pick2(i, d{{"a", i}}, d{{"b", -i}}))
		}
		stages, _, _, _, found := x.explain(d{{"find", "c"}, {"filter", d{{"$or", branches}}}})
		if !strings.HasPrefix(stages, "SUBPLAN OR") || found != int64(n) {
			t.Error(fmt.Sprint(n), stages, found)
		}
	}
}

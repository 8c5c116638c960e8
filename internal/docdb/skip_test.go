package docdb

import "testing"

// TestSkippingPlans reads few keys where a range stands before another condition, and where something is denied.
func TestSkippingPlans(t *testing.T) {
	x := fresh(t)
	var docs []any
	for i := range 1000 {
		doc := d{{"_id", i}, {"a", i / 20}, {"b", i % 20}, {"c", i % 7}, {"state", pick2(min(i/10, 1)+1, "done", "late")}}
		if i%100 == 0 {
			doc = append(doc, e{"rare", i})
		}
		docs = append(docs, doc)
	}
	x.insert("c", docs...)
	x.indexOn("c", d{{"a", 1}, {"b", -1}, {"c", 1}})
	x.indexOn("c", d{{"state", 1}})
	x.indexOn("c", d{{"rare", 1}}, e{"sparse", true})
	x.indexOn("c", d{{"b", 1}, {"rare", 1}})
	for _, tc := range []struct {
		filter, sort d
		stages       string
		keys, n      int64
	}{
		{d{{"a", d{{"$gte", 10}, {"$lt", 15}}}, {"b", 7}}, nil, "FETCH IXSCAN ", 15, 5},
		{d{{"a", d{{"$gte", 10}, {"$lt", 15}}}, {"b", 7}}, d{{"a", -1}}, "FETCH IXSCAN ", 15, 5},
		{d{{"a", d{{"$lt", 5}}}, {"b", d{{"$in", a{3, 17}}}}}, d{{"a", 1}, {"b", -1}}, "FETCH IXSCAN ", 25, 10},
		{d{{"a", d{{"$gte", 48}}}, {"c", 3}}, nil, "FETCH IXSCAN ", 40, 6},
		{d{{"state", d{{"$ne", "done"}}}}, nil, "FETCH IXSCAN ", 10, 10},
		{d{{"state", d{{"$nin", a{"done", "gone"}}}}}, nil, "FETCH IXSCAN ", 10, 10},
		{d{{"state", d{{"$not", d{{"$lt", "e"}}}}}}, nil, "FETCH IXSCAN ", 10, 10},
		{d{{"state", d{{"$exists", false}}}}, nil, "FETCH IXSCAN ", 0, 0},
		{d{{"rare", d{{"$exists", true}}}}, nil, "FETCH IXSCAN ", 10, 10},
		{d{{"rare", d{{"$ne", nil}}}}, d{{"rare", -1}}, "FETCH IXSCAN ", 10, 10},
		{d{{"b", 0}, {"rare", d{{"$exists", false}}}}, nil, "FETCH IXSCAN ", 40, 40},
		{d{{"b", 0}, {"rare", d{{"$ne", nil}}}}, nil, "FETCH IXSCAN ", 10, 10},
	} {
		cmd := d{{"find", "c"}, {"filter", tc.filter}}
		if tc.sort != nil {
			cmd = append(cmd, e{"sort", tc.sort})
		}
		if stages, _, keys, docs, n := x.explain(cmd); stages != tc.stages || keys > tc.keys || docs > max(tc.n, tc.keys) || n != tc.n {
			t.Errorf("%v: %q, %d keys, %d documents, %d found", cmd, stages, keys, docs, n)
		}
	}
	reply := x.ok(d{{"explain", d{{"count", "c"}, {"query", d{{"a", d{{"$gte", 10}, {"$lt", 15}}}, {"b", d{{"$ne", 7}}}}}}}, {"verbosity", "executionStats"}})
	if docs, n := reply.Lookup("executionStats", "totalDocsExamined").AsInt64(), x.ok(d{{"count", "c"}, {"query", d{{"a", d{{"$gte", 10}, {"$lt", 15}}}, {"b", d{{"$ne", 7}}}}}}).Lookup("n").AsInt64(); docs != 0 || n != 95 {
		t.Errorf("%d documents, %d counted", docs, n)
	}
}

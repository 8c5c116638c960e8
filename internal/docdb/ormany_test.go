package docdb

import (
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

package match

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// And is the filter of what both f and other mean. Nil means all.
func (f *Filter) And(other *Filter) *Filter {
	switch {
	case f == nil:
		return other
	case other == nil:
		return f
	}
	all := value.NewBuilder()
	all.Add("$and", value.Array([]bson.RawValue{value.Document(f.raw), value.Document(other.raw)}))
	return &Filter{raw: all.Bytes(), root: conjunction{f.root, other.root}}
}

// Paths tells the paths of documents that the filter looks at. whole is true if it looks at documents as a whole.
func (f *Filter) Paths() (paths []string, whole bool) {
	if f != nil {
		whole = collectPaths(f.root, &paths)
	}
	return paths, whole
}

func collectPaths(nodes []node, paths *[]string) (whole bool) {
	for _, n := range nodes {
		switch n := n.(type) {
		case conjunction:
			whole = collectPaths(n, paths) || whole
		case disjunction:
			whole = collectPaths(n.branches, paths) || whole
		case neither:
			whole = collectPaths(n, paths) || whole
		case field:
			*paths = append(*paths, n.name)
		case *schema:
			whole = true
		case computed:
			more, all := expression.Paths(n.is)
			*paths, whole = append(*paths, more...), whole || all
		}
	}
	return whole
}

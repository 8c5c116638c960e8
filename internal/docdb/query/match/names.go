package match

import (
	"maps"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// Operators are the names that filters know, sorted. They are made from the tables that parsing uses.
var Operators []value.Entry

// RefusedOperators are the operators of filters that MongoDB has and this package knowingly has not, sorted.
var RefusedOperators = slices.Sorted(maps.Keys(refused))

// The tables are filled here, not where they are declared, because parsing reaches back into them.
func init() {
	logicalOperators, valueOperators = newLogicalOperators(), newValueOperators()
	Operators = append(logicalOperators.Entries(), valueOperators.Entries()...)
	slices.SortFunc(Operators, func(a, b value.Entry) int { return strings.Compare(a.Name, b.Name) })
}

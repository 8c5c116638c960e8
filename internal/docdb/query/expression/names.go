package expression

import "github.com/telamon-db/telamon/internal/docdb/query/value"

// Operators are the names that expressions know, sorted. They are made from the table that parsing uses.
var Operators []value.Entry

// The table is filled here, not where it is declared, because parsing reaches back into it.
func init() {
	operators = newOperators()
	Operators = operators.Entries()
}

package stage

import "github.com/telamon-db/telamon/internal/docdb/query/expression"

// Needs says which parts of documents are looked at.
type Needs struct {
	Whole bool     // all of them
	Paths []string // else what is at these; perhaps some of them twice
}

// everything is looked at where nothing better is known.
var everything = Needs{Whole: true}

// and is what n and other need together.
func (n Needs) and(other Needs) Needs {
	if n.Whole || other.Whole {
		return everything
	}
	return Needs{Paths: append(n.Paths[:len(n.Paths):len(n.Paths)], other.Paths...)}
}

// needsOf is what an expression needs.
func needsOf(e expression.Expression) Needs {
	paths, whole := expression.Paths(e)
	return Needs{Whole: whole, Paths: paths}
}

package query

import (
	"maps"
	"slices"
	"strings"
)

// Entry describes one name of a language: an operator, a stage, an accumulator or an expression.
type Entry struct {
	Name    string // with its dollar sign
	Summary string // one sentence
}

// The names that each language knows, sorted. They are made from the tables that parsing uses.
var (
	Operators       []Entry // of filters
	UpdateOperators []Entry
	Stages          []Entry // of pipelines
	Accumulators    []Entry // of $group
	Expressions     []Entry // of $project, $addFields and $group
)

// RefusedOperators are the operators of filters that MongoDB has and this package knowingly has not, sorted.
var RefusedOperators = slices.Sorted(maps.Keys(refused))

// A definition is one row of a language's table: what the name means and how it is parsed.
type definition[P any] struct {
	summary string
	parse   P
}

type table[P any] map[string]definition[P]

func (t table[P]) entries() []Entry {
	var list []Entry
	for _, name := range slices.Sorted(maps.Keys(t)) {
		list = append(list, Entry{Name: name, Summary: t[name].summary})
	}
	return list
}

// The tables are filled here, not where they are declared, because parsing reaches back into them.
func init() {
	logicalOperators, valueOperators = newLogicalOperators(), newValueOperators()
	Operators = append(logicalOperators.entries(), valueOperators.entries()...)
	updateOperators = newUpdateOperators()
	UpdateOperators = updateOperators.entries()
	expressions = newExpressions()
	Expressions = expressions.entries()
	accumulators = newAccumulators()
	Accumulators = accumulators.entries()
	stages = newStages()
	Stages = stages.entries()
	slices.SortFunc(Operators, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
}

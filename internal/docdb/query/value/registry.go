package value

import (
	"maps"
	"slices"
)

// Entry describes one name of a language: an operator, a stage, an accumulator or an expression.
type Entry struct {
	Name    string // with its dollar sign
	Summary string // one sentence
}

// Definition is one row of a language's table: what the name means and how it is parsed.
type Definition[P any] struct {
	Summary string
	Parse   P
}

// Table has the definitions of a language by name.
type Table[P any] map[string]Definition[P]

// Entries lists the names of the table, sorted.
func (t Table[P]) Entries() []Entry {
	var list []Entry
	for _, name := range slices.Sorted(maps.Keys(t)) {
		list = append(list, Entry{Name: name, Summary: t[name].Summary})
	}
	return list
}

package match

import (
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// shapedBytes is how large a filter may be and still be told by its shape.
const shapedBytes = 64 << 10

// Shape tells a filter without its values: filters of one shape ask for the same paths in the same ways. It is "" of filters
// that are too large to be told.
func (f *Filter) Shape() string {
	switch {
	case f == nil:
		return "all"
	case len(f.raw) > shapedBytes:
		return ""
	}
	return f.root.shape()
}

func (c conjunction) shape() string { return "and(" + shapes([]node(c)) + ")" }

func shapes(nodes []node) string {
	var list []string
	for _, n := range nodes {
		switch n := n.(type) {
		case conjunction:
			list = append(list, n.shape())
		case disjunction:
			list = append(list, "or("+shapes(n.branches)+")")
		case neither:
			list = append(list, "nor("+shapes(n)+")")
		case field:
			list = append(list, fmt.Sprintf("%q:%s", n.name, predicateShapes(n.tests)))
		case computed:
			for _, t := range n.terms {
				list = append(list, fmt.Sprintf("expr %q:%s", t.path, t.op))
			}
		}
	}
	slices.Sort(list)
	return strings.Join(list, ",")
}

func predicateShapes(tests []predicate) string {
	var list []string
	for _, p := range tests {
		switch p := p.(type) {
		case *atom:
			// Sparse indexes serve all values but null, and a prefix is another matter than any expression.
			list = append(list, fmt.Sprint(p.op, value.IsNull(p.arg), p.prefix != "", slices.ContainsFunc(p.args, value.IsNull)))
		case negation:
			list = append(list, "not("+predicateShapes(p)+")")
		case several:
			list = append(list, "all("+predicateShapes(p)+")")
		}
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// Terms returns the paths of a filter that says nothing but plain comparisons with values other than arrays and null. On
// documents without arrays, the SingleIntervals of the paths then say all that the filter says. ok is false of other filters.
func (f *Filter) Terms() (paths []string, ok bool) {
	if f == nil {
		return nil, true
	}
	ok = f.root.terms(&paths)
	return paths, ok
}

func (c conjunction) terms(paths *[]string) bool {
	for _, n := range c {
		switch n := n.(type) {
		case conjunction:
			if !n.terms(paths) {
				return false
			}
		case field:
			*paths = append(*paths, n.name)
			if slices.ContainsFunc(n.tests, func(p predicate) bool { return !tellsAll(p) }) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// tellsAll reports whether the intervals of p hold what p matches and nothing else.
func tellsAll(p predicate) bool {
	if not, ok := p.(negation); ok && len(not) == 1 {
		p = not[0]
	}
	a, ok := p.(*atom)
	if !ok || !a.plain || a.op == "$regex" || len(a.expressions) > 0 {
		return false
	}
	inexact := func(v bson.RawValue) bool {
		switch v.Type {
		case bson.TypeArray, bson.TypeNull, bson.TypeMinKey, bson.TypeMaxKey:
			return true
		}
		return false
	}
	return a.op == "$in" && !slices.ContainsFunc(a.args, inexact) || a.op != "$in" && !inexact(a.arg)
}

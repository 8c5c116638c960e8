package match

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Equalities builds a document of the fields that f requires to equal one value.
func (f *Filter) Equalities(onlyID bool) (bson.Raw, error) {
	root := value.NewTree(value.Document(value.EmptyDoc))
	var seen []string
	for _, e := range f.required() {
		if onlyID && e.name != "_id" {
			continue
		}
		for _, other := range seen {
			if other == e.name || strings.HasPrefix(other, e.name+".") || strings.HasPrefix(e.name, other+".") {
				return nil, wire.Errorf(notSingleValueField, "cannot infer query fields to set, path '%s' is matched twice", e.name)
			}
		}
		seen = append(seen, e.name)
		if err := root.Set(e.path, e.value); err != nil {
			return nil, err
		}
	}
	return root.Value().Value, nil
}

type requirement struct {
	name  string
	path  []string
	value bson.RawValue
}

// required lists the equalities that every match satisfies.
func (f *Filter) required() []requirement {
	if f == nil {
		return nil
	}
	return f.root.required()
}

func (c conjunction) required() []requirement {
	var list []requirement
	for _, n := range c {
		switch n := n.(type) {
		case conjunction:
			list = append(list, n.required()...)
		case disjunction:
			if all, ok := n.branches[0].(conjunction); ok && len(n.branches) == 1 {
				list = append(list, all.required()...)
			}
		case field:
			for _, a := range appendAtoms(nil, n.tests) {
				if v, ok := a.only(); ok {
					list = append(list, requirement{n.name, n.path, v})
				}
			}
		}
	}
	return list
}

// only returns the one value that a allows, if it allows one.
func (a *atom) only() (bson.RawValue, bool) {
	switch {
	case a.op == "$eq":
		return a.arg, true
	case a.op == "$in" && len(a.args) == 1 && len(a.expressions) == 0:
		return a.args[0], true
	}
	return bson.RawValue{}, false
}

var notSingleValueField = wire.Code{Number: 54, Name: "NotSingleValueField"}

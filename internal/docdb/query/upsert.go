package query

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/wire"
)

// Upsert returns the document to insert when no document matches f: the values that f requires fields to equal, changed
// by the update; of a replacement only f's _id counts. The _id, if it is known, comes first; if neither f nor the update
// gives one, there is none and the caller makes it.
func (u *Update) Upsert(f *Filter, o ApplyOptions) (bson.Raw, error) {
	o.Insert = true
	base, err := f.equalities(u.replacement != nil)
	if err != nil {
		return nil, err
	}
	doc, _, err := u.Apply(base, o)
	if err != nil {
		return nil, err
	}
	return idFirst(doc, keys.Lookup(doc, "_id")), nil
}

// equalities builds a document of the fields that f requires to equal one value.
func (f *Filter) equalities(onlyID bool) (bson.Raw, error) {
	root := newTree(documentValue(emptyDoc))
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
		if err := root.set(e.path, e.value); err != nil {
			return nil, err
		}
	}
	return root.value().Value, nil
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
			if all, ok := n[0].(conjunction); ok && len(n) == 1 {
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

package match

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// Position tells by which element of an array doc, which matches, does so: the positional operator $ means it. Of arrays in
// arrays it is an element of the outermost; of several conditions the last that looks at an array tells. Alternatives and
// negations tell nothing.
func (f *Filter) Position(x *evaluation, doc bson.Raw) (i int, ok bool) {
	if f == nil {
		return 0, false
	}
	return f.root.position(x.Begin(doc), doc)
}

func (c conjunction) position(x *evaluation, doc []byte) (last int, ok bool) {
	note := func(i int, found bool) {
		if found {
			last, ok = i, true
		}
	}
	for _, n := range c {
		switch n := n.(type) {
		case conjunction:
			note(n.position(x, doc))
		case disjunction:
			if only, is := n.branches[0].(conjunction); is && len(n.branches) == 1 {
				note(only.position(x, doc))
			}
		case field:
			for _, a := range appendAtoms(nil, n.tests) {
				note(a.position(x, doc, n.path))
			}
		}
	}
	return last, ok
}

// position is the element of the first array on the path by which a holds.
func (a *atom) position(x *evaluation, doc []byte, path []string) (int, bool) {
	v := keys.Lookup(doc, path[0])
	for path = path[1:]; value.IsDocument(v) && len(path) > 0; path = path[1:] {
		v = keys.Lookup(v.Value, path[0])
	}
	if !value.IsArray(v) {
		return 0, false
	}
	i := 0
	for _, element := range keys.Elements(v.Value) {
		if !x.Step(1) {
			return 0, false
		}
		if a.meets(x, element, path) {
			return i, true
		}
		i++
	}
	if at, isPosition := value.Position(first(path)); isPosition && len(path) > 1 && at < i {
		if below, ok := keys.Nested(value.Elements(v)[at]); ok {
			return a.position(x, below, path[1:])
		}
	}
	return 0, false
}

// meets reports whether a holds by the element, at the rest of a path.
func (a *atom) meets(x *evaluation, element bson.RawValue, rest []string) bool {
	switch {
	case len(rest) > 0:
		return value.IsDocument(element) && a.at(x, element.Value, rest)
	case a.element != nil:
		return a.element(x, element)
	}
	return !a.whole && a.test(x, element)
}

func first(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return path[0]
}

package update

import (
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// node is what happens at a place of documents, or below it.
type node struct {
	name  string  // of the place in the one above: a field, a position, "$", "$[]" or "$[identifier]"
	apply changer // nil: it happens below, in kids
	kids  []*node // in the order in which they are changed
	only  *chosen // of "$[identifier]"
}

// parseChanges reads {$operator: {path: operand}}.
func parseChanges(p *expression.Parser, v, filters bson.RawValue) (*Update, error) {
	chosen, err := parseFilters(p, filters)
	if err != nil {
		return nil, err
	}
	var list []change
	for name, args := range keys.Elements(v.Value) {
		op, ok := updateOperators[string(name)]
		if !ok {
			return nil, wire.Errorf(wire.FailedToParse, "Unknown modifier: %s. Expected a valid update modifier or a document without operators", name)
		}
		if !value.IsDocument(args) {
			return nil, wire.Errorf(wire.FailedToParse, "Modifiers operate on fields but we found type %s instead", value.TypeName(args))
		}
		for path, arg := range keys.Elements(args.Value) {
			more, err := op.Parse(p, string(path), arg)
			if err != nil {
				return nil, err
			}
			list = append(list, more...)
		}
	}
	u := &Update{changes: &node{}}
	slices.SortStableFunc(list, func(a, b change) int { return slices.CompareFunc(a.path, b.path, compareParts) })
	for _, c := range list {
		if err := u.changes.insert(c, chosen); err != nil {
			return nil, err
		}
		u.positional = u.positional || slices.Contains(c.path, "$")
	}
	return u, chosen.allUsed(v)
}

// insert adds a change behind those that come before it. Two that touch one another are refused.
func (n *node) insert(c change, filters chosenBy) error {
	for i, part := range c.path {
		last := len(n.kids) - 1
		if last >= 0 && isEach(n.kids[last].name) != isEach(part) {
			return conflict(c.path, i)
		}
		if last < 0 || n.kids[last].name != part {
			only, err := filters.of(part, c.path)
			if err != nil {
				return err
			}
			n.kids, last = append(n.kids, &node{name: part, only: only}), last+1
		}
		if n = n.kids[last]; n.apply != nil {
			return conflict(c.path, i+1)
		}
	}
	if n.apply = c.apply; n.kids != nil {
		return conflict(c.path, len(c.path))
	}
	return nil
}

// conflict says that another change stands in the way of one at path, after so many of its parts.
func conflict(path []string, parts int) error {
	return wire.Errorf(wire.ConflictingUpdateOperators, "Updating the path '%s' would create a conflict at '%s'", strings.Join(path, "."), strings.Join(path[:parts], "."))
}

// compareParts orders path components: positions by number, all others as text behind them.
func compareParts(a, b string) int {
	i, aNumber := value.Position(a)
	j, bNumber := value.Position(b)
	switch {
	case aNumber && bNumber:
		return i - j
	case aNumber:
		return -1
	case bNumber:
		return 1
	}
	return strings.Compare(a, b)
}

// change makes the changes in a document.
func (u *Update) change(doc []byte, o ApplyOptions) (bson.Raw, error) {
	w := walk{root: value.NewTree(value.Document(doc)), ApplyOptions: o}
	if u.positional {
		if i, ok := o.Found.Position(o.in, doc); ok {
			w.position = strconv.Itoa(i)
		}
	}
	if err := w.at(nil, []*node{u.changes}); err != nil {
		return nil, err
	}
	return w.root.Value().Value, o.in.Err()
}

// walk goes through a document and changes it.
type walk struct {
	ApplyOptions
	root     *value.Tree
	position string // of the element that the filter has found, or ""
}

// at makes the changes of nodes that all mean the place path.
func (w *walk) at(path []string, here []*node) error {
	if here[0].apply != nil && len(here) == 1 {
		if !w.in.Step(1) {
			return w.in.Err()
		}
		if err := here[0].apply(w.root, path, w.ApplyOptions); err != nil {
			return err
		}
		return w.root.Oversize()
	}
	if slices.ContainsFunc(here, func(n *node) bool { return n.apply != nil }) {
		return met(path)
	}
	below, err := w.below(here)
	if err != nil || len(below) == 0 {
		return err
	}
	switch each := isEach(below[0].name); {
	case slices.ContainsFunc(below, func(n *node) bool { return isEach(n.name) != each }):
		return met(path)
	case each:
		return w.elements(path, below)
	}
	for len(below) > 0 {
		n := 1
		for n < len(below) && w.name(below[n]) == w.name(below[0]) {
			n++
		}
		if err := w.at(append(path, w.name(below[0])), below[:n]); err != nil {
			return err
		}
		below = below[n:]
	}
	return nil
}

// met is the error of two changes that turn out to mean one place.
func met(path []string) error {
	return wire.Errorf(wire.ConflictingUpdateOperators, "Update created a conflict at '%s'", strings.Join(path, "."))
}

// below are the nodes below several, in the order in which they are changed.
func (w *walk) below(here []*node) ([]*node, error) {
	isPositional := func(n *node) bool { return n.name == "$" }
	if len(here) == 1 && !slices.ContainsFunc(here[0].kids, isPositional) {
		return here[0].kids, nil
	}
	var all []*node
	for _, n := range here {
		all = append(all, n.kids...)
	}
	if w.position == "" && slices.ContainsFunc(all, isPositional) {
		return nil, wire.Errorf(wire.BadValue, "The positional operator did not find the match needed from the query.")
	}
	slices.SortStableFunc(all, func(a, b *node) int { return compareParts(w.name(a), w.name(b)) })
	return all, nil
}

// name is what a node's place is called in the document.
func (w *walk) name(n *node) string {
	if n.name == "$" {
		return w.position
	}
	return n.name
}

// elements makes changes in the elements of an array that each of them means.
func (w *walk) elements(path []string, changes []*node) error {
	at := w.root.Find(path)
	switch {
	case at == nil:
		return wire.Errorf(wire.BadValue, "The path '%s' must exist in the document in order to apply array updates.", strings.Join(path, "."))
	case !at.IsArray():
		return wire.Errorf(wire.BadValue, "Cannot apply array updates to non-array element %s of type %s", strings.Join(path, "."), value.TypeName(at.Value()))
	}
	for i, element := range at.Contents() {
		var meant []*node
		for _, n := range changes {
			if !w.in.Step(1) {
				return w.in.Err()
			}
			if n.only == nil || n.only.is.Match(w.in, element.Value()) {
				meant = append(meant, n)
			}
		}
		if len(meant) == 0 || w.in.Err() != nil {
			continue
		}
		if err := w.at(append(path, strconv.Itoa(i)), meant); err != nil {
			return err
		}
	}
	return w.in.Err()
}

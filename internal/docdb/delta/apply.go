package delta

import (
	"errors"
	"fmt"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// ErrMalformed is the error of a delta that is none, or one of a form that is not known.
var ErrMalformed = errors.New("malformed delta")

// errElsewhere says that a delta is of another document.
var errElsewhere = errors.New("the delta is of another document")

// maxDepth bounds nesting. Documents that may be stored are not as deep.
const maxDepth = 200

// Apply makes the changes of a delta to the document that it is of.
func Apply(doc, diff bson.Raw) (bson.Raw, error) { return applyDocument(doc, diff, 0) }

// change is what happens to one field.
type change struct {
	gone   bool
	v      bson.RawValue // the new value; without a type: none
	nested bson.Raw
}

// read reads the sections of a document's delta.
func read(diff []byte, depth int) (changes map[string]change, appended []field, err error) {
	if depth > maxDepth {
		return nil, nil, ErrMalformed
	}
	changes = map[string]change{}
	put := func(name string, c change) {
		if _, twice := changes[name]; twice {
			err = ErrMalformed
		}
		changes[name] = c
	}
	for section, v := range keys.Elements(diff) {
		doc, ok := v.DocumentOK()
		if !ok || len(section) == 0 {
			return nil, nil, ErrMalformed
		}
		switch name := string(section); {
		case name == "d":
			for f := range keys.Elements(doc) {
				put(string(f), change{gone: true})
			}
		case name == "u":
			for f, v := range keys.Elements(doc) {
				put(string(f), change{v: v})
			}
		case name == "i":
			appended = fieldsOf(doc)
		case name[0] == 's':
			put(name[1:], change{nested: doc})
		default:
			return nil, nil, ErrMalformed
		}
	}
	return changes, appended, err
}

func applyDocument(doc, diff []byte, depth int) (bson.Raw, error) {
	changes, appended, err := read(diff, depth)
	if err != nil {
		return nil, err
	}
	for _, f := range appended { // which may have stood before
		if _, known := changes[string(f.name)]; known {
			return nil, ErrMalformed
		}
		changes[string(f.name)] = change{gone: true}
	}
	met, moved := len(appended), namesOf(appended)
	b := value.NewBuilder()
	for name, v := range keys.Elements(doc) {
		c, changed := changes[string(name)]
		if changed && !moved.has(name) {
			met++
		}
		if c.gone {
			continue
		}
		if v, err = c.apply(v, depth); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		b.Add(string(name), v)
	}
	if met != len(changes) {
		return nil, errElsewhere
	}
	for _, f := range appended {
		b.Add(string(f.name), f.v)
	}
	return b.Bytes(), nil
}

func (c change) apply(v bson.RawValue, depth int) (bson.RawValue, error) {
	switch {
	case c.v.Type != 0:
		return c.v, nil
	case c.nested == nil:
		return v, nil
	}
	of := applyDocument
	switch v.Type {
	case bson.TypeArray:
		of = applyArray
	case bson.TypeEmbeddedDocument:
	default:
		return v, errElsewhere
	}
	inner, err := of(v.Value, c.nested, depth+1)
	return bson.RawValue{Type: v.Type, Value: inner}, err
}

// arrayDelta is the delta of an array, read.
type arrayDelta struct {
	length  int // -1: it is not cut
	changes []elementChange
}

type elementChange struct {
	at int
	change
}

func readArray(diff []byte, depth int) (d arrayDelta, err error) {
	d.length = -1
	marked := false
	for section, v := range keys.Elements(diff) {
		name := string(section)
		switch {
		case name == "a" && !marked:
			marked, _ = v.BooleanOK()
		case name == "l" && d.length < 0:
			n, ok := v.Int32OK()
			if d.length = int(n); !ok || n < 0 {
				return d, ErrMalformed
			}
		case len(name) > 1 && (name[0] == 'u' || name[0] == 's'):
			at, err := strconv.Atoi(name[1:])
			nested, isDoc := v.DocumentOK()
			if err != nil || at < 0 || strconv.Itoa(at) != name[1:] || len(d.changes) > 0 && d.changes[len(d.changes)-1].at >= at || name[0] == 's' && !isDoc {
				return d, ErrMalformed
			}
			c := change{v: v}
			if name[0] == 's' {
				c = change{nested: nested}
			}
			d.changes = append(d.changes, elementChange{at, c})
		default:
			return d, ErrMalformed
		}
	}
	if !marked || depth > maxDepth {
		return d, ErrMalformed
	}
	return d, nil
}

func applyArray(array, diff []byte, depth int) (bson.Raw, error) {
	d, err := readArray(diff, depth)
	if err != nil {
		return nil, err
	}
	list := fieldsOf(array)
	if d.length >= 0 {
		if d.length >= len(list) {
			return nil, errElsewhere
		}
		list = list[:d.length]
	}
	for _, c := range d.changes {
		switch {
		case c.at < len(list):
			if list[c.at].v, err = c.apply(list[c.at].v, depth); err != nil {
				return nil, fmt.Errorf("%d: %w", c.at, err)
			}
		case c.at == len(list) && c.nested == nil:
			list = append(list, field{v: c.v})
		default:
			return nil, errElsewhere
		}
	}
	b := value.NewBuilder()
	for i, f := range list {
		b.Add(strconv.Itoa(i), f.v)
	}
	return b.Bytes(), nil
}

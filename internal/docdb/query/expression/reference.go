package expression

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// parseReference reads what stands behind a dollar sign: a field path, or a variable and a path into it. The variables
// $$ROOT and $$CURRENT are both the document.
func parseReference(p *Parser, text string) (Expression, error) {
	of, isVariable := strings.CutPrefix(text, "$")
	if !isVariable {
		of = "CURRENT." + text
	}
	name, rest, dotted := strings.Cut(of, ".")
	base, err := parseVariable(p, name)
	if err != nil || !dotted {
		return base, err
	}
	parts, err := value.FieldPath(rest)
	if _, isRoot := base.(root); isRoot {
		return p.field(parts), err
	}
	return member{base, parts}, err
}

func parseVariable(p *Parser, name string) (Expression, error) {
	switch is := p.lookup(name); {
	case is != nil:
		if v, ok := is.(variable); ok {
			p.used = append(p.used, Slot(v))
		}
		return is, nil
	case name == "ROOT" || name == "CURRENT":
		return root{}, nil
	case name == "NOW" && !p.Now.IsZero():
		return &constant{value.Date(p.Now)}, nil
	case name == "CLUSTER_TIME" && p.ClusterTime != bson.Timestamp{}:
		return &constant{value.Timestamp(p.ClusterTime)}, nil
	case name == "REMOVE":
		return &constant{}, nil
	}
	return nil, wire.Errorf(wire.Code{Number: 17276, Name: "Location17276"}, "Use of undefined variable: %s", name)
}

// root is the whole document.
type root struct{}

func (root) Value(x *Evaluation) bson.RawValue { return x.value(value.Document(x.doc)) }
func (root) Inputs() []Expression              { return nil }

type variable Slot

func (v variable) Value(x *Evaluation) bson.RawValue { return x.value(x.Variable(Slot(v))) }
func (variable) Inputs() []Expression                { return nil }

// field is what is at a path of the document, which has one name at least.
type field []string

func (f field) Value(x *Evaluation) bson.RawValue {
	if x.err != nil || !x.Step(1+len(x.doc)>>9) {
		return bson.RawValue{}
	}
	v := keys.Lookup(x.doc, f[0])
	if len(f) > 1 {
		v = resolve(v, f[1:])
	}
	return x.value(v)
}

func (field) Inputs() []Expression { return nil }

// At is what is at a path of the document.
func At(path string) Expression { return field(strings.Split(path, ".")) }

// member is what is at a path of a value.
type member struct {
	of   Expression
	path []string
}

func (m member) Value(x *Evaluation) bson.RawValue { return x.value(resolve(m.of.Value(x), m.path)) }
func (m member) Inputs() []Expression              { return []Expression{m.of} }

// resolve follows a field path the way expressions do, which is not the way of filters: an array gives the array of what
// those of its elements give that are documents, and numbers are names.
func resolve(v bson.RawValue, path []string) bson.RawValue {
	if len(path) == 0 {
		return v
	}
	if value.IsDocument(v) {
		return resolve(keys.Lookup(v.Value, path[0]), path[1:])
	}
	if !value.IsArray(v) {
		return bson.RawValue{}
	}
	found := []bson.RawValue{}
	for _, element := range keys.Elements(v.Value) {
		if !value.IsDocument(element) {
			continue
		}
		if inner := resolve(element, path); inner.Type != 0 {
			found = append(found, inner)
		}
	}
	return value.Array(found)
}

// Paths tells the paths of the document that e looks at, and whether they are all: whole is true if it looks at the
// document as a whole.
func Paths(e Expression) (paths []string, whole bool) {
	switch e := e.(type) {
	case root:
		return nil, true
	case field:
		return []string{strings.Join(e, ".")}, false
	case *column:
		return []string{strings.Join(e.path, ".")}, false
	}
	for _, input := range e.Inputs() {
		more, all := Paths(input)
		paths, whole = append(paths, more...), whole || all
	}
	return paths, whole
}

package expression

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
)

// columns are the fields of documents that several expressions look at. They are read of a document in one pass, when the
// first of the expressions is evaluated.
type columns struct{ names []string }

// Together begins expressions that are evaluated for the same documents, until leave is called. They share the search for
// the fields that they look at.
func (p *Parser) Together() (leave func()) {
	before := p.columns
	p.columns = &columns{}
	return func() { p.columns = before }
}

// field is the expression for a path of the document.
func (p *Parser) field(path []string) Expression {
	if p.columns == nil || len(path) == 0 {
		return field(path)
	}
	at := slices.Index(p.columns.names, path[0])
	if at < 0 {
		at = len(p.columns.names)
		p.columns.names = append(p.columns.names, path[0])
	}
	return &column{p.columns, at, path}
}

// column is what is at a path of the document, whose first name is one of those that are read together.
type column struct {
	of   *columns
	at   int
	path []string
}

func (c *column) Value(x *Evaluation) bson.RawValue {
	if len(c.path) == 1 {
		return *x.at(c)
	}
	return x.value(resolve(*x.at(c), c.path[1:]))
}

func (*column) Inputs() []Expression { return nil }

// nothing is where there is nothing.
var nothing bson.RawValue

// at is where a column's field of the document is.
func (x *Evaluation) at(c *column) *bson.RawValue {
	if x.read != c.of && !x.gather(c.of) {
		return &nothing
	}
	v := &x.found[c.at]
	if x.taken += len(v.Value) + 1; x.taken > MaxMemory {
		x.Fail(tooLarge)
		return &nothing
	}
	return v
}

// Of is what an expression computes of the document. It is there until the next expression is evaluated, and not to be
// changed. A field is not copied, as Value would copy it.
func (x *Evaluation) Of(e Expression) *bson.RawValue {
	switch e := e.(type) {
	case *column:
		if len(e.path) == 1 {
			return x.at(e)
		}
	case *constant:
		return &e.v
	}
	x.last = e.Value(x)
	return &x.last
}

// gather reads columns of the document. It reports whether it has done so.
func (x *Evaluation) gather(of *columns) bool {
	if !x.Step(1 + len(x.doc)>>9) {
		return false
	}
	x.found = slices.Grow(x.found[:0], len(of.names))[:len(of.names)]
	keys.Gather(x.doc, of.names, x.found)
	x.read = of
	return true
}

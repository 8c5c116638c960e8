package match

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// Element says which elements of an array are meant.
type Element struct{ test test }

// Match reports whether v is meant.
func (e Element) Match(x *expression.Evaluation, v bson.RawValue) bool { return e.test(x, v) }

// ParseElement reads operators on the element, a filter on elements that are documents, or a value.
func ParseElement(p *expression.Parser, arg bson.RawValue) (Element, error) {
	p = p.OrNew()
	switch {
	case isOperators(arg):
		name, _ := value.FirstName(arg)
		if _, isLogical := logicalOperators[name]; isLogical {
			return documentTest(p, arg)
		}
		tests, err := parseOperators(p, arg.Value)
		return Element{several(tests).holds}, err
	case value.IsDocument(arg):
		return documentTest(p, arg)
	case arg.Type == bson.TypeRegex:
		re, err := regexAtom(p, arg)
		if err != nil {
			return Element{}, err
		}
		return Element{re.test}, nil
	}
	return Element{equalTest(p.Collation, arg)}, nil
}

// AnyOf means the elements that equal one of values.
func AnyOf(p *expression.Parser, values []bson.RawValue) Element {
	return Element{memberTest(p.OrNew(), values, nil)}
}

func documentTest(p *expression.Parser, arg bson.RawValue) (Element, error) {
	defer p.EnterPart()()
	all, err := parseQuery(p, arg.Value)
	return Element{func(x *evaluation, v bson.RawValue) bool { return value.IsDocument(v) && all.match(x, v.Value) }}, err
}

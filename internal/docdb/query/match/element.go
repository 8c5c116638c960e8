package match

import (
	"regexp"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
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

// ParseNamed reads a filter that is about one name and what is below it: {x: 1} or {"x.a": 1, "x.b": 2}. An element is meant
// if the document {name: element} matches.
func ParseNamed(p *expression.Parser, raw bson.Raw) (name string, is Element, err error) {
	p = p.OrNew()
	defer p.EnterPart()()
	all, err := parseQuery(p, raw)
	if err != nil {
		return "", Element{}, err
	}
	var paths []string
	collectPaths(all, &paths)
	for _, path := range paths {
		first, _, _ := strings.Cut(path, ".")
		if name != "" && first != name {
			return "", Element{}, wire.Errorf(wire.FailedToParse, "Error parsing array filter :: caused by :: Expected a single top-level field name, found '%s' and '%s'", name, first)
		}
		name = first
	}
	switch {
	case name == "":
		return "", Element{}, wire.Errorf(wire.FailedToParse, "Cannot use an expression without a top-level field name in arrayFilters")
	case !identifier.MatchString(name):
		return "", Element{}, wire.Errorf(wire.BadValue, "Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '%s'", name)
	}
	return name, Element{func(x *evaluation, v bson.RawValue) bool {
		b := value.NewBuilder()
		b.Add(name, v)
		return x.Step(1+len(v.Value)>>9) && all.match(x, b.Bytes())
	}}, nil
}

// identifier is what the name of elements in an update may be.
var identifier = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)

// AnyOf means the elements that equal one of values.
func AnyOf(p *expression.Parser, values []bson.RawValue) Element {
	return Element{memberTest(p.OrNew(), values, nil)}
}

func documentTest(p *expression.Parser, arg bson.RawValue) (Element, error) {
	defer p.EnterPart()()
	all, err := parseQuery(p, arg.Value)
	return Element{func(x *evaluation, v bson.RawValue) bool { return value.IsDocument(v) && all.match(x, v.Value) }}, err
}

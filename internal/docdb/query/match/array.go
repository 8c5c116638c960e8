package match

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

func parseSize(o operand) (predicate, error) {
	want, ok := value.Whole(o.value)
	if !ok {
		return nil, wire.Errorf(wire.BadValue, "$size must be a whole number")
	}
	if want < 0 {
		return nil, wire.Errorf(wire.BadValue, "$size may not be negative")
	}
	test := func(_ *evaluation, v bson.RawValue) bool { return value.IsArray(v) && hasLength(v, want) }
	return &atom{op: "$size", whole: true, test: test}, nil
}

func hasLength(array bson.RawValue, want int64) bool {
	for range keys.Elements(array.Value) {
		if want--; want < 0 {
			return false
		}
	}
	return want == 0
}

// parseAll reads a list of values, which must all be there, or of $elemMatch conditions, which must all be met.
func parseAll(o operand) (predicate, error) {
	if !value.IsArray(o.value) {
		return nil, wire.Errorf(wire.BadValue, "$all needs an array")
	}
	var all several
	for i, v := range value.Elements(o.value) {
		name, _ := value.FirstName(v)
		var p predicate
		var err error
		switch {
		case name == "$elemMatch":
			p, err = parseElemMatch(operand{p: o.p, name: name, value: keys.Lookup(v.Value, name)})
		case isOperators(v):
			return nil, wire.Errorf(wire.BadValue, "no $ expressions in $all")
		case i > 0 && isElemMatch(all[0]):
			return nil, wire.Errorf(wire.BadValue, "$all/$elemMatch has to be consistent")
		default:
			p, err = equals(o.p, v)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func isElemMatch(p predicate) bool {
	a, ok := p.(*atom)
	return ok && a.op == "$elemMatch"
}

// ParseElemMatch reads the condition of $elemMatch, which elements meet.
func ParseElemMatch(p *expression.Parser, condition bson.RawValue) (Element, error) {
	test, err := elementTest(operand{p: p.OrNew(), name: "$elemMatch", value: condition})
	return Element{test}, err
}

// parseElemMatch reads either operators, which one element must satisfy, or a filter, which one element must match as a
// document.
func parseElemMatch(o operand) (predicate, error) {
	if !value.IsDocument(o.value) {
		return nil, wire.Errorf(wire.BadValue, "$elemMatch needs an Object")
	}
	test, err := elementTest(o)
	if err != nil {
		return nil, err
	}
	some := func(x *evaluation, v bson.RawValue) bool {
		if !value.IsArray(v) {
			return false
		}
		for _, element := range keys.Elements(v.Value) {
			if !x.Step(1) || test(x, element) {
				return true
			}
		}
		return false
	}
	return &atom{op: "$elemMatch", whole: true, element: test, test: some}, nil
}

func elementTest(o operand) (test, error) {
	name, _ := value.FirstName(o.value)
	if _, isLogical := logicalOperators[name]; isOperators(o.value) && !isLogical {
		tests, err := parseOperators(o.p, o.value.Value)
		return several(tests).holds, err
	}
	defer o.p.EnterPart()()
	all, err := parseQuery(o.p, o.value.Value)
	return func(x *evaluation, v bson.RawValue) bool {
		doc, ok := keys.Nested(v)
		return ok && all.match(x, doc)
	}, err
}

func parseMod(o operand) (predicate, error) {
	if !value.IsArray(o.value) {
		return nil, wire.Errorf(wire.BadValue, "malformed mod, needs to be an array")
	}
	args := value.Elements(o.value)
	if len(args) != 2 {
		return nil, wire.Errorf(wire.BadValue, "malformed mod, needs two elements: divisor and remainder")
	}
	divisor, ok := value.Truncated(args[0])
	remainder, also := value.Truncated(args[1])
	if !ok || !also {
		return nil, wire.Errorf(wire.BadValue, "malformed mod, divisor and remainder must be numbers")
	}
	if divisor == 0 {
		return nil, wire.Errorf(wire.BadValue, "divisor cannot be 0")
	}
	test := func(_ *evaluation, v bson.RawValue) bool {
		n, ok := value.Truncated(v)
		return ok && n%divisor == remainder
	}
	return &atom{op: "$mod", test: test}, nil
}

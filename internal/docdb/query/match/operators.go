package match

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// operand is what an operator is given: its value, and the document around it for operators that come in pairs.
type operand struct {
	p        *expression.Parser
	name     string
	value    bson.RawValue
	siblings []byte
}

var (
	logicalOperators value.Table[func(p *expression.Parser, v bson.RawValue) (node, error)]
	valueOperators   value.Table[func(operand) (predicate, error)]
)

func newLogicalOperators() value.Table[func(p *expression.Parser, v bson.RawValue) (node, error)] {
	return value.Table[func(p *expression.Parser, v bson.RawValue) (node, error)]{
		"$and":        {Summary: "Matches documents that match every one of a list of filters.", Parse: logical("$and", func(_ *expression.Parser, list []node) node { return conjunction(list) })},
		"$or":         {Summary: "Matches documents that match at least one of a list of filters.", Parse: logical("$or", func(p *expression.Parser, list []node) node { return newDisjunction(p.Pace(), list) })},
		"$nor":        {Summary: "Matches documents that match none of a list of filters.", Parse: logical("$nor", func(_ *expression.Parser, list []node) node { return neither(list) })},
		"$expr":       {Summary: "Matches documents for which an expression is true.", Parse: parseExpr},
		"$jsonSchema": {Summary: "Matches documents that satisfy a JSON Schema of draft 4.", Parse: parseJSONSchema},
		"$sampleRate": {Summary: "Matches a random share of the documents.", Parse: parseSampleRate},
		"$comment":    {Summary: "Is a comment; matches every document.", Parse: func(*expression.Parser, bson.RawValue) (node, error) { return nil, nil }},
	}
}

func newValueOperators() value.Table[func(operand) (predicate, error)] {
	return value.Table[func(operand) (predicate, error)]{
		"$eq":           {Summary: "Matches values equal to a value.", Parse: parseEq},
		"$ne":           {Summary: "Matches when no value is equal to a value.", Parse: parseNe},
		"$gt":           {Summary: "Matches values of the same type that are greater.", Parse: ranged(func(order int) bool { return order > 0 })},
		"$gte":          {Summary: "Matches values of the same type that are greater or equal.", Parse: ranged(func(order int) bool { return order >= 0 })},
		"$lt":           {Summary: "Matches values of the same type that are less.", Parse: ranged(func(order int) bool { return order < 0 })},
		"$lte":          {Summary: "Matches values of the same type that are less or equal.", Parse: ranged(func(order int) bool { return order <= 0 })},
		"$in":           {Summary: "Matches values that equal one of a list or match one of its regular expressions.", Parse: parseIn},
		"$nin":          {Summary: "Matches when no value is in a list.", Parse: parseNin},
		"$not":          {Summary: "Matches when its operators do not match.", Parse: parseNot},
		"$exists":       {Summary: "Matches by whether the field exists.", Parse: parseExists},
		"$type":         {Summary: "Matches values of one of the given BSON types.", Parse: parseType},
		"$size":         {Summary: "Matches arrays of a given length.", Parse: parseSize},
		"$all":          {Summary: "Matches arrays that hold every one of a list of values.", Parse: parseAll},
		"$elemMatch":    {Summary: "Matches arrays with one element that meets all conditions.", Parse: parseElemMatch},
		"$mod":          {Summary: "Matches numbers by their remainder.", Parse: parseMod},
		"$bitsAllSet":   {Summary: "Matches numbers and binary data in which all of some bits are set.", Parse: bitTest(func(set, looked byte) bool { return set != looked }, true)},
		"$bitsAllClear": {Summary: "Matches numbers and binary data in which none of some bits is set.", Parse: bitTest(func(set, _ byte) bool { return set != 0 }, true)},
		"$bitsAnySet":   {Summary: "Matches numbers and binary data in which one of some bits is set.", Parse: bitTest(func(set, _ byte) bool { return set != 0 }, false)},
		"$bitsAnyClear": {Summary: "Matches numbers and binary data in which one of some bits is not set.", Parse: bitTest(func(set, looked byte) bool { return set != looked }, false)},
		"$regex":        {Summary: "Matches strings by a regular expression.", Parse: parseRegex},
		"$options":      {Summary: "Sets the options of $regex: i, m, s and x.", Parse: parseOptions},
	}
}

// logical parses the operand of a logical operator: a list of filters.
func logical(name string, combine func(*expression.Parser, []node) node) func(*expression.Parser, bson.RawValue) (node, error) {
	return func(p *expression.Parser, v bson.RawValue) (node, error) {
		if !value.IsArray(v) {
			return nil, wire.Errorf(wire.BadValue, "%s must be an array", name)
		}
		var list []node
		for _, element := range keys.Elements(v.Value) {
			if !value.IsDocument(element) {
				return nil, wire.Errorf(wire.BadValue, "$or/$and/$nor entries need to be full objects")
			}
			all, err := parseQuery(p, element.Value)
			if err != nil {
				return nil, err
			}
			list = append(list, all)
		}
		if len(list) == 0 {
			return nil, wire.Errorf(wire.BadValue, "$and/$or/$nor must be a nonempty array")
		}
		return combine(p, list), p.Step(0)
	}
}

// equals is the condition {path: v}.
func equals(p *expression.Parser, v bson.RawValue) (predicate, error) {
	if v.Type == bson.TypeRegex {
		return regexAtom(p, v)
	}
	return equality(p, v)
}

func equality(p *expression.Parser, v bson.RawValue) (*atom, error) {
	if v.Type == bson.TypeUndefined {
		return nil, wire.Errorf(wire.BadValue, "cannot compare to undefined")
	}
	return &atom{op: "$eq", arg: v, plain: true, collation: p.Collation, test: equalTest(p.Collation, v)}, nil
}

func parseEq(o operand) (predicate, error) { return equality(o.p, o.value) }

func parseNe(o operand) (predicate, error) {
	if o.value.Type == bson.TypeRegex {
		return nil, wire.Errorf(wire.BadValue, "$ne does not take a regular expression; use $not")
	}
	p, err := equality(o.p, o.value)
	return negation{p}, err
}

func ranged(accept func(int) bool) func(operand) (predicate, error) {
	return func(o operand) (predicate, error) {
		switch o.value.Type {
		case bson.TypeRegex:
			return nil, wire.Errorf(wire.BadValue, "%s does not take a regular expression", o.name)
		case bson.TypeUndefined:
			return nil, wire.Errorf(wire.BadValue, "cannot compare to undefined")
		}
		return &atom{op: o.name, arg: o.value, plain: true, collation: o.p.Collation, test: rangeTest(o.p.Collation, o.value, accept)}, nil
	}
}

func parseIn(o operand) (predicate, error) { return member(o) }

func parseNin(o operand) (predicate, error) {
	p, err := member(o)
	return negation{p}, err
}

func member(o operand) (*atom, error) {
	if !value.IsArray(o.value) {
		return nil, wire.Errorf(wire.BadValue, "%s needs an array", o.name)
	}
	var set []bson.RawValue
	var expressions []*atom
	for _, v := range keys.Elements(o.value.Value) {
		if err := o.p.Step(1); err != nil {
			return nil, err
		}
		switch {
		case v.Type == bson.TypeRegex:
			re, err := regexAtom(o.p, v)
			if err != nil {
				return nil, err
			}
			expressions = append(expressions, re)
		case v.Type == bson.TypeUndefined:
			return nil, wire.Errorf(wire.BadValue, "cannot compare to undefined")
		case isOperators(v):
			return nil, wire.Errorf(wire.BadValue, "cannot nest $ under %s", o.name)
		default:
			set = append(set, v)
		}
	}
	return &atom{op: "$in", args: set, expressions: expressions, plain: true, collation: o.p.Collation, test: memberTest(o.p, set, expressions)}, o.p.Step(0)
}

func parseNot(o operand) (predicate, error) {
	if o.value.Type == bson.TypeRegex {
		p, err := regexAtom(o.p, o.value)
		return negation{p}, err
	}
	if !value.IsDocument(o.value) {
		return nil, wire.Errorf(wire.BadValue, "$not needs a regex or a document")
	}
	tests, err := parseOperators(o.p, o.value.Value)
	if err != nil {
		return nil, err
	}
	if len(tests) == 0 {
		return nil, wire.Errorf(wire.BadValue, "$not cannot be empty")
	}
	return negation(tests), nil
}

func parseExists(o operand) (predicate, error) {
	exists := &atom{op: "$exists", whole: true, test: func(_ *evaluation, v bson.RawValue) bool { return v.Type != 0 }}
	if value.Truthy(o.value) {
		return exists, nil
	}
	return negation{exists}, nil
}

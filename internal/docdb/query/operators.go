package query

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/wire"
)

// operand is what an operator is given: its value, and the document around it for operators that come in pairs.
type operand struct {
	name     string
	value    bson.RawValue
	siblings []byte
	depth    int
}

var (
	logicalOperators table[func(v bson.RawValue, depth int) (node, error)]
	valueOperators   table[func(operand) (predicate, error)]
)

func newLogicalOperators() table[func(v bson.RawValue, depth int) (node, error)] {
	return table[func(v bson.RawValue, depth int) (node, error)]{
		"$and":     {"Matches documents that match every one of a list of filters.", logical("$and", func(list []node) node { return conjunction(list) })},
		"$or":      {"Matches documents that match at least one of a list of filters.", logical("$or", func(list []node) node { return disjunction(list) })},
		"$nor":     {"Matches documents that match none of a list of filters.", logical("$nor", func(list []node) node { return neither(list) })},
		"$comment": {"Carries a remark and matches every document.", func(bson.RawValue, int) (node, error) { return nil, nil }},
	}
}

func newValueOperators() table[func(operand) (predicate, error)] {
	return table[func(operand) (predicate, error)]{
		"$eq":        {"Matches values equal to a value.", parseEq},
		"$ne":        {"Matches when no value is equal to a value.", parseNe},
		"$gt":        {"Matches values of the same type that are greater.", ranged(func(order int) bool { return order > 0 })},
		"$gte":       {"Matches values of the same type that are greater or equal.", ranged(func(order int) bool { return order >= 0 })},
		"$lt":        {"Matches values of the same type that are less.", ranged(func(order int) bool { return order < 0 })},
		"$lte":       {"Matches values of the same type that are less or equal.", ranged(func(order int) bool { return order <= 0 })},
		"$in":        {"Matches values that equal one of a list or match one of its regular expressions.", parseIn},
		"$nin":       {"Matches when no value is in a list.", parseNin},
		"$not":       {"Matches when the operators it holds do not match.", parseNot},
		"$exists":    {"Matches by whether the field is there.", parseExists},
		"$type":      {"Matches values of one of the given BSON types.", parseType},
		"$size":      {"Matches arrays of a given length.", parseSize},
		"$all":       {"Matches arrays that hold every one of a list of values.", parseAll},
		"$elemMatch": {"Matches arrays with one element that meets all conditions.", parseElemMatch},
		"$mod":       {"Matches numbers by their remainder.", parseMod},
		"$regex":     {"Matches strings by a regular expression.", parseRegex},
		"$options":   {"Gives $regex its options: i, m, s and x.", parseOptions},
	}
}

// logical parses the operand of a logical operator: a list of filters.
func logical(name string, combine func([]node) node) func(bson.RawValue, int) (node, error) {
	return func(v bson.RawValue, depth int) (node, error) {
		if !isArray(v) {
			return nil, wire.Errorf(wire.BadValue, "%s must be an array", name)
		}
		var list []node
		for _, element := range keys.Elements(v.Value) {
			if !isDocument(element) {
				return nil, wire.Errorf(wire.BadValue, "$or/$and/$nor entries need to be full objects")
			}
			all, err := parseQuery(element.Value, depth)
			if err != nil {
				return nil, err
			}
			list = append(list, all)
		}
		if len(list) == 0 {
			return nil, wire.Errorf(wire.BadValue, "$and/$or/$nor must be a nonempty array")
		}
		return combine(list), nil
	}
}

// equals is the condition {path: v}.
func equals(v bson.RawValue) (predicate, error) {
	if v.Type == bson.TypeRegex {
		return regexAtom(v)
	}
	return equality(v)
}

func equality(v bson.RawValue) (*atom, error) {
	if v.Type == bson.TypeUndefined {
		return nil, wire.Errorf(wire.BadValue, "cannot compare to undefined")
	}
	return &atom{op: "$eq", arg: v, plain: true, test: equalTest(v)}, nil
}

func parseEq(o operand) (predicate, error) { return equality(o.value) }

func parseNe(o operand) (predicate, error) {
	if o.value.Type == bson.TypeRegex {
		return nil, wire.Errorf(wire.BadValue, "$ne does not take a regular expression; use $not")
	}
	p, err := equality(o.value)
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
		return &atom{op: o.name, arg: o.value, plain: true, test: rangeTest(o.value, accept)}, nil
	}
}

func parseIn(o operand) (predicate, error) { return member(o) }

func parseNin(o operand) (predicate, error) {
	p, err := member(o)
	return negation{p}, err
}

func member(o operand) (*atom, error) {
	if !isArray(o.value) {
		return nil, wire.Errorf(wire.BadValue, "%s needs an array", o.name)
	}
	var set []bson.RawValue
	var expressions []*atom
	for _, v := range keys.Elements(o.value.Value) {
		switch {
		case v.Type == bson.TypeRegex:
			re, err := regexAtom(v)
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
	return &atom{op: "$in", args: set, expressions: expressions, plain: true, test: memberTest(set, expressions)}, nil
}

func parseNot(o operand) (predicate, error) {
	if o.value.Type == bson.TypeRegex {
		p, err := regexAtom(o.value)
		return negation{p}, err
	}
	if !isDocument(o.value) {
		return nil, wire.Errorf(wire.BadValue, "$not needs a regex or a document")
	}
	tests, err := parseOperators(o.value.Value, o.depth)
	if err != nil {
		return nil, err
	}
	if len(tests) == 0 {
		return nil, wire.Errorf(wire.BadValue, "$not cannot be empty")
	}
	return negation(tests), nil
}

func parseExists(o operand) (predicate, error) {
	exists := &atom{op: "$exists", whole: true, test: func(v bson.RawValue) bool { return v.Type != 0 }}
	if truthy(o.value) {
		return exists, nil
	}
	return negation{exists}, nil
}

package match

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Filter says which documents a query means.
type Filter struct {
	raw  bson.Raw
	root conjunction
}

// Parse reads a query document. It answers BadValue for an operator that is unknown or not supported and for an
// operand that does not fit its operator. The filter keeps parts of raw, which may not change afterwards.
func Parse(raw bson.Raw) (*Filter, error) {
	root, err := parseQuery(raw, 0)
	if err != nil {
		return nil, err
	}
	return &Filter{raw: raw, root: root}, nil
}

// Match reports whether doc is one of the filter's documents. A nil filter matches all.
func (f *Filter) Match(doc bson.Raw) bool { return f == nil || f.root.match(doc) }

// A node judges a document.
type node interface{ match(doc []byte) bool }

// conjunction matches when all of its nodes do.
type conjunction []node

func (c conjunction) match(doc []byte) bool {
	for _, n := range c {
		if !n.match(doc) {
			return false
		}
	}
	return true
}

// disjunction matches when one of its nodes does.
type disjunction []node

func (d disjunction) match(doc []byte) bool {
	for _, n := range d {
		if n.match(doc) {
			return true
		}
	}
	return false
}

// neither matches when none of its nodes does.
type neither []node

func (n neither) match(doc []byte) bool { return !disjunction(n).match(doc) }

// field matches when all predicates hold at a path.
type field struct {
	name  string
	path  []string
	tests []predicate
}

func (f field) match(doc []byte) bool {
	for _, p := range f.tests {
		if !p.at(doc, f.path) {
			return false
		}
	}
	return true
}

// parseQuery reads a document of paths and logical operators.
func parseQuery(raw []byte, depth int) (conjunction, error) {
	if depth > value.MaxDepth {
		return nil, wire.Errorf(wire.BadValue, "the filter is nested deeper than %d levels", value.MaxDepth)
	}
	var all conjunction
	for name, v := range keys.Elements(raw) {
		n, err := parseClause(string(name), v, depth)
		if err != nil {
			return nil, err
		}
		if n != nil {
			all = append(all, n)
		}
	}
	return all, nil
}

func parseClause(name string, v bson.RawValue, depth int) (node, error) {
	if !strings.HasPrefix(name, "$") || value.IsReference(name) {
		return parseField(name, v, depth)
	}
	op, ok := logicalOperators[name]
	if !ok {
		return nil, unknownOperator(name, true)
	}
	return op.Parse(v, depth+1)
}

func parseField(name string, v bson.RawValue, depth int) (node, error) {
	path, err := value.SplitPath(name)
	if err != nil {
		return nil, err
	}
	tests, err := parseCondition(v, depth+1)
	if err != nil {
		return nil, err
	}
	return field{name: name, path: path, tests: tests}, nil
}

// parseCondition reads what a path is asked for: operators, a regular expression, or a value to equal.
func parseCondition(v bson.RawValue, depth int) ([]predicate, error) {
	if isOperators(v) {
		return parseOperators(v.Value, depth)
	}
	p, err := equals(v)
	return []predicate{p}, err
}

// parseOperators reads a document of operators, such as {$gt: 1, $lt: 5}.
func parseOperators(raw []byte, depth int) ([]predicate, error) {
	if depth > value.MaxDepth {
		return nil, wire.Errorf(wire.BadValue, "the filter is nested deeper than %d levels", value.MaxDepth)
	}
	var tests []predicate
	for key, v := range keys.Elements(raw) {
		name := string(key)
		op, ok := valueOperators[name]
		if !ok {
			return nil, unknownOperator(name, false)
		}
		p, err := op.Parse(operand{name: name, value: v, siblings: raw, depth: depth + 1})
		if err != nil {
			return nil, err
		}
		if p != nil {
			tests = append(tests, p)
		}
	}
	return tests, nil
}

// isOperators tells a document of operators from a document to equal: by its first name.
func isOperators(v bson.RawValue) bool {
	name, ok := value.FirstName(v)
	return ok && strings.HasPrefix(name, "$") && !value.IsReference(name)
}

// refused are operators that MongoDB has and this package knowingly has not.
var refused = map[string]bool{
	"$where": true, "$text": true, "$expr": true, "$jsonSchema": true, "$near": true, "$nearSphere": true,
	"$geoWithin": true, "$geoIntersects": true, "$within": true, "$function": true, "$bitsAllSet": true,
	"$bitsAnySet": true, "$bitsAllClear": true, "$bitsAnyClear": true, "$sampleRate": true, "$rand": true,
}

func unknownOperator(name string, top bool) error {
	switch {
	case refused[name]:
		return wire.Errorf(wire.BadValue, "the operator %s is not supported", name)
	case top:
		return wire.Errorf(wire.BadValue, "unknown top level operator: %s", name)
	}
	return wire.Errorf(wire.BadValue, "unknown operator: %s", name)
}

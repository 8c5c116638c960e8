package match

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Filter says which documents a query means.
type Filter struct {
	raw  bson.Raw
	root conjunction
}

// evaluation is what a filter is at work in: it may fail, and ends with its command.
type evaluation = expression.Evaluation

// Parse reads a query document. It answers BadValue for an operator that is unknown or not supported and for an
// operand that does not fit its operator. The filter keeps parts of raw, which may not change afterwards.
func Parse(p *expression.Parser, raw bson.Raw) (*Filter, error) {
	root, err := parseQuery(p.OrNew(), raw)
	if err != nil {
		return nil, err
	}
	return &Filter{raw: raw, root: root}, nil
}

// Raw is the filter as it is written. It may not be changed.
func (f *Filter) Raw() bson.Raw { return f.raw }

// Match is MatchIn without variables or an end, for filters that are known not to fail.
func (f *Filter) Match(doc bson.Raw) bool { return f == nil || f.MatchIn(&evaluation{}, doc) }

// MatchIn reports whether doc is one of the filter's documents. A nil filter matches all. The answer means nothing if the
// evaluation has failed.
func (f *Filter) MatchIn(x *expression.Evaluation, doc bson.Raw) bool {
	return f == nil || f.root.match(x.Begin(doc), doc)
}

// A node judges a document.
type node interface {
	match(x *evaluation, doc []byte) bool
}

// conjunction matches when all of its nodes do.
type conjunction []node

func (c conjunction) match(x *evaluation, doc []byte) bool {
	for _, n := range c {
		if !n.match(x, doc) {
			return false
		}
	}
	return true
}

// disjunction matches when one of its branches does.
type disjunction struct {
	branches []node
	board    *board // of many branches, if there is one
	joined   bool   // by Together, to bound an index together
}

func (d disjunction) match(x *evaluation, doc []byte) bool {
	if d.board != nil {
		return d.board.match(x, doc, d.branches)
	}
	return anyOf(d.branches, x, doc)
}

func anyOf(branches []node, x *evaluation, doc []byte) bool {
	for _, n := range branches {
		if n.match(x, doc) {
			return true
		}
	}
	return false
}

// neither matches when none of its nodes does.
type neither []node

func (n neither) match(x *evaluation, doc []byte) bool { return !anyOf(n, x, doc) }

// field matches when all predicates hold at a path.
type field struct {
	name  string
	path  []string
	tests []predicate
}

func (f field) match(x *evaluation, doc []byte) bool {
	if !x.Step(1 + len(doc)>>9) {
		return false
	}
	for _, p := range f.tests {
		if !p.at(x, doc, f.path) {
			return false
		}
	}
	return true
}

// parseQuery reads a document of paths and logical operators.
func parseQuery(p *expression.Parser, raw []byte) (conjunction, error) {
	if err := p.Enter("filter"); err != nil {
		return nil, err
	}
	defer p.Leave()
	var all conjunction
	for name, v := range keys.Elements(raw) {
		n, err := parseClause(p, string(name), v)
		if err != nil {
			return nil, err
		}
		if n != nil {
			all = append(all, n)
		}
	}
	return all, nil
}

func parseClause(p *expression.Parser, name string, v bson.RawValue) (node, error) {
	if !strings.HasPrefix(name, "$") || value.IsReference(name) {
		return parseField(p, name, v)
	}
	op, ok := logicalOperators[name]
	if !ok {
		return nil, unknownOperator(name, true)
	}
	return op.Parse(p, v)
}

func parseField(p *expression.Parser, name string, v bson.RawValue) (node, error) {
	path, err := value.SplitPath(name)
	if err != nil {
		return nil, err
	}
	tests, err := parseCondition(p, v)
	if err != nil {
		return nil, err
	}
	return field{name: name, path: path, tests: tests}, nil
}

// parseCondition reads what a path is asked for: operators, a regular expression, or a value to equal.
func parseCondition(p *expression.Parser, v bson.RawValue) ([]predicate, error) {
	if isOperators(v) {
		return parseOperators(p, v.Value)
	}
	test, err := equals(p, v)
	return []predicate{test}, err
}

// parseOperators reads a document of operators, such as {$gt: 1, $lt: 5}.
func parseOperators(p *expression.Parser, raw []byte) ([]predicate, error) {
	if err := p.Enter("filter"); err != nil {
		return nil, err
	}
	defer p.Leave()
	var tests []predicate
	for key, v := range keys.Elements(raw) {
		name := string(key)
		op, ok := valueOperators[name]
		if !ok {
			return nil, unknownOperator(name, false)
		}
		test, err := op.Parse(operand{p: p, name: name, value: v, siblings: raw})
		if err != nil {
			return nil, err
		}
		if test != nil {
			tests = append(tests, test)
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
	"$where": true, "$text": true, "$near": true, "$nearSphere": true, "$geoWithin": true, "$geoIntersects": true, "$within": true, "$function": true,
}

func unknownOperator(name string, top bool) error {
	switch {
	case name == "$where" || name == "$function":
		return wire.Errorf(wire.BadValue, "%s needs JavaScript, which this server does not have", name)
	case refused[name]:
		return wire.Errorf(wire.BadValue, "the operator %s is not supported", name)
	case top:
		return wire.Errorf(wire.BadValue, "unknown top level operator: %s", name)
	}
	return wire.Errorf(wire.BadValue, "unknown operator: %s", name)
}

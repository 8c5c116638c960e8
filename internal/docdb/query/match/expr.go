package match

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// computed matches when an expression of the document is true.
type computed struct {
	is    expression.Expression
	terms []term // that are true then
}

func (c computed) match(x *evaluation, _ []byte) bool { return value.Truthy(c.is.Value(x)) }

// parseExpr reads the expression of $expr, which looks at whole documents and not at parts of them.
func parseExpr(p *expression.Parser, v bson.RawValue) (node, error) {
	if p.InPart() {
		return nil, wire.Errorf(wire.BadValue, "$expr can only be applied to the top-level document")
	}
	is, err := expression.Parse(p, v)
	if err != nil {
		return nil, err
	}
	return computed{is, termsOf(p, v)}, nil
}

// term is a comparison of a field with a constant, as expressions compare: across all types, and a missing field is less
// than null.
type term struct {
	op   string
	path string
	key  []byte // of the constant
	arg  bson.RawValue
}

// turned are the comparisons that a term may have, and what each is with its sides changed.
var turned = map[string]string{"$eq": "$eq", "$gt": "$lt", "$gte": "$lte", "$lt": "$gt", "$lte": "$gte"}

// termsOf finds the terms that are true when an expression, which has been parsed, is true.
func termsOf(p *expression.Parser, v bson.RawValue) []term {
	op, _ := value.FirstName(v)
	args := keys.Lookup(v.Value, op)
	if !value.IsDocument(v) || !value.IsArray(args) {
		return nil
	}
	if op == "$and" {
		var all []term
		for _, part := range keys.Elements(args.Value) {
			all = append(all, termsOf(p, part)...)
		}
		return all
	}
	sides := value.Elements(args)
	back, comparison := turned[op]
	if !comparison {
		return nil
	}
	path, ok := fieldOf(sides[0])
	if !ok {
		sides[0], sides[1], op = sides[1], sides[0], back
		path, ok = fieldOf(sides[0])
	}
	constant, known := constantOf(p, sides[1])
	if !ok || !known || value.IsNull(constant) || constant.Type == bson.TypeUndefined {
		return nil
	}
	return []term{{op, path, p.Collation.Append(nil, constant), constant}}
}

// fieldOf is the path of an expression that is one.
func fieldOf(v bson.RawValue) (string, bool) {
	text, _ := value.Text(v)
	path, ok := strings.CutPrefix(text, "$")
	return path, ok && !strings.HasPrefix(path, "$")
}

// constantOf is the value of an expression that is a plain value or a variable of the command.
func constantOf(p *expression.Parser, v bson.RawValue) (bson.RawValue, bool) {
	if name, _ := value.FirstName(v); value.IsArray(v) || value.IsDocument(v) && name != "$literal" {
		return v, false
	}
	e, err := expression.Parse(p, v)
	if err != nil {
		return v, false
	}
	return expression.Constant(e)
}

// interval holds the index values of the documents of which t is true, in an index without arrays, where a missing field is
// null.
func (t term) interval() Interval {
	all := Whole()
	switch t.op {
	case "$gt", "$gte":
		return Interval{Lo: t.key, LoIncl: t.op == "$gte", Hi: all.Hi}
	case "$lt", "$lte":
		return Interval{Lo: all.Lo, LoIncl: true, Hi: t.key, HiIncl: t.op == "$lte"}
	}
	return Interval{Lo: t.key, Hi: t.key, LoIncl: true, HiIncl: true}
}

// computedTerms appends to list the terms at path that every match satisfies.
func (c conjunction) computedTerms(list []term, path string) []term {
	for _, n := range c {
		switch n := n.(type) {
		case conjunction:
			list = n.computedTerms(list, path)
		case computed:
			list = append(list, slices.DeleteFunc(slices.Clone(n.terms), func(t term) bool { return t.path != path })...)
		}
	}
	return list
}

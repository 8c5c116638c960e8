// Package expression gives a meaning to MongoDB's expressions: what they compute from a document and from variables.
package expression

import (
	"maps"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// An Expression computes a value.
type Expression interface {
	// Value is what it is for the evaluation's document; missing is the zero RawValue. Where it fails, the evaluation has
	// the error.
	Value(x *Evaluation) bson.RawValue
	// Inputs tells the expressions that it is made of.
	Inputs() []Expression
}

// operators parse the operand of {$name: operand}: the families of all files.
var operators value.Table[parsing]

func newOperators() value.Table[parsing] {
	all := value.Table[parsing]{}
	for _, family := range []value.Table[parsing]{
		arithmetic, roundings, curves, bits, arrays, booleans, comparisons, sets, pieces, newFields(), newConditionals(), objects, letters, newRegexes(), texts, dateParts, newDates(), newConversions(), newStatistics(), newMore(), types, newVariables(),
	} {
		maps.Copy(all, family)
	}
	return all
}

// A Refusal says why an operator that is known is not supported.
type Refusal struct {
	code   wire.Code
	reason string
}

// Error is what a client sees who uses the operator.
func (r Refusal) Error(name string) error {
	return wire.Errorf(r.code, "%s is not supported: %s", name, r.reason)
}

// Refused are the operators that would need what there is not.
var Refused = map[string]Refusal{
	"$function":         {noJavaScript, "there is no JavaScript"},
	"$accumulator":      {noJavaScript, "there is no JavaScript"},
	"$meta":             {wire.NotImplemented, "no stage keeps metadata of documents"},
	"$toHashedIndexKey": {wire.NotImplemented, "there are no hashed indexes"},
}

// noJavaScript is MongoDB's code where JavaScript is off.
var noJavaScript = wire.Code{Number: 31264, Name: "Location31264"}

// unknown is MongoDB's code for an expression that is not known.
var unknown = wire.Code{Number: 168, Name: "InvalidPipelineOperator"}

// Parse reads a field path ("$a.b", "$$ROOT", "$$CURRENT.a"), an expression, a literal, or a document or an array of those.
func Parse(p *Parser, v bson.RawValue) (Expression, error) {
	p = p.OrNew()
	if err := p.Enter("expression"); err != nil {
		return nil, err
	}
	defer p.Leave()
	if text, ok := value.Text(v); ok && strings.HasPrefix(text, "$") {
		return parseReference(p, text[1:])
	}
	switch {
	case value.IsDocument(v):
		return parseDocument(p, v)
	case value.IsArray(v):
		return parseArray(p, v)
	}
	return &constant{v}, nil
}

func parseDocument(p *Parser, v bson.RawValue) (Expression, error) {
	var d document
	for key, part := range keys.Elements(v.Value) {
		name := string(key)
		if strings.HasPrefix(name, "$") {
			op, ok := operators[name]
			if why, known := Refused[name]; known {
				return nil, why.Error(name)
			}
			if !ok || len(value.Elements(v)) > 1 {
				return nil, wire.Errorf(unknown, "Unrecognized expression '%s'", name)
			}
			return op.Parse(p, name, part)
		}
		e, err := Parse(p, part)
		if err != nil {
			return nil, err
		}
		d.names, d.parts = append(d.names, name), append(d.parts, e)
	}
	return p.fold(d), nil
}

func parseArray(p *Parser, v bson.RawValue) (Expression, error) {
	list, err := parseList(p, v)
	if err != nil {
		return nil, err
	}
	return p.fold(array(list)), nil
}

func parseList(p *Parser, v bson.RawValue) (list []Expression, err error) {
	for _, part := range keys.Elements(v.Value) {
		e, err := Parse(p, part)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

type constant struct{ v bson.RawValue }

func (c *constant) Value(x *Evaluation) bson.RawValue { return x.value(c.v) }
func (*constant) Inputs() []Expression                { return nil }

// Constant is the value of an expression that is one and the same for all documents, where that is plain to see.
func Constant(e Expression) (bson.RawValue, bool) {
	if c, ok := e.(*constant); ok {
		return c.v, true
	}
	return bson.RawValue{}, false
}

type document struct {
	names []string
	parts []Expression
}

func (d document) Value(x *Evaluation) bson.RawValue {
	b := value.NewBuilder()
	for i, part := range d.parts {
		b.Add(d.names[i], part.Value(x))
	}
	return x.value(b.Document())
}

func (d document) Inputs() []Expression { return d.parts }

type array []Expression

func (a array) Value(x *Evaluation) bson.RawValue {
	values := make([]bson.RawValue, len(a))
	for i, part := range a {
		values[i] = part.Value(x)
	}
	return x.value(value.Array(values))
}

func (a array) Inputs() []Expression { return a }

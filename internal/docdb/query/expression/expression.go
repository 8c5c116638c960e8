package expression

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// An Expression computes a value from a document; missing is the zero RawValue.
type Expression func(*Evaluation) bson.RawValue

// An Evaluation computes values of one document. A few bytes of expressions may name a field many times, so what they take
// is counted.
type Evaluation struct {
	Doc   []byte
	Taken int
}

// Exhausted reports whether it has taken so much that it gives nothing more.
func (x *Evaluation) Exhausted() bool { return x.Taken > MaxMemory }

// take counts v. When too much is taken it is missing.
func (x *Evaluation) take(v bson.RawValue) bson.RawValue {
	if x.Taken += len(v.Value) + 1; x.Exhausted() {
		return bson.RawValue{}
	}
	return v
}

// Err is the reason why the values are not to be used, if there is one.
func (x *Evaluation) Err() error {
	if x.Exhausted() {
		return tooLarge
	}
	return nil
}

var tooLarge = wire.Errorf(wire.BSONObjectTooLarge, "the expressions make more than %d bytes of one document", MaxMemory)

// expressions parse the operand of {$name: operand}.
var expressions value.Table[func(v bson.RawValue, depth int) (Expression, error)]

func newExpressions() value.Table[func(v bson.RawValue, depth int) (Expression, error)] {
	return value.Table[func(v bson.RawValue, depth int) (Expression, error)]{
		"$literal": {Summary: "Gives its operand as it stands, dollar signs and all.", Parse: func(v bson.RawValue, _ int) (Expression, error) { return constant(v), nil }},
	}
}

// invalidExpression is MongoDB's code for an expression that is not known.
var invalidExpression = wire.Code{Number: 168, Name: "InvalidPipelineOperator"}

func constant(v bson.RawValue) Expression {
	return func(x *Evaluation) bson.RawValue { return x.take(v) }
}

// Parse reads a field path ("$a.b", "$$ROOT", "$$CURRENT.a"), an expression, a literal, or a document or an
// array of those.
func Parse(v bson.RawValue, depth int) (Expression, error) {
	if depth > value.MaxDepth {
		return nil, wire.Errorf(wire.BadValue, "the expression is nested deeper than %d levels", value.MaxDepth)
	}
	if text, ok := value.Text(v); ok && strings.HasPrefix(text, "$") {
		return parseFieldPath(text)
	}
	switch {
	case value.IsDocument(v):
		return parseDocumentExpression(v, depth)
	case value.IsArray(v):
		return parseArrayExpression(v, depth)
	}
	return constant(v), nil
}

func parseDocumentExpression(v bson.RawValue, depth int) (Expression, error) {
	var names []string
	var parts []Expression
	for key, part := range keys.Elements(v.Value) {
		name := string(key)
		if strings.HasPrefix(name, "$") {
			op, ok := expressions[name]
			if !ok || len(value.Elements(v)) > 1 {
				return nil, wire.Errorf(invalidExpression, "Unrecognized expression '%s'", name)
			}
			return op.Parse(part, depth+1)
		}
		e, err := Parse(part, depth+1)
		if err != nil {
			return nil, err
		}
		names, parts = append(names, name), append(parts, e)
	}
	return func(x *Evaluation) bson.RawValue {
		b := value.NewBuilder()
		for i, part := range parts {
			b.Add(names[i], part(x))
		}
		return x.take(b.Document())
	}, nil
}

func parseArrayExpression(v bson.RawValue, depth int) (Expression, error) {
	var parts []Expression
	for _, part := range keys.Elements(v.Value) {
		e, err := Parse(part, depth+1)
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
	}
	return func(x *Evaluation) bson.RawValue {
		values := make([]bson.RawValue, len(parts))
		for i, part := range parts {
			values[i] = part(x)
		}
		return x.take(value.Array(values))
	}, nil
}

// parseFieldPath reads "$a.b". The variables $$ROOT and $$CURRENT are both the document.
func parseFieldPath(text string) (Expression, error) {
	path := text[1:]
	if variable, ok := strings.CutPrefix(path, "$"); ok {
		name, rest, dotted := strings.Cut(variable, ".")
		if name != "ROOT" && name != "CURRENT" {
			return nil, wire.Errorf(wire.Code{Number: 17276, Name: "Location17276"}, "Use of undefined variable: %s", name)
		}
		if !dotted {
			return func(x *Evaluation) bson.RawValue { return x.take(value.Document(x.Doc)) }, nil
		}
		path = rest
	}
	parts, err := value.FieldPath(path)
	if err != nil {
		return nil, err
	}
	first, rest := parts[0], parts[1:]
	return func(x *Evaluation) bson.RawValue {
		if x.Exhausted() {
			return bson.RawValue{}
		}
		v := keys.Lookup(x.Doc, first)
		if len(rest) > 0 {
			v = resolve(v, rest)
		}
		return x.take(v)
	}, nil
}

// resolve follows a field path the way expressions do, which is not the way of filters: an array gives the array of what
// those of its elements give that are documents, and numbers are names.
func resolve(v bson.RawValue, path []string) bson.RawValue {
	if len(path) == 0 {
		return v
	}
	if value.IsDocument(v) {
		return resolve(keys.Lookup(v.Value, path[0]), path[1:])
	}
	if !value.IsArray(v) {
		return bson.RawValue{}
	}
	found := []bson.RawValue{}
	for _, element := range keys.Elements(v.Value) {
		if !value.IsDocument(element) {
			continue
		}
		if inner := resolve(element, path); inner.Type != 0 {
			found = append(found, inner)
		}
	}
	return value.Array(found)
}

// MaxMemory is what $sort and $group may each hold, and how large a document may be between two stages, in bytes.
// Source: MongoDB manual, "Aggregation Pipeline Limits".
const MaxMemory = 100 << 20

package query

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/wire"
)

// An expression computes a value from a document; missing is the zero RawValue.
type expression func(*evaluation) bson.RawValue

// An evaluation computes values of one document. A few bytes of expressions may name a field many times, so what they take
// is counted.
type evaluation struct {
	doc   []byte
	taken int
}

// exhausted reports whether it has taken so much that it gives nothing more.
func (x *evaluation) exhausted() bool { return x.taken > maxMemory }

// take counts v. When too much is taken it is missing.
func (x *evaluation) take(v bson.RawValue) bson.RawValue {
	if x.taken += len(v.Value) + 1; x.exhausted() {
		return bson.RawValue{}
	}
	return v
}

// err is the reason why the values are not to be used, if there is one.
func (x *evaluation) err() error {
	if x.exhausted() {
		return tooLarge
	}
	return nil
}

var tooLarge = wire.Errorf(wire.BSONObjectTooLarge, "the expressions make more than %d bytes of one document", maxMemory)

// expressions parse the operand of {$name: operand}.
var expressions table[func(v bson.RawValue, depth int) (expression, error)]

func newExpressions() table[func(v bson.RawValue, depth int) (expression, error)] {
	return table[func(v bson.RawValue, depth int) (expression, error)]{
		"$literal": {"Gives its operand as it stands, dollar signs and all.", func(v bson.RawValue, _ int) (expression, error) { return constant(v), nil }},
	}
}

// invalidExpression is MongoDB's code for an expression that is not known.
var invalidExpression = wire.Code{Number: 168, Name: "InvalidPipelineOperator"}

func constant(v bson.RawValue) expression {
	return func(x *evaluation) bson.RawValue { return x.take(v) }
}

// parseExpression reads a field path ("$a.b", "$$ROOT", "$$CURRENT.a"), an expression, a literal, or a document or an
// array of those.
func parseExpression(v bson.RawValue, depth int) (expression, error) {
	if depth > maxDepth {
		return nil, wire.Errorf(wire.BadValue, "the expression is nested deeper than %d levels", maxDepth)
	}
	if text, ok := stringOf(v); ok && strings.HasPrefix(text, "$") {
		return parseFieldPath(text)
	}
	switch {
	case isDocument(v):
		return parseDocumentExpression(v, depth)
	case isArray(v):
		return parseArrayExpression(v, depth)
	}
	return constant(v), nil
}

func parseDocumentExpression(v bson.RawValue, depth int) (expression, error) {
	var names []string
	var parts []expression
	for key, part := range keys.Elements(v.Value) {
		name := string(key)
		if strings.HasPrefix(name, "$") {
			op, ok := expressions[name]
			if !ok || len(elements(v)) > 1 {
				return nil, wire.Errorf(invalidExpression, "Unrecognized expression '%s'", name)
			}
			return op.parse(part, depth+1)
		}
		e, err := parseExpression(part, depth+1)
		if err != nil {
			return nil, err
		}
		names, parts = append(names, name), append(parts, e)
	}
	return func(x *evaluation) bson.RawValue {
		b := newBuilder()
		for i, part := range parts {
			b.add(names[i], part(x))
		}
		return x.take(b.document())
	}, nil
}

func parseArrayExpression(v bson.RawValue, depth int) (expression, error) {
	var parts []expression
	for _, part := range keys.Elements(v.Value) {
		e, err := parseExpression(part, depth+1)
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
	}
	return func(x *evaluation) bson.RawValue {
		values := make([]bson.RawValue, len(parts))
		for i, part := range parts {
			values[i] = part(x)
		}
		return x.take(arrayValue(values))
	}, nil
}

// parseFieldPath reads "$a.b". The variables $$ROOT and $$CURRENT are both the document.
func parseFieldPath(text string) (expression, error) {
	path := text[1:]
	if variable, ok := strings.CutPrefix(path, "$"); ok {
		name, rest, dotted := strings.Cut(variable, ".")
		if name != "ROOT" && name != "CURRENT" {
			return nil, wire.Errorf(wire.Code{Number: 17276, Name: "Location17276"}, "Use of undefined variable: %s", name)
		}
		if !dotted {
			return func(x *evaluation) bson.RawValue { return x.take(documentValue(x.doc)) }, nil
		}
		path = rest
	}
	parts, err := fieldParts(path)
	if err != nil {
		return nil, err
	}
	first, rest := parts[0], parts[1:]
	return func(x *evaluation) bson.RawValue {
		if x.exhausted() {
			return bson.RawValue{}
		}
		v := keys.Lookup(x.doc, first)
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
	if isDocument(v) {
		return resolve(keys.Lookup(v.Value, path[0]), path[1:])
	}
	if !isArray(v) {
		return bson.RawValue{}
	}
	found := []bson.RawValue{}
	for _, element := range keys.Elements(v.Value) {
		if !isDocument(element) {
			continue
		}
		if inner := resolve(element, path); inner.Type != 0 {
			found = append(found, inner)
		}
	}
	return arrayValue(found)
}

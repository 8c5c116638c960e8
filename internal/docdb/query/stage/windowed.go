package stage

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Windows sorts documents, in parts by a key if there is one, and adds fields to each that are computed from its neighbours:
// $setWindowFields.
type Windows struct {
	named
	by     *keys.Collation
	part   expression.Expression // nil: all documents are one part
	order  order.Sort
	fields []windowField
}

// windowField is a field that is added, and what computes it.
type windowField struct {
	path []string
	of   windowFunction
}

// A windowFunction computes a field of all documents of a part, which are in order. Missing values add nothing.
type windowFunction interface {
	compute(p *part) ([]bson.RawValue, error)
	inputs() []expression.Expression
}

func parseWindows(p *expression.Parser, n named) (Stage, error) {
	doc := n.spec.Value
	if !value.IsDocument(n.spec) {
		return nil, wire.Errorf(wire.FailedToParse, "the $setWindowFields stage specification must be an object, found %s", value.TypeName(n.spec))
	}
	if err := knownFields("$setWindowFields", wire.UnknownField, doc, "partitionBy", "sortBy", "output"); err != nil {
		return nil, err
	}
	w := Windows{named: n, by: p.Collation}
	var err error
	if by := keys.Lookup(doc, "partitionBy"); by.Type != 0 {
		if w.part, err = expression.Parse(p, by); err != nil {
			return nil, err
		}
	}
	if by := keys.Lookup(doc, "sortBy"); by.Type != 0 {
		if !value.IsDocument(by) {
			return nil, wire.Errorf(wire.TypeMismatch, "BSON field '$setWindowFields.sortBy' is the wrong type '%s', expected type 'object'", value.TypeName(by))
		}
		if w.order, err = order.Parse(p.Collation, by.Value); err != nil {
			return nil, err
		}
	}
	output := keys.Lookup(doc, "output")
	if !value.IsDocument(output) {
		return nil, wire.Errorf(wire.MissingField, "BSON field '$setWindowFields.output' is missing but a required field")
	}
	for key, v := range keys.Elements(output.Value) {
		path, err := value.FieldPath(string(key))
		if err != nil {
			return nil, err
		}
		of, err := parseWindowFunction(p, w.order, v)
		if err != nil {
			return nil, err
		}
		w.fields = append(w.fields, windowField{path, of})
	}
	return w, nil
}

// parseWindowFunction reads {$function: operand, window: {...}}.
func parseWindowFunction(p *expression.Parser, by order.Sort, spec bson.RawValue) (windowFunction, error) {
	if !value.IsDocument(spec) {
		return nil, wire.Errorf(wire.FailedToParse, "The field of $setWindowFields must be an object with a window function, found %s", value.TypeName(spec))
	}
	name, operand := "", bson.RawValue{}
	for key, v := range keys.Elements(spec.Value) {
		switch text := string(key); {
		case text == "window":
		case strings.HasPrefix(text, "$") && name == "":
			name, operand = text, v
		default:
			return nil, wire.Errorf(wire.FailedToParse, "Window function found an unknown argument: %s", text)
		}
	}
	if name == "" {
		return nil, wire.Errorf(wire.FailedToParse, "Expected a $-prefixed window function")
	}
	window := keys.Lookup(spec.Value, "window")
	if definition, ok := windowFunctions[name]; ok {
		return definition.Parse(windowSpec{p, name, operand, window, by})
	}
	definition, ok := accumulators[name]
	if why, known := expression.Refused[name]; known {
		return nil, why.Error(name)
	}
	if !ok {
		return nil, wire.Errorf(wire.FailedToParse, "Unrecognized window function, %s", name)
	}
	bounds, err := parseBounds(p, by, window)
	if err != nil {
		return nil, err
	}
	collected, err := definition.Parse(p, name, operand)
	return windowed{bounds, collected}, err
}

func (w Windows) Needs(out Needs) Needs {
	if w.part != nil {
		out = out.and(needsOf(w.part))
	}
	for _, f := range w.order {
		out.Paths = append(out.Paths[:len(out.Paths):len(out.Paths)], f.Path)
	}
	for _, f := range w.fields {
		for _, e := range f.of.inputs() {
			out = out.and(needsOf(e))
		}
	}
	return out
}

package stage

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Fill gives fields a value where they are null or missing: by what stands before and behind them, and then by expressions.
type Fill struct {
	named
	inner *Pipeline // $setWindowFields and $addFields
}

// fillMethods are the window functions that fill.
var fillMethods = map[string]string{"linear": "$linearFill", "locf": "$locf"}

func parseFill(p *expression.Parser, n named) (Stage, error) {
	doc := n.spec.Value
	if !value.IsDocument(n.spec) {
		return nil, wire.Errorf(wire.FailedToParse, "The $fill stage specification must be an object, found %s", value.TypeName(n.spec))
	}
	if err := knownFields("$fill", wire.UnknownField, doc, "partitionBy", "partitionByFields", "sortBy", "output"); err != nil {
		return nil, err
	}
	output := keys.Lookup(doc, "output")
	if !value.IsDocument(output) || len(output.Value) == len(value.EmptyDoc) {
		return nil, wire.Errorf(wire.MissingField, "BSON field '$fill.output' is missing but a required field, an object that is not empty")
	}
	windows, sets := value.NewBuilder(), value.NewBuilder()
	some := map[string]bool{}
	for key, v := range keys.Elements(output.Value) {
		kind, err := fillField(string(key), v, windows, sets)
		if err != nil {
			return nil, err
		}
		some[kind] = true
	}
	f := Fill{named: n, inner: &Pipeline{}}
	if some["method"] {
		if err := f.addWindows(p, doc, windows.Document()); err != nil {
			return nil, err
		}
	}
	if some["value"] {
		s, err := parseAddFields(p, named{"$addFields", sets.Document()})
		if err != nil {
			return nil, err
		}
		f.inner.stages = append(f.inner.stages, s)
	}
	return f, nil
}

// fillField reads {value: expression} or {method: name}.
func fillField(name string, v bson.RawValue, windows, sets *value.Builder) (kind string, err error) {
	kind, _ = value.FirstName(v)
	if !value.IsDocument(v) || len(value.Elements(v)) != 1 || kind != "value" && kind != "method" {
		return "", wire.Errorf(located(6050204), "the output of $fill for '%s' must have either a 'value' or a 'method'", name)
	}
	is := keys.Lookup(v.Value, kind)
	if kind == "value" {
		sets.Add(name, one("$ifNull", value.Array([]bson.RawValue{value.String("$" + name), is})))
		return kind, nil
	}
	method, _ := value.Text(is)
	function, ok := fillMethods[method]
	if !ok {
		return "", wire.Errorf(located(6050202), "Method must be either 'locf' or 'linear', not %v", is)
	}
	windows.Add(name, one(function, value.String("$"+name)))
	return kind, nil
}

func (f *Fill) addWindows(p *expression.Parser, doc []byte, output bson.RawValue) error {
	by, fields, sort := keys.Lookup(doc, "partitionBy"), keys.Lookup(doc, "partitionByFields"), keys.Lookup(doc, "sortBy")
	switch {
	case sort.Type == 0:
		return wire.Errorf(located(6050203), "sortBy required when output field contains a 'method'.")
	case by.Type != 0 && fields.Type != 0:
		return wire.Errorf(located(6050200), "$fill takes either 'partitionBy' or 'partitionByFields'")
	case fields.Type != 0 && !value.IsArray(fields):
		return wire.Errorf(wire.TypeMismatch, "BSON field '$fill.partitionByFields' is the wrong type '%s', expected type 'array'", value.TypeName(fields))
	}
	if fields.Type != 0 {
		paths := value.NewBuilder()
		for i, v := range value.Elements(fields) {
			text, _ := value.Text(v)
			if !value.ValidPath(text) {
				return wire.Errorf(wire.FailedToParse, "$fill's 'partitionByFields' must be paths of fields, but one is %v", v)
			}
			paths.Add(fmt.Sprintf("p%d", i), value.String("$"+text))
		}
		by = paths.Document()
	}
	spec := value.NewBuilder()
	spec.Add("partitionBy", by)
	spec.Add("sortBy", sort)
	spec.Add("output", output)
	s, err := parseWindows(p, named{"$setWindowFields", spec.Document()})
	f.inner.stages = append(f.inner.stages, s)
	return err
}

func (f Fill) Stream(in value.Documents, r *Run) value.Documents { return f.inner.Run(r, in) }

func (Fill) Needs(Needs) Needs { return everything }

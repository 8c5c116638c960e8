package stage

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// Densify makes documents where a sequence of numbers or dates has gaps.
type Densify struct {
	named
	by        *keys.Collation
	path      []string
	field     string
	parts     [][]string
	step      bson.RawValue
	unit      *expression.Unit // of dates
	low, high bson.RawValue    // missing: the bounds are those of the documents
	whole     bool             // of all documents, not of those of the part
}

// maxDensified is how many documents one stage makes at most. Source: MongoDB's internalQueryMaxAllowedDensifyDocs.
const maxDensified = 500_000

func parseDensify(p *expression.Parser, n named) (Stage, error) {
	doc := n.spec.Value
	if !value.IsDocument(n.spec) {
		return nil, wire.Errorf(wire.FailedToParse, "The $densify stage specification must be an object, found %s", value.TypeName(n.spec))
	}
	if err := knownFields("$densify", wire.UnknownField, doc, "field", "partitionByFields", "range"); err != nil {
		return nil, err
	}
	d := Densify{named: n, by: p.Collation}
	var err error
	d.field, _ = value.Text(keys.Lookup(doc, "field"))
	if d.path, err = value.FieldPath(d.field); err != nil || d.field == "" {
		return nil, wire.Errorf(wire.FailedToParse, "$densify's 'field' must be a path of fields")
	}
	for _, v := range value.Elements(keys.Lookup(doc, "partitionByFields")) {
		text, _ := value.Text(v)
		path, err := value.FieldPath(text)
		switch {
		case err != nil || text == "":
			return nil, wire.Errorf(wire.FailedToParse, "$densify's 'partitionByFields' must be paths of fields")
		case overlap(text, d.field):
			return nil, wire.Errorf(located(8993000), "BSON field 'field' and an element of 'partitionByFields' must not be part of one another")
		}
		d.parts = append(d.parts, path)
	}
	return d, d.parseRange(p, keys.Lookup(doc, "range"))
}

func (d *Densify) parseRange(p *expression.Parser, spec bson.RawValue) error {
	if !value.IsDocument(spec) {
		return wire.Errorf(wire.MissingField, "BSON field '$densify.range' is missing but a required field")
	}
	if err := knownFields("range", wire.UnknownField, spec.Value, "step", "unit", "bounds"); err != nil {
		return err
	}
	step, unit, bounds := keys.Lookup(spec.Value, "step"), keys.Lookup(spec.Value, "unit"), keys.Lookup(spec.Value, "bounds")
	if !step.IsNumber() || keys.Compare(step, value.Int32(0)) <= 0 {
		return wire.Errorf(located(5733401), "the step parameter in a range statement must be a strictly positive numeric value")
	}
	d.step = step
	if text, ok := value.Text(unit); ok {
		u, err := expression.ParseUnit(text)
		if err != nil {
			return err
		}
		if _, whole := value.Whole(step); !whole {
			return wire.Errorf(located(6586400), "The step parameter in a range statement must be a whole number when densifying a date range")
		}
		d.unit = &u
	} else if unit.Type != 0 {
		return wire.Errorf(located(6586402), "the unit parameter must be a string")
	}
	if text, ok := value.Text(bounds); ok {
		d.whole = text == "full"
		if text != "full" && text != "partition" {
			return wire.Errorf(located(5946802), "the bounds of a range must be 'full', 'partition' or an array")
		}
		return nil
	}
	ends := value.Elements(bounds)
	if !value.IsArray(bounds) || len(ends) != 2 {
		return wire.Errorf(located(5733403), "a bounding array in a range statement must have exactly two elements")
	}
	for i, to := range []*bson.RawValue{&d.low, &d.high} {
		v, err := constantOf(p, ends[i], 5733404, "bounds of $densify")
		if err != nil {
			return err
		}
		*to = v
	}
	switch {
	case d.check(d.low) != nil || d.check(d.high) != nil:
		return wire.Errorf(located(5733402), "a bounding array must contain either both dates, with a unit, or both numeric types")
	case keys.Compare(d.low, d.high) > 0:
		return wire.Errorf(located(5733405), "the first element of a bounding array must not be greater than the second")
	}
	return nil
}

// check refuses values that are not what is counted by.
func (d *Densify) check(v bson.RawValue) error {
	switch {
	case d.unit != nil && v.Type != bson.TypeDateTime:
		return wire.Errorf(located(6053600), "$densify field type must be date with a step that has a date unit, but is %s", value.TypeName(v))
	case d.unit == nil && !v.IsNumber():
		return wire.Errorf(located(5733201), "$densify field type must be numeric with a step that has no unit, but is %s", value.TypeName(v))
	}
	return nil
}

// at is the n-th value from a first one; ok is false beyond the range of dates.
func (d *Densify) at(first bson.RawValue, n int64) (v bson.RawValue, ok bool) {
	if d.unit != nil {
		step, _ := value.Whole(d.step)
		t, ok := d.unit.Add(time.UnixMilli(first.DateTime()).UTC(), n*step)
		return value.Date(t), ok
	}
	way, ok := value.Multiply(d.step, value.Narrow(n))
	if !ok {
		return v, false
	}
	return sumOf(first, way), true
}

package expression

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

func newConditionals() value.Table[parsing] {
	return value.Table[parsing]{
		"$cond":   {Summary: "Returns one of two values, by a condition.", Parse: parseCond},
		"$switch": {Summary: "Returns the value of the first branch whose condition is true.", Parse: parseSwitch},
		"$ifNull": {Summary: "Returns the first value that is neither missing nor null, else the last.", Parse: parseIfNull},
	}
}

// choice gives the value behind the first condition that is true, else the last one.
type choice struct {
	cases, values []Expression
	last          Expression // nil: there must be a case
}

func (c choice) Inputs() []Expression {
	all := append(c.cases[:len(c.cases):len(c.cases)], c.values...)
	if c.last != nil {
		all = append(all, c.last)
	}
	return all
}

func (c choice) Value(x *Evaluation) bson.RawValue {
	for i, condition := range c.cases {
		if value.Truthy(condition.Value(x)) {
			return c.values[i].Value(x)
		}
	}
	switch {
	case x.err != nil:
		return bson.RawValue{}
	case c.last == nil:
		return x.fail(40066, "$switch could not find a matching branch for an input, and no default was specified.")
	}
	return c.last.Value(x)
}

// parseCond reads [if, then, else] or {if, then, else}.
func parseCond(p *Parser, name string, operand bson.RawValue) (Expression, error) {
	parts, err := parseOperands(p, operand)
	if value.IsDocument(operand) {
		parts, err = parseFields(p, name, operand, 17083, part{"if", 17080}, part{"then", 17081}, part{"else", 17082})
	} else if err == nil && len(parts) != 3 {
		err = wire.Errorf(location(16020), "Expression $cond takes exactly 3 arguments. %d were passed in.", len(parts))
	}
	if err != nil {
		return nil, err
	}
	return choice{parts[:1], parts[1:2], parts[2]}, nil
}

// part is a field that an operator's document must have, and the code of the error if it has not; 0: it may lack.
type part struct {
	name    string
	missing int32
}

// parseFields reads the fields of an operator's document, in the order of the fields that are known; nil for one that it
// lacks.
func parseFields(p *Parser, name string, operand bson.RawValue, unknown int32, known ...part) ([]Expression, error) {
	for key := range keys.Elements(operand.Value) {
		if !slices.ContainsFunc(known, func(f part) bool { return f.name == string(key) }) {
			return nil, wire.Errorf(location(unknown), "Unrecognized parameter to %s: %s", name, key)
		}
	}
	parts := make([]Expression, len(known))
	for i, f := range known {
		v := keys.Lookup(operand.Value, f.name)
		if v.Type == 0 {
			if f.missing != 0 {
				return nil, wire.Errorf(location(f.missing), "Missing '%s' parameter to %s", f.name, name)
			}
			continue
		}
		var err error
		if parts[i], err = Parse(p, v); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

func parseSwitch(p *Parser, name string, operand bson.RawValue) (Expression, error) {
	if !value.IsDocument(operand) {
		return nil, wire.Errorf(location(40060), "$switch requires an object as an argument, found: %s", value.TypeName(operand))
	}
	var c choice
	for key, v := range keys.Elements(operand.Value) {
		var err error
		switch string(key) {
		case "branches":
			err = c.parseBranches(p, name, v)
		case "default":
			c.last, err = Parse(p, v)
		default:
			err = wire.Errorf(location(40067), "$switch found an unknown argument: %s", key)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(c.cases) == 0 {
		return nil, wire.Errorf(location(40068), "$switch requires at least one branch.")
	}
	return c, nil
}

func (c *choice) parseBranches(p *Parser, name string, list bson.RawValue) error {
	if !value.IsArray(list) {
		return wire.Errorf(location(40061), "$switch expected an array for 'branches', found: %s", value.TypeName(list))
	}
	for _, v := range keys.Elements(list.Value) {
		if !value.IsDocument(v) {
			return wire.Errorf(location(40062), "$switch expected each branch to be an object, found: %s", value.TypeName(v))
		}
		parts, err := parseFields(p, name, v, 40063, part{"case", 40064}, part{"then", 40065})
		if err != nil {
			return err
		}
		c.cases, c.values = append(c.cases, parts[0]), append(c.values, parts[1])
	}
	return nil
}

// firstThere gives the first of its parts that is there and not null, else the last.
type firstThere []Expression

func parseIfNull(p *Parser, _ string, operand bson.RawValue) (Expression, error) {
	parts, err := parseOperands(p, operand)
	if err == nil && len(parts) < 2 {
		err = wire.Errorf(location(1257300), "$ifNull needs at least two arguments, had: %d", len(parts))
	}
	return firstThere(parts), err
}

func (f firstThere) Inputs() []Expression { return f }

func (f firstThere) Value(x *Evaluation) (v bson.RawValue) {
	for _, part := range f {
		if v = part.Value(x); !absent(v) || x.err != nil {
			break
		}
	}
	return v
}

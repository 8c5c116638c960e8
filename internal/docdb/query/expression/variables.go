package expression

import (
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

func newVariables() value.Table[parsing] {
	return value.Table[parsing]{
		"$let":    {Summary: "Evaluates an expression with variables.", Parse: parseLet},
		"$map":    {Summary: "Applies an expression to each element of an array.", Parse: parseMap},
		"$filter": {Summary: "Returns an array of the elements for which a condition is true.", Parse: parseFilter},
		"$reduce": {Summary: "Combines an array's elements into one value, one after another.", Parse: parseReduce},
	}
}

// let computes the values of variables, then an expression that knows them.
type let struct {
	slots  []Slot
	values []Expression
	in     Expression
}

func parseLet(p *Parser, _ string, operand bson.RawValue) (Expression, error) {
	if !value.IsDocument(operand) {
		return nil, wire.Errorf(location(16874), "$let only supports an object as its argument")
	}
	for key := range keys.Elements(operand.Value) {
		if name := string(key); name != "vars" && name != "in" {
			return nil, wire.Errorf(location(16875), "Unrecognized parameter to $let: %s", name)
		}
	}
	vars, in := keys.Lookup(operand.Value, "vars"), keys.Lookup(operand.Value, "in")
	switch {
	case vars.Type == 0:
		return nil, wire.Errorf(location(16876), "Missing 'vars' parameter to $let")
	case in.Type == 0:
		return nil, wire.Errorf(location(16877), "Missing 'in' parameter to $let")
	case !value.IsDocument(vars):
		return nil, wire.Errorf(location(10065), "invalid parameter: expected an object (vars)")
	}
	var l let
	for key, v := range keys.Elements(vars.Value) {
		if err := checkName(string(key)); err != nil {
			return nil, err
		}
		e, err := Parse(p, v)
		if err != nil {
			return nil, err
		}
		l.values = append(l.values, e)
	}
	for key := range keys.Elements(vars.Value) {
		slot, undo := p.Let(string(key))
		defer undo()
		l.slots = append(l.slots, slot)
	}
	var err error
	l.in, err = Parse(p, in)
	return l, err
}

func (l let) Inputs() []Expression { return append(l.values[:len(l.values):len(l.values)], l.in) }

func (l let) Value(x *Evaluation) bson.RawValue {
	for i, e := range l.values { // none of them knows the others
		x.Set(l.slots[i], e.Value(x))
	}
	return l.in.Value(x)
}

// each goes through the elements of an array, each of which a variable holds in turn.
type each struct {
	input, body Expression
	element     Slot
	most        Expression // of $filter: how many elements at most; nil: all
}

// parseEach reads {input, as, and a body under another name}.
func parseEach(p *Parser, name string, operand bson.RawValue, body string, codes [4]int32, more ...string) (e each, err error) {
	if !value.IsDocument(operand) {
		return e, wire.Errorf(location(codes[0]), "%s only supports an object as its argument", name)
	}
	known := append([]string{"input", "as", body}, more...)
	for key := range keys.Elements(operand.Value) {
		if !slices.Contains(known, string(key)) {
			return e, wire.Errorf(location(codes[1]), "Unrecognized parameter to %s: %s", name, key)
		}
	}
	input, as, in := keys.Lookup(operand.Value, "input"), keys.Lookup(operand.Value, "as"), keys.Lookup(operand.Value, body)
	if input.Type == 0 {
		return e, wire.Errorf(location(codes[2]), "Missing 'input' parameter to %s", name)
	}
	if in.Type == 0 {
		return e, wire.Errorf(location(codes[3]), "Missing '%s' parameter to %s", body, name)
	}
	variable := "this"
	if as.Type != 0 {
		variable, _ = value.Text(as)
		if err := checkName(variable); err != nil {
			return e, err
		}
	}
	if e.input, err = Parse(p, input); err != nil {
		return e, err
	}
	slot, undo := p.Let(variable)
	defer undo()
	e.element = slot
	e.body, err = Parse(p, in)
	return e, err
}

func (e each) Inputs() []Expression {
	all := []Expression{e.input, e.body}
	if e.most != nil {
		all = append(all, e.most)
	}
	return all
}

// over computes the body for each element until visit returns false. What is null or missing has no elements, and there is
// no result then.
func (e each) over(x *Evaluation, code int32, name string, visit func(element, v bson.RawValue) bool) (some bool) {
	input := e.input.Value(x)
	switch {
	case absent(input):
		return false
	case !value.IsArray(input):
		x.fail(code, "input to %s must be an array not %s", name, value.TypeName(input))
		return false
	}
	for _, element := range keys.Elements(input.Value) {
		x.Set(e.element, element)
		if v := e.body.Value(x); x.err != nil || !visit(element, v) {
			break
		}
	}
	return x.err == nil
}

type mapped struct{ each }

func parseMap(p *Parser, name string, operand bson.RawValue) (Expression, error) {
	e, err := parseEach(p, name, operand, "in", [4]int32{16878, 16879, 16880, 16882})
	return mapped{e}, err
}

func (m mapped) Value(x *Evaluation) bson.RawValue {
	list := []bson.RawValue{}
	if !m.over(x, 16883, "$map", func(_, v bson.RawValue) bool {
		list = append(list, v)
		return true
	}) {
		return value.Null
	}
	return x.value(value.Array(list))
}

type filtered struct{ each }

func parseFilter(p *Parser, name string, operand bson.RawValue) (Expression, error) {
	e, err := parseEach(p, name, operand, "cond", [4]int32{28646, 28647, 28648, 28650}, "limit")
	if limit := keys.Lookup(operand.Value, "limit"); err == nil && limit.Type != 0 {
		e.most, err = Parse(p, limit)
	}
	return filtered{e}, err
}

func (f filtered) Value(x *Evaluation) bson.RawValue {
	most := int64(-1)
	if f.most != nil {
		v := f.most.Value(x)
		n, ok := value.Whole(v)
		switch {
		case absent(v):
		case !ok || n < math.MinInt32 || n > math.MaxInt32:
			return x.fail(327391, "$filter: limit must be represented as a 32-bit integral value")
		case n < 1:
			return x.fail(327392, "$filter: limit must be greater than 0")
		default:
			most = n
		}
	}
	list := []bson.RawValue{}
	if !f.over(x, 28651, "$filter", func(element, v bson.RawValue) bool {
		if value.Truthy(v) {
			list = append(list, element)
		}
		return int64(len(list)) != most
	}) {
		return value.Null
	}
	return x.value(value.Array(list))
}

// reduced has what has been made so far in a variable.
type reduced struct {
	input, initial, in Expression
	element, sofar     Slot
}

func parseReduce(p *Parser, name string, operand bson.RawValue) (Expression, error) {
	if !value.IsDocument(operand) {
		return nil, wire.Errorf(location(40075), "$reduce requires an object as an argument, found: %s", value.TypeName(operand))
	}
	for key := range keys.Elements(operand.Value) {
		if n := string(key); n != "input" && n != "initialValue" && n != "in" {
			return nil, wire.Errorf(location(40076), "$reduce found an unknown argument: %s", n)
		}
	}
	var r reduced
	var err error
	read := func(name string, code int32) (e Expression) {
		v := keys.Lookup(operand.Value, name)
		switch {
		case err != nil:
		case v.Type == 0:
			err = wire.Errorf(location(code), "$reduce requires '%s' to be specified", name)
		default:
			e, err = Parse(p, v)
		}
		return e
	}
	r.input, r.initial = read("input", 40077), read("initialValue", 40078)
	element, undo := p.Let("this")
	defer undo()
	sofar, undo := p.Let("value")
	defer undo()
	r.element, r.sofar = element, sofar
	r.in = read("in", 40079)
	return r, err
}

func (r reduced) Inputs() []Expression { return []Expression{r.input, r.initial, r.in} }

func (r reduced) Value(x *Evaluation) bson.RawValue {
	input := r.input.Value(x)
	switch {
	case absent(input):
		return value.Null
	case !value.IsArray(input):
		return x.fail(40080, "$reduce requires that 'input' be an array, found: %s", value.TypeName(input))
	}
	total := r.initial.Value(x)
	for _, element := range keys.Elements(input.Value) {
		x.Set(r.element, element)
		x.Set(r.sofar, total)
		if total = r.in.Value(x); x.err != nil {
			break
		}
	}
	return total
}

package expression

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// parsing reads the operand of {$name: operand}.
type parsing func(p *Parser, name string, operand bson.RawValue) (Expression, error)

// A rule computes an operator's value from those of its operands. They last until it returns.
type rule func(x *Evaluation, args []bson.RawValue) bson.RawValue

// call is an operator whose operands are all computed before it.
type call struct {
	args []Expression
	rule rule
}

func (c *call) Inputs() []Expression { return c.args }

func (c *call) Value(x *Evaluation) bson.RawValue {
	base := len(x.stack)
	for _, arg := range c.args {
		v := x.Of(arg) // which may grow the stack
		x.stack = append(x.stack, *v)
	}
	var result bson.RawValue
	if x.err == nil {
		result = c.rule(x, x.stack[base:])
	}
	x.stack = x.stack[:base]
	return x.value(result)
}

// exactly reads n operands: an array of so many, or the one itself.
func exactly(n int, rule rule) parsing {
	return func(p *Parser, name string, operand bson.RawValue) (Expression, error) {
		args, err := parseOperands(p, operand)
		if err == nil && len(args) != n {
			err = wire.Errorf(location(16020), "Expression %s takes exactly %d arguments. %d were passed in.", name, n, len(args))
		}
		if err != nil {
			return nil, err
		}
		return p.fold(&call{args, rule}), nil
	}
}

// between reads least operands or more, but not more than most.
func between(least, most int, rule rule) parsing {
	return func(p *Parser, name string, operand bson.RawValue) (Expression, error) {
		args, err := parseOperands(p, operand)
		if err == nil && (len(args) < least || len(args) > most) {
			err = wire.Errorf(location(28667), "Expression %s takes at least %d arguments, and at most %d, but %d were passed in.", name, least, most, len(args))
		}
		if err != nil {
			return nil, err
		}
		return p.fold(&call{args, rule}), nil
	}
}

// anyNumber reads operands, however many there are.
func anyNumber(rule rule) parsing {
	return func(p *Parser, _ string, operand bson.RawValue) (Expression, error) {
		args, err := parseOperands(p, operand)
		if err != nil {
			return nil, err
		}
		return p.fold(&call{args, rule}), nil
	}
}

// maxFolded is how large a value may be that is computed once, in bytes.
const maxFolded = 4 << 10

// fold computes an expression once that is made of constants alone. One that fails does so when its value is asked for.
func (p *Parser) fold(e Expression) Expression {
	for _, input := range e.Inputs() {
		if _, ok := input.(*constant); !ok {
			return e
		}
	}
	x := &Evaluation{pace: p.pace}
	v := e.Value(x)
	if p.pace = x.pace; x.err != nil || len(v.Value) > maxFolded {
		return e
	}
	return &constant{value.Clone(v)}
}

func parseOperands(p *Parser, operand bson.RawValue) ([]Expression, error) {
	if !value.IsArray(operand) {
		e, err := Parse(p, operand)
		return []Expression{e}, err
	}
	return parseList(p, operand)
}

// fail ends the evaluation with an error of a numbered location.
func (x *Evaluation) fail(number int32, format string, args ...any) bson.RawValue {
	return x.Fail(wire.Errorf(location(number), format, args...))
}

func location(number int32) wire.Code {
	for _, known := range []wire.Code{wire.BadValue, wire.FailedToParse, wire.TypeMismatch, wire.Overflow, wire.NotImplemented, conversionFailure} {
		if known.Number == number {
			return known
		}
	}
	return wire.Code{Number: number, Name: fmt.Sprintf("Location%d", number)}
}

var conversionFailure = wire.Code{Number: 241, Name: "ConversionFailure"}

// absent reports whether v is null, undefined or missing, of which most operators make null.
func absent(v bson.RawValue) bool { return value.IsNull(v) || v.Type == bson.TypeUndefined }

func boolean(b bool) bson.RawValue { return value.Bool(b) }

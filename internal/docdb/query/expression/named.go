package expression

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// fields are the named operands of an operator that takes a document of them, and the codes of its errors.
type fields struct {
	noObject, unknown int32
	known             []part
}

// a rule of named operands has them in the order of the table's parts; one that was not given is missing.
type absentField struct{}

func (absentField) Value(*Evaluation) bson.RawValue { return bson.RawValue{} }
func (absentField) Inputs() []Expression            { return nil }

// parse reads the operands; one that was not given is absentField.
func (f fields) parse(p *Parser, name string, operand bson.RawValue) ([]Expression, error) {
	if !value.IsDocument(operand) {
		return nil, wire.Errorf(location(f.noObject), "%s expects an object of named arguments but found: %s", name, value.TypeName(operand))
	}
	parts, err := parseFields(p, name, operand, f.unknown, f.known...)
	for i, e := range parts {
		if e == nil {
			parts[i] = absentField{}
		}
	}
	return parts, err
}

// with is an operator of these operands.
func (f fields) with(rule rule) parsing {
	return func(p *Parser, name string, operand bson.RawValue) (Expression, error) {
		parts, err := f.parse(p, name, operand)
		if err != nil {
			return nil, err
		}
		return p.fold(&call{parts, rule}), nil
	}
}

// given reports whether an operand was given.
func given(e Expression) bool { return e != absentField{} }

// int32Of is a number that is whole and fits 32 bits. noNumber and noInt are the codes if it is not.
func int32Of(x *Evaluation, v bson.RawValue, what string, noNumber, noInt int32) int64 {
	if !v.IsNumber() {
		x.fail(noNumber, "%s must be a numeric value, but is of type: %s", what, value.TypeName(v))
		return 0
	}
	n, ok := value.Whole(v)
	if !ok || int64(int32(n)) != n {
		x.fail(noInt, "%s must be representable as a 32-bit integer: %v", what, v)
	}
	return n
}

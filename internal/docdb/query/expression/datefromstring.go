package expression

import (
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// attempt is an operator that may have a value for null and another for what it cannot convert. These are computed only when
// they are asked for.
type attempt struct {
	call
	convert         func(x *Evaluation, args []bson.RawValue) (bson.RawValue, error)
	onError, onNull Expression // absentField: none
}

func (a *attempt) Inputs() []Expression {
	return append(a.args[:len(a.args):len(a.args)], a.onError, a.onNull)
}

// newAttempt takes onError and onNull from the end of the operands. The first of them may be null.
func newAttempt(p *Parser, parts []Expression, convert func(x *Evaluation, args []bson.RawValue) (bson.RawValue, error)) Expression {
	n := len(parts) - 2
	a := &attempt{call: call{args: parts[:n]}, convert: convert, onError: parts[n], onNull: parts[n+1]}
	a.rule = a.try
	return p.fold(a)
}

func (a *attempt) try(x *Evaluation, args []bson.RawValue) bson.RawValue {
	if absent(args[0]) {
		if given(a.onNull) {
			return a.onNull.Value(x)
		}
		return value.Null
	}
	v, err := a.convert(x, args)
	known := (*wire.Error)(nil)
	switch {
	case x.err != nil:
		return bson.RawValue{}
	case err == nil:
		return v
	case given(a.onError) && errors.As(err, &known) && known.Code == conversionFailure.Number:
		return a.onError.Value(x)
	}
	return x.Fail(err)
}

var fromStringFields = fields{40540, 40541, []part{{"dateString", 40542}, {"format", 0}, {"timezone", 0}, {"onError", 0}, {"onNull", 0}}}

func parseDateFromString(p *Parser, name string, operand bson.RawValue) (Expression, error) {
	parts, err := fromStringFields.parse(p, name, operand)
	if err != nil {
		return nil, err
	}
	return newAttempt(p, parts, dateFromString), nil
}

func dateFromString(x *Evaluation, args []bson.RawValue) (bson.RawValue, error) {
	format, hasFormat := value.Text(args[1])
	if !hasFormat && !absent(args[1]) {
		return x.fail(40684, "$dateFromString requires that 'format' be a string, found: %s with value %v", value.TypeName(args[1]), args[1]), nil
	}
	text, isText := value.Text(args[0])
	if !isText {
		return bson.RawValue{}, wire.Errorf(conversionFailure, "$dateFromString requires that 'dateString' be a string, found: %s with value %v", value.TypeName(args[0]), args[0])
	}
	zone, ok := zoneOf(x, "$dateFromString", args[2])
	switch {
	case !ok || args[1].Type != 0 && absent(args[1]):
		return value.Null, nil
	case !x.Step(5 + len(format)>>2 + len(text)>>4):
		return bson.RawValue{}, nil
	}
	var t time.Time
	var err error
	inText := false
	if hasFormat {
		t, err = readDate(text, format, zone)
		inText = err == nil && zonedFormat(format)
	} else {
		t, inText, err = readPlain(text, zone)
	}
	if err == nil && inText && args[2].Type != 0 {
		err = wire.Errorf(conversionFailure, "you cannot pass in a date/time string with time zone information together with a timezone argument: '%s'", text)
	}
	if err != nil {
		return bson.RawValue{}, err
	}
	return value.Date(t), nil
}

// zonedFormat reports whether a format has a time zone in it.
func zonedFormat(format string) bool {
	for i := 0; i+1 < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		if i++; format[i] == 'z' || format[i] == 'Z' {
			return true
		}
	}
	return false
}

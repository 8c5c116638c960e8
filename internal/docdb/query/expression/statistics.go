package expression

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/accumulate"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

func newStatistics() value.Table[parsing] {
	return value.Table[parsing]{
		"$sum":        {Summary: "Adds up numbers, or those of an array.", Parse: overAll(func(*keys.Collation) accumulate.Accumulator { return accumulate.Sum() })},
		"$avg":        {Summary: "Averages numbers, or those of an array.", Parse: overAll(func(*keys.Collation) accumulate.Accumulator { return accumulate.Average() })},
		"$min":        {Summary: "Returns the least of several values, or of an array's.", Parse: overAll(accumulate.Least)},
		"$max":        {Summary: "Returns the greatest of several values, or of an array's.", Parse: overAll(accumulate.Greatest)},
		"$stdDevPop":  {Summary: "Returns the standard deviation of numbers, or of those of an array.", Parse: overAll(func(*keys.Collation) accumulate.Accumulator { return accumulate.StandardDeviation(false) })},
		"$stdDevSamp": {Summary: "Estimates the standard deviation from some numbers, or from those of an array.", Parse: overAll(func(*keys.Collation) accumulate.Accumulator { return accumulate.StandardDeviation(true) })},
		"$median":     {Summary: "Returns the median of numbers.", Parse: parsePercentile},
		"$percentile": {Summary: "Returns percentiles of numbers.", Parse: parsePercentile},
		"$firstN":     {Summary: "Returns the first elements of an array.", Parse: ofSeveral(func(_ *keys.Collation, n int64) accumulate.Accumulator { return accumulate.FirstN(n) })},
		"$lastN":      {Summary: "Returns the last elements of an array.", Parse: ofSeveral(func(_ *keys.Collation, n int64) accumulate.Accumulator { return accumulate.LastN(n) })},
		"$minN":       {Summary: "Returns the least elements of an array, the least first.", Parse: ofSeveral(accumulate.MinN)},
		"$maxN":       {Summary: "Returns the greatest elements of an array, the greatest first.", Parse: ofSeveral(accumulate.MaxN)},
	}
}

// overAll accumulates its operands; where there is one alone and it is an array, the elements of that.
func overAll(start func(*keys.Collation) accumulate.Accumulator) parsing {
	return func(p *Parser, name string, operand bson.RawValue) (Expression, error) {
		by := p.Collation
		return anyNumber(func(x *Evaluation, args []bson.RawValue) bson.RawValue {
			if len(args) == 1 && value.IsArray(args[0]) {
				args = value.Elements(args[0])
			}
			return accumulated(x, start(by), args)
		})(p, name, operand)
	}
}

func accumulated(x *Evaluation, a accumulate.Accumulator, values []bson.RawValue) bson.RawValue {
	for i := range values {
		if !x.Step(1) || !x.Take(a.Add(&values[i])) {
			return bson.RawValue{}
		}
	}
	return value.OrNull(a.Result())
}

// ofSeveral reads {n, input}.
func ofSeveral(start func(by *keys.Collation, n int64) accumulate.Accumulator) parsing {
	return func(p *Parser, name string, operand bson.RawValue) (Expression, error) {
		by := p.Collation
		known := fields{5787900, 5787901, []part{{"n", 5787906}, {"input", 5787907}}}
		return known.with(func(x *Evaluation, args []bson.RawValue) bson.RawValue {
			n, err := CountOf(args[0])
			switch {
			case err != nil:
				return x.Fail(err)
			case !value.IsArray(args[1]):
				return x.fail(5788200, "%s: input must be an array", name)
			}
			return accumulated(x, start(by, n), value.Elements(args[1]))
		})(p, name, operand)
	}
}

// CountOf reads the n of operators such as $firstN: a whole number above zero.
func CountOf(v bson.RawValue) (int64, error) {
	n, ok := value.Whole(v)
	switch {
	case !v.IsNumber():
		return 0, wire.Errorf(location(5787902), "Value for 'n' must be of integral type, but found %v", v)
	case !ok:
		return 0, wire.Errorf(location(5787903), "Value for 'n' must be of integral type, but found %v", v)
	case n <= 0:
		return 0, wire.Errorf(location(5787908), "'n' must be greater than 0, found %d", n)
	}
	return n, nil
}

// A Percentile is what $percentile and $median ask for.
type Percentile struct {
	Input  bson.RawValue
	Parts  []float64
	Method accumulate.Method
	One    bool // a number, not an array of them
}

// Start begins to accumulate.
func (p Percentile) Start() accumulate.Accumulator {
	return accumulate.Percentiles(p.Parts, p.Method, p.One)
}

var methods = map[string]accumulate.Method{"approximate": accumulate.Discrete, "discrete": accumulate.Discrete, "continuous": accumulate.Continuous}

// ParsePercentile reads {input, p, method} of $percentile, or {input, method} of $median.
func ParsePercentile(p *Parser, name string, operand bson.RawValue) (spec Percentile, err error) {
	spec.One = name == "$median"
	if !value.IsDocument(operand) {
		return spec, wire.Errorf(location(7436100), "specification must be an object; found %s :%v", name, operand)
	}
	for key := range keys.Elements(operand.Value) {
		if k := string(key); k != "input" && k != "method" && (k != "p" || spec.One) {
			return spec, wire.Errorf(wire.UnknownField, "BSON field '%s.%s' is an unknown field.", name, k)
		}
	}
	for _, field := range []string{"input", "method"} {
		if keys.Lookup(operand.Value, field).Type == 0 {
			return spec, wire.Errorf(wire.MissingField, "BSON field '%s.%s' is missing but a required field", name, field)
		}
	}
	spec.Input = keys.Lookup(operand.Value, "input")
	method, _ := value.Text(keys.Lookup(operand.Value, "method"))
	var ok bool
	if spec.Method, ok = methods[method]; !ok {
		return spec, wire.Errorf(wire.BadValue, "'%s' is no 'method' of %s: it must be 'approximate', 'discrete' or 'continuous'", method, name)
	}
	if spec.Parts = []float64{0.5}; !spec.One {
		spec.Parts, err = parseParts(p, keys.Lookup(operand.Value, "p"))
	}
	return spec, err
}

// parseParts reads an array of numbers from 0 to 1, which may be an expression that looks at no document.
func parseParts(p *Parser, v bson.RawValue) (parts []float64, err error) {
	if v.Type == 0 {
		return nil, wire.Errorf(wire.MissingField, "BSON field '$percentile.p' is missing but a required field")
	}
	e, err := Parse(p, v)
	if err != nil {
		return nil, err
	}
	list, ok := e.(*constant)
	if !ok || !value.IsArray(list.v) || len(value.Elements(list.v)) == 0 {
		return nil, wire.Errorf(location(7750301), "The $percentile 'p' field must be a non-empty array of constant numbers from [0.0, 1.0] range")
	}
	for _, part := range value.Elements(list.v) {
		f := value.Float(part)
		if !part.IsNumber() || !(f >= 0 && f <= 1) {
			return nil, wire.Errorf(location(7750303), "The $percentile 'p' field must be an array of numbers from [0.0, 1.0] range, but found: %v", part)
		}
		parts = append(parts, f)
	}
	return parts, nil
}

// parsePercentile reads what is computed from a number or from an array of numbers.
func parsePercentile(p *Parser, name string, operand bson.RawValue) (Expression, error) {
	spec, err := ParsePercentile(p, name, operand)
	if err != nil {
		return nil, err
	}
	input, err := Parse(p, spec.Input)
	if err != nil {
		return nil, err
	}
	return p.fold(&call{[]Expression{input}, func(x *Evaluation, args []bson.RawValue) bson.RawValue {
		if value.IsArray(args[0]) {
			args = value.Elements(args[0])
		}
		return accumulated(x, spec.Start(), args)
	}}), nil
}

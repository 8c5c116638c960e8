package stage

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/accumulate"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// accumulation is what is collected of a group or of a window: the values of an operand, by an accumulator.
type accumulation struct {
	operand expression.Expression
	start   func() accumulate.Accumulator
}

// parsingAccumulator reads the operand of {$name: operand}.
type parsingAccumulator func(p *expression.Parser, name string, operand bson.RawValue) (accumulation, error)

var accumulators value.Table[parsingAccumulator]

func newAccumulators() value.Table[parsingAccumulator] {
	return value.Table[parsingAccumulator]{
		"$sum":          {Summary: "Adds up the numbers.", Parse: ofOne(accumulate.Sum)},
		"$avg":          {Summary: "Averages the numbers.", Parse: ofOne(accumulate.Average)},
		"$min":          {Summary: "Returns the least value.", Parse: compared(accumulate.Least)},
		"$max":          {Summary: "Returns the greatest value.", Parse: compared(accumulate.Greatest)},
		"$first":        {Summary: "Returns the value of the first document.", Parse: ofOne(accumulate.First)},
		"$last":         {Summary: "Returns the value of the last document.", Parse: ofOne(accumulate.Last)},
		"$push":         {Summary: "Returns an array of the values.", Parse: ofOne(accumulate.List)},
		"$addToSet":     {Summary: "Returns an array of the values without repetition.", Parse: compared(accumulate.Set)},
		"$count":        {Summary: "Counts the documents.", Parse: parseCounter},
		"$mergeObjects": {Summary: "Merges documents.", Parse: parseMerged},
		"$stdDevPop":    {Summary: "Returns the standard deviation of the numbers.", Parse: ofOne(func() accumulate.Accumulator { return accumulate.StandardDeviation(false) })},
		"$stdDevSamp":   {Summary: "Estimates the standard deviation from the numbers.", Parse: ofOne(func() accumulate.Accumulator { return accumulate.StandardDeviation(true) })},
		"$firstN":       {Summary: "Returns an array of the values of the first documents.", Parse: several(func(_ *keys.Collation, n int64) accumulate.Accumulator { return accumulate.FirstN(n) })},
		"$lastN":        {Summary: "Returns an array of the values of the last documents.", Parse: several(func(_ *keys.Collation, n int64) accumulate.Accumulator { return accumulate.LastN(n) })},
		"$minN":         {Summary: "Returns an array of the least values.", Parse: several(accumulate.MinN)},
		"$maxN":         {Summary: "Returns an array of the greatest values.", Parse: several(accumulate.MaxN)},
		"$top":          {Summary: "Returns the value of the document that comes first in an order.", Parse: placed(accumulate.TopN, true)},
		"$topN":         {Summary: "Returns an array of the values of the documents that come first in an order.", Parse: placed(accumulate.TopN, false)},
		"$bottom":       {Summary: "Returns the value of the document that comes last in an order.", Parse: placed(accumulate.BottomN, true)},
		"$bottomN":      {Summary: "Returns an array of the values of the documents that come last in an order.", Parse: placed(accumulate.BottomN, false)},
		"$median":       {Summary: "Returns the median of numbers.", Parse: parsePercentile},
		"$percentile":   {Summary: "Returns percentiles of numbers.", Parse: parsePercentile},
	}
}

// ofOne collects the values of one expression.
func ofOne(start func() accumulate.Accumulator) parsingAccumulator {
	return func(p *expression.Parser, name string, operand bson.RawValue) (accumulation, error) {
		if value.IsArray(operand) && len(value.Elements(operand)) != 1 {
			return accumulation{}, wire.Errorf(located(40237), "The %s accumulator is a unary operator", name)
		}
		if value.IsArray(operand) {
			operand = value.Elements(operand)[0]
		}
		e, err := expression.Parse(p, operand)
		return accumulation{e, start}, err
	}
}

func compared(start func(*keys.Collation) accumulate.Accumulator) parsingAccumulator {
	return func(p *expression.Parser, name string, operand bson.RawValue) (accumulation, error) {
		return ofOne(func() accumulate.Accumulator { return start(p.Collation) })(p, name, operand)
	}
}

func parseCounter(p *expression.Parser, name string, operand bson.RawValue) (accumulation, error) {
	if _, nonEmpty := value.FirstName(operand); !value.IsDocument(operand) || nonEmpty {
		return accumulation{}, wire.Errorf(wire.TypeMismatch, "$count takes no arguments, i.e. $count:{}")
	}
	return ofOne(accumulate.Count)(p, name, operand)
}

// parseMerged has the expression of the same name see to it that every value is a document.
func parseMerged(p *expression.Parser, name string, operand bson.RawValue) (accumulation, error) {
	b := value.NewBuilder()
	b.Add(name, operand)
	return ofOne(accumulate.Merged)(p, name, b.Document())
}

func parsePercentile(p *expression.Parser, name string, operand bson.RawValue) (accumulation, error) {
	spec, err := expression.ParsePercentile(p, name, operand)
	if err != nil {
		return accumulation{}, err
	}
	e, err := expression.Parse(p, spec.Input)
	return accumulation{e, spec.Start}, err
}

// several reads {n, input}, where n looks at no document.
func several(start func(by *keys.Collation, n int64) accumulate.Accumulator) parsingAccumulator {
	return func(p *expression.Parser, name string, operand bson.RawValue) (accumulation, error) {
		parts, err := partsOf(operand, "n", "input")
		if err != nil {
			return accumulation{}, err
		}
		n, err := constantCount(p, parts[0])
		if err != nil {
			return accumulation{}, err
		}
		e, err := expression.Parse(p, parts[1])
		return accumulation{e, func() accumulate.Accumulator { return start(p.Collation, n) }}, err
	}
}

// placed reads {n, sortBy, output}; with one alone there is no n.
func placed(start func(n int64, one bool) accumulate.Accumulator, one bool) parsingAccumulator {
	return func(p *expression.Parser, name string, operand bson.RawValue) (accumulation, error) {
		names := []string{"sortBy", "output", "n"}
		if one {
			names = names[:2]
		}
		parts, err := partsOf(operand, names...)
		if err != nil {
			return accumulation{}, err
		}
		n := int64(1)
		if !one {
			if n, err = constantCount(p, parts[2]); err != nil {
				return accumulation{}, err
			}
		}
		if !value.IsDocument(parts[0]) {
			return accumulation{}, wire.Errorf(located(5788604), "expected 'sortBy' to already be an object in the arguments to %s", name)
		}
		by, err := order.Parse(p.Collation, parts[0].Value)
		if err != nil {
			return accumulation{}, err
		}
		output, err := expression.Parse(p, parts[1])
		return accumulation{keyed{by, output}, func() accumulate.Accumulator { return start(n, one) }}, err
	}
}

// missingPart are the codes for what an accumulator's document lacks.
var missingPart = map[string]int32{"n": 5787906, "input": 5787907, "sortBy": 5788005, "output": 5788004}

// partsOf reads the fields of an accumulator's document, in the order of the names. All must be there.
func partsOf(operand bson.RawValue, names ...string) ([]bson.RawValue, error) {
	if !value.IsDocument(operand) {
		return nil, wire.Errorf(located(5788001), "specification must be an object; found %s", value.TypeName(operand))
	}
	parts := make([]bson.RawValue, len(names))
	for i, name := range names {
		if parts[i] = keys.Lookup(operand.Value, name); parts[i].Type == 0 {
			return nil, wire.Errorf(located(missingPart[name]), "Missing value for '%s'", name)
		}
	}
	if len(value.Elements(operand)) > len(names) {
		return nil, wire.Errorf(located(5788002), "Unknown argument to an accumulator of %v", names)
	}
	return parts, nil
}

func constantCount(p *expression.Parser, v bson.RawValue) (int64, error) {
	e, err := expression.Parse(p, v)
	if err != nil {
		return 0, err
	}
	n, ok := expression.Constant(e)
	if !ok {
		return 0, wire.Errorf(wire.NotImplemented, "an 'n' that looks at a group is not supported; it must be a constant")
	}
	return expression.CountOf(n)
}

// keyed is an output beside the place of its document in an order.
type keyed struct {
	by     order.Sort
	output expression.Expression
}

func (k keyed) Value(x *expression.Evaluation) bson.RawValue {
	key, err := k.by.Key(x.Document())
	if err != nil {
		return x.Fail(err)
	}
	return accumulate.Keyed(key, k.output.Value(x))
}

// Inputs are the output and what the order looks at.
func (k keyed) Inputs() []expression.Expression {
	list := []expression.Expression{k.output}
	for _, f := range k.by {
		list = append(list, expression.At(f.Path))
	}
	return list
}

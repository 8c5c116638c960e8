package stage

import (
	"bytes"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/accumulate"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// windowSpec is how a window function is asked for.
type windowSpec struct {
	p               *expression.Parser
	name            string
	operand, window bson.RawValue
	by              order.Sort
}

// windowFunctions are those that are no accumulators too.
var windowFunctions value.Table[func(windowSpec) (windowFunction, error)]

func newWindowFunctions() value.Table[func(windowSpec) (windowFunction, error)] {
	return value.Table[func(windowSpec) (windowFunction, error)]{
		"$documentNumber": {Summary: "Numbers the documents of a part.", Parse: parseRank(func(i, _, _ int) int { return i + 1 })},
		"$rank":           {Summary: "Returns the rank of a document; after documents of equal rank, ranks are skipped.", Parse: parseRank(func(_, first, _ int) int { return first + 1 })},
		"$denseRank":      {Summary: "Returns the rank of a document; no ranks are skipped.", Parse: parseRank(func(_, _, different int) int { return different })},
		"$shift":          {Summary: "Returns a value of a document some positions away.", Parse: parseShift},
		"$derivative":     {Summary: "Returns the rate at which a value changes within a window.", Parse: parseSlope},
		"$integral":       {Summary: "Returns the area under a value within a window.", Parse: parseSlope},
		"$expMovingAvg":   {Summary: "Averages numbers, with more weight on later ones.", Parse: parseMovingAverage},
		"$covariancePop":  {Summary: "Returns the covariance of two numbers.", Parse: parseCovariance(false)},
		"$covarianceSamp": {Summary: "Estimates the covariance of two numbers from some of them.", Parse: parseCovariance(true)},
		"$locf":           {Summary: "Returns the last value that is not null.", Parse: parseFilled(carried)},
		"$linearFill":     {Summary: "Interpolates numbers where values are null.", Parse: parseFilled(interpolated)},
	}
}

// windowed is an accumulator over windows.
type windowed struct {
	bounds
	accumulation
}

func (w windowed) inputs() []expression.Expression { return []expression.Expression{w.operand} }

func (w windowed) compute(p *part) ([]bson.RawValue, error) {
	windows, err := w.of(p)
	if err != nil {
		return nil, err
	}
	values, err := p.evaluated(w.operand)
	if err != nil {
		return nil, err
	}
	return accumulated(p, windows, w.start, values)
}

// accumulated collects the values in each window. A window that goes on where the one before ended is not begun anew.
func accumulated(p *part, windows [][2]int, start func() accumulate.Accumulator, values []bson.RawValue) ([]bson.RawValue, error) {
	results := make([]bson.RawValue, len(windows))
	var a accumulate.Accumulator
	at := [2]int{-1, -1}
	held := 0
	for i, w := range windows {
		if a == nil || w[0] != at[0] || w[1] < at[1] {
			p.held.Give(held)
			a, at, held = start(), [2]int{w[0], w[0]}, 0
		} else if i > 0 && w == at {
			results[i] = results[i-1]
			continue
		}
		for ; at[1] < w[1]; at[1]++ {
			if !p.x.Step(1) {
				return nil, p.x.Err()
			}
			grown := a.Add(&values[at[1]])
			if err := p.held.Take(grown); err != nil {
				return nil, err
			}
			held += grown
		}
		results[i] = value.Clone(value.OrNull(a.Result()))
		if err := p.held.Take(len(results[i].Value)); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// rank is a place, made of the document's position, of that of the first with an equal key, and of how many different keys there
// have been.
type rank func(i, first, different int) int

func parseRank(place rank) func(windowSpec) (windowFunction, error) {
	return func(s windowSpec) (windowFunction, error) {
		if !value.IsDocument(s.operand) || len(s.operand.Value) > len(value.EmptyDoc) || s.window.Type != 0 {
			return nil, wire.Errorf(located(5371601), "Rank style window functions take no other arguments")
		}
		if len(s.by) == 0 || len(s.by) > 1 && s.name != "$documentNumber" {
			return nil, wire.Errorf(located(5371602), "%s must be specified with a top level sortBy expression with exactly one element", s.name)
		}
		return place, nil
	}
}

func (rank) inputs() []expression.Expression { return nil }

func (r rank) compute(p *part) ([]bson.RawValue, error) {
	list := make([]bson.RawValue, len(p.places))
	first, different := 0, 0
	for i, d := range p.places {
		if i == 0 || !bytes.Equal(d.key, p.places[first].key) {
			first, different = i, different+1
		}
		list[i] = value.Narrow(int64(r(i, first, different)))
	}
	return list, nil
}

// shift is a value of a document that lies some places away, or another where there is none.
type shift struct {
	output expression.Expression
	by     int64
	other  bson.RawValue
}

func parseShift(s windowSpec) (windowFunction, error) {
	if !value.IsDocument(s.operand) || s.window.Type != 0 {
		return nil, wire.Errorf(wire.FailedToParse, "Argument to $shift must be an object, and it takes no window")
	}
	if err := knownFields("$shift", wire.FailedToParse, s.operand.Value, "output", "by", "default"); err != nil {
		return nil, err
	}
	output, by := keys.Lookup(s.operand.Value, "output"), keys.Lookup(s.operand.Value, "by")
	n, ok := value.Whole(by)
	switch {
	case len(s.by) == 0:
		return nil, wire.Errorf(wire.FailedToParse, "'$shift' requires a sortBy")
	case output.Type == 0 || by.Type == 0:
		return nil, wire.Errorf(wire.FailedToParse, "$shift requires 'output' and 'by' expressions.")
	case !ok || int64(int32(n)) != n:
		return nil, wire.Errorf(wire.FailedToParse, "'$shift:by' field must be an integer, but found %v", by)
	}
	other := bson.RawValue{Type: bson.TypeNull}
	if v := keys.Lookup(s.operand.Value, "default"); v.Type != 0 {
		var err error
		if other, err = constantOf(s.p, v, wire.FailedToParse.Number, "'$shift:default' expression"); err != nil {
			return nil, err
		}
	}
	e, err := expression.Parse(s.p, output)
	return shift{e, n, other}, err
}

func (s shift) inputs() []expression.Expression { return []expression.Expression{s.output} }

func (s shift) compute(p *part) ([]bson.RawValue, error) {
	values, err := p.evaluated(s.output)
	if err != nil {
		return nil, err
	}
	list := make([]bson.RawValue, len(values))
	for i := range list {
		if at := int64(i) + s.by; at >= 0 && at < int64(len(values)) {
			list[i] = value.OrNull(values[at])
		} else {
			list[i] = s.other
		}
	}
	return list, nil
}

// covariance is that of pairs of numbers.
type covariance struct {
	bounds
	pair   [2]expression.Expression
	sample bool
}

func parseCovariance(sample bool) func(windowSpec) (windowFunction, error) {
	return func(s windowSpec) (windowFunction, error) {
		list := value.Elements(s.operand)
		if !value.IsArray(s.operand) || len(list) != 2 {
			return nil, wire.Errorf(located(5424100), "%s expects an array of two expressions", s.name)
		}
		c := covariance{sample: sample}
		var err error
		for i, v := range list {
			if c.pair[i], err = expression.Parse(s.p, v); err != nil {
				return nil, err
			}
		}
		c.bounds, err = parseBounds(s.p, s.by, s.window)
		return c, err
	}
}

func (c covariance) inputs() []expression.Expression { return c.pair[:] }

func (c covariance) compute(p *part) ([]bson.RawValue, error) {
	windows, err := c.of(p)
	if err != nil {
		return nil, err
	}
	xs, err := p.evaluated(c.pair[0])
	if err != nil {
		return nil, err
	}
	ys, err := p.evaluated(c.pair[1])
	if err != nil {
		return nil, err
	}
	list := make([]bson.RawValue, len(p.places))
	for i, w := range windows {
		if i > 0 && w == windows[i-1] {
			list[i] = list[i-1]
			continue
		}
		n, meanX, meanY, together := 0.0, 0.0, 0.0, 0.0
		for k := w[0]; k < w[1] && p.x.Step(1); k++ {
			if !xs[k].IsNumber() || !ys[k].IsNumber() {
				continue
			}
			x, y := value.Float(xs[k]), value.Float(ys[k])
			n++
			delta := x - meanX
			meanX += delta / n
			meanY += (y - meanY) / n
			together += delta * (y - meanY)
		}
		if c.sample {
			n--
		}
		if list[i] = value.Null; n > 0 {
			list[i] = value.Double(together / n)
		}
	}
	return list, nil
}

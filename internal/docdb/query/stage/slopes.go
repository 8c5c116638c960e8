package stage

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// slope is $derivative and $integral: of an input, by the field that documents are sorted by.
type slope struct {
	bounds
	input expression.Expression
	unit  int64 // of dates, in milliseconds; 0: the field is a number
	area  bool
}

func parseSlope(s windowSpec) (windowFunction, error) {
	f := slope{area: s.name == "$integral"}
	if !value.IsDocument(s.operand) {
		return nil, wire.Errorf(located(5371700), "%s takes {input, unit}", s.name)
	}
	if err := knownFields(s.name, wire.FailedToParse, s.operand.Value, "input", "unit"); err != nil {
		return nil, err
	}
	input, unit := keys.Lookup(s.operand.Value, "input"), keys.Lookup(s.operand.Value, "unit")
	switch {
	case input.Type == 0:
		return nil, wire.Errorf(wire.FailedToParse, "%s requires an 'input' expression", s.name)
	case len(s.by) != 1 || s.by[0].Desc:
		return nil, wire.Errorf(wire.FailedToParse, "%s requires a sortBy with exactly one ascending field", s.name)
	case !f.area && s.window.Type == 0:
		return nil, wire.Errorf(wire.FailedToParse, "$derivative requires explicit window bounds")
	}
	if unit.Type != 0 {
		text, _ := value.Text(unit)
		u, err := expression.ParseUnit(text)
		if err != nil {
			return nil, err
		}
		var fixed bool
		if f.unit, fixed = u.Millis(); !fixed {
			return nil, wire.Errorf(located(5490710), "unit must be 'week' or smaller")
		}
	}
	var err error
	if f.input, err = expression.Parse(s.p, input); err != nil {
		return nil, err
	}
	f.bounds, err = parseBounds(s.p, s.by, s.window)
	return f, err
}

func (f slope) inputs() []expression.Expression { return []expression.Expression{f.input} }

func (f slope) compute(p *part) ([]bson.RawValue, error) {
	windows, err := f.of(p)
	if err != nil {
		return nil, err
	}
	ys, err := p.evaluated(f.input)
	if err != nil {
		return nil, err
	}
	xs := make([]bson.RawValue, len(ys))
	for i, d := range p.places {
		if xs[i], err = f.place(d.by); err != nil {
			return nil, err
		}
		if !ys[i].IsNumber() {
			return nil, wire.Errorf(located(5624900), "the input of $derivative and $integral must be a number, but is %s", value.TypeName(ys[i]))
		}
	}
	list := make([]bson.RawValue, len(ys))
	for i, w := range windows {
		switch {
		case f.area:
			list[i] = f.areaUnder(p, xs[w[0]:w[1]], ys[w[0]:w[1]])
		case w[1]-w[0] < 2:
			list[i] = value.Null
		default:
			run := subtract(xs[w[1]-1], xs[w[0]])
			if list[i] = value.Null; !value.IsZero(run) {
				list[i] = value.Divide(subtract(ys[w[1]-1], ys[w[0]]), run)
			}
		}
	}
	return list, nil
}

// place is where a document lies, in units of dates.
func (f slope) place(v bson.RawValue) (bson.RawValue, error) {
	switch {
	case f.unit > 0 && v.Type == bson.TypeDateTime:
		return value.Divide(value.Int64(v.DateTime()), value.Int64(f.unit)), nil
	case f.unit > 0:
		return v, wire.Errorf(located(5624901), "with a 'unit' documents must be sorted by dates, but one is by %s", value.TypeName(v))
	case v.Type == bson.TypeDateTime:
		return v, wire.Errorf(located(5624902), "documents that are sorted by dates need a 'unit'")
	case !v.IsNumber():
		return v, wire.Errorf(located(5624903), "documents must be sorted by numbers or dates, but one is by %s", value.TypeName(v))
	}
	return v, nil
}

// areaUnder adds up trapezoids.
func (f slope) areaUnder(p *part, xs, ys []bson.RawValue) bson.RawValue {
	total := value.Int32(0)
	for i := 1; i < len(xs) && p.x.Step(4); i++ {
		height := value.Divide(sumOf(ys[i-1], ys[i]), value.Int32(2))
		piece, _ := value.Multiply(height, subtract(xs[i], xs[i-1]))
		total = sumOf(total, piece)
	}
	return total
}

// sumOf and subtract compute with doubles where integers overflow.
func sumOf(a, b bson.RawValue) bson.RawValue {
	if v, ok := value.Add(a, b); ok {
		return v
	}
	return value.Double(value.AsDouble(a) + value.AsDouble(b))
}

func subtract(a, b bson.RawValue) bson.RawValue {
	if v, ok := value.Subtract(a, b); ok {
		return v
	}
	return value.Double(value.AsDouble(a) - value.AsDouble(b))
}

// moving is $expMovingAvg: each number has a share of alpha, and what was before has the rest.
type moving struct {
	input expression.Expression
	alpha bson.RawValue
}

func parseMovingAverage(s windowSpec) (windowFunction, error) {
	if !value.IsDocument(s.operand) || s.window.Type != 0 {
		return nil, wire.Errorf(wire.FailedToParse, "$expMovingAvg takes {input, N} or {input, alpha}, and no window")
	}
	if err := knownFields("$expMovingAvg", wire.FailedToParse, s.operand.Value, "input", "N", "alpha"); err != nil {
		return nil, err
	}
	input, n, alpha := keys.Lookup(s.operand.Value, "input"), keys.Lookup(s.operand.Value, "N"), keys.Lookup(s.operand.Value, "alpha")
	count, whole := value.Whole(n)
	switch {
	case len(s.by) == 0:
		return nil, wire.Errorf(wire.FailedToParse, "$expMovingAvg requires an explicit 'sortBy'")
	case input.Type == 0 || (n.Type == 0) == (alpha.Type == 0):
		return nil, wire.Errorf(wire.FailedToParse, "$expMovingAvg requires 'input' and either 'N' or 'alpha'")
	case n.Type != 0 && (!whole || count < 1):
		return nil, wire.Errorf(wire.FailedToParse, "'N' field must be an integer above zero, but found %v", n)
	case n.Type != 0:
		alpha = value.Divide(value.Int32(2), value.Int64(count+1))
	case !alpha.IsNumber() || keys.Compare(alpha, value.Int32(0)) <= 0 || keys.Compare(alpha, value.Int32(1)) >= 0:
		return nil, wire.Errorf(wire.FailedToParse, "'alpha' must be between 0 and 1 (exclusive), found %v", alpha)
	}
	e, err := expression.Parse(s.p, input)
	return moving{e, alpha}, err
}

func (m moving) inputs() []expression.Expression { return []expression.Expression{m.input} }

func (m moving) compute(p *part) ([]bson.RawValue, error) {
	list, err := p.evaluated(m.input)
	if err != nil {
		return nil, err
	}
	rest := subtract(value.Int32(1), m.alpha)
	last := value.Null
	for i, v := range list {
		if v.IsNumber() && last.Type == bson.TypeNull {
			last = v
		} else if v.IsNumber() {
			a, _ := value.Multiply(v, m.alpha)
			b, _ := value.Multiply(last, rest)
			last = sumOf(a, b)
		}
		list[i] = last
	}
	return list, nil
}

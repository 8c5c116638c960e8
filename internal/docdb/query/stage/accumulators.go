package stage

import (
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// An accumulator collects the values of one group. add returns by how many bytes it has grown.
type accumulator interface {
	add(v bson.RawValue) int
	result() bson.RawValue
}

// accumulators make an empty accumulator.
var accumulators value.Table[func(*keys.Collation) accumulator]

func newAccumulators() value.Table[func(*keys.Collation) accumulator] {
	return value.Table[func(*keys.Collation) accumulator]{
		"$sum":      {Summary: "Adds up the numbers.", Parse: func(*keys.Collation) accumulator { return &sum{} }},
		"$avg":      {Summary: "Averages the numbers.", Parse: func(*keys.Collation) accumulator { return &average{} }},
		"$min":      {Summary: "Takes the least value.", Parse: func(c *keys.Collation) accumulator { return &extreme{by: c, sign: -1} }},
		"$max":      {Summary: "Takes the greatest value.", Parse: func(c *keys.Collation) accumulator { return &extreme{by: c, sign: 1} }},
		"$first":    {Summary: "Takes the value of the first document.", Parse: func(*keys.Collation) accumulator { return &first{} }},
		"$last":     {Summary: "Takes the value of the last document.", Parse: func(*keys.Collation) accumulator { return &last{} }},
		"$push":     {Summary: "Makes an array of the values.", Parse: func(*keys.Collation) accumulator { return &list{} }},
		"$addToSet": {Summary: "Makes an array of the values without repetition.", Parse: func(c *keys.Collation) accumulator { return &list{unique: true, set: value.Set{Collation: c}} }},
		"$count":    {Summary: "Counts the documents.", Parse: func(*keys.Collation) accumulator { return &count{} }},
	}
}

// sum adds numbers. Its result has the widest type it has seen; integers that overflow a long become a double. Doubles
// are added with compensation, so that their order hardly matters.
type sum struct {
	widest      bson.Type
	whole       int64
	real, error float64       // the sum of doubles and what rounding has lost of it (Neumaier)
	exact       value.Decimal // the sum of decimals
}

// width ranks the numeric types; others have none.
func width(t bson.Type) int {
	switch t {
	case bson.TypeInt32:
		return 1
	case bson.TypeInt64:
		return 2
	case bson.TypeDouble:
		return 3
	case bson.TypeDecimal128:
		return 4
	}
	return 0
}

func (s *sum) add(v bson.RawValue) int {
	rank := width(v.Type)
	if rank == 0 {
		return 0
	}
	if rank > width(s.widest) {
		s.widest = v.Type
	}
	i, isInteger := value.Integer(v)
	switch {
	case v.Type == bson.TypeDecimal128 && s.exact.Unset():
		s.exact = value.ToDecimal(v)
	case v.Type == bson.TypeDecimal128:
		s.exact = s.exact.Add(value.ToDecimal(v))
	case !isInteger:
		s.addDouble(value.AsDouble(v))
	default:
		if total, ok := value.AddInt64(s.whole, i); ok {
			s.whole = total
			break
		}
		s.addDouble(float64(s.whole))
		s.addDouble(float64(i))
		s.whole, s.widest = 0, widerOf(s.widest, bson.TypeDouble)
	}
	return 0
}

func widerOf(a, b bson.Type) bson.Type {
	if width(a) > width(b) {
		return a
	}
	return b
}

func (s *sum) addDouble(f float64) {
	total := s.real + f
	if math.Abs(s.real) >= math.Abs(f) {
		s.error += s.real - total + f
	} else {
		s.error += f - total + s.real
	}
	s.real = total
}

// doubles is the sum of the doubles alone.
func (s *sum) doubles() float64 {
	if math.IsInf(s.real, 0) || math.IsNaN(s.real) {
		return s.real // what rounding has lost means nothing then
	}
	return s.real + s.error
}

// double is the sum of everything but decimals.
func (s *sum) double() float64 {
	all := *s
	all.addDouble(float64(s.whole))
	return all.doubles()
}

func (s *sum) result() bson.RawValue {
	switch s.widest {
	case bson.TypeInt64:
		return value.Int64(s.whole)
	case bson.TypeDouble:
		return value.Double(s.double())
	case bson.TypeDecimal128:
		return s.decimal().Value()
	}
	return value.Narrow(s.whole)
}

func (s *sum) decimal() value.Decimal {
	total := s.exact.Add(value.ToDecimal(value.Int64(s.whole)))
	if reals := s.doubles(); reals != 0 {
		total = total.Add(value.ToDecimal(value.Double(reals)))
	}
	return total
}

// average is a sum and a count: a decimal if one of the numbers was, else a double; null without numbers.
type average struct {
	sum
	n int64
}

func (a *average) add(v bson.RawValue) int {
	if v.IsNumber() {
		a.n++
	}
	return a.sum.add(v)
}

func (a *average) result() bson.RawValue {
	switch {
	case a.n == 0:
		return value.Null
	case a.widest == bson.TypeDecimal128:
		return a.decimal().Div(a.n).Value()
	}
	return value.Double(a.double() / float64(a.n))
}

// extreme is $min and $max. Null and missing values do not count.
type extreme struct {
	by   *keys.Collation
	best bson.RawValue
	sign int
}

func (e *extreme) add(v bson.RawValue) int {
	if value.IsNull(v) || v.Type == bson.TypeUndefined {
		return 0
	}
	if e.best.Type != 0 && e.by.Compare(v, e.best)*e.sign <= 0 {
		return 0
	}
	grown := len(v.Value) - len(e.best.Value)
	e.best = value.Clone(v)
	return grown
}

func (e *extreme) result() bson.RawValue { return e.best }

type first struct {
	v    bson.RawValue
	seen bool
}

func (f *first) add(v bson.RawValue) int {
	if f.seen {
		return 0
	}
	f.v, f.seen = value.Clone(v), true
	return len(v.Value)
}

func (f *first) result() bson.RawValue { return f.v }

type last struct{ v bson.RawValue }

func (l *last) add(v bson.RawValue) int {
	grown := len(v.Value) - len(l.v.Value)
	l.v = value.Clone(v)
	return grown
}

func (l *last) result() bson.RawValue { return l.v }

// list is $push and $addToSet. Missing values do not count.
type list struct {
	values []bson.RawValue
	set    value.Set
	unique bool
}

func (l *list) add(v bson.RawValue) int {
	const overhead = 64
	switch {
	case v.Type == 0:
		return 0
	case !l.unique:
		l.values = append(l.values, value.Clone(v))
		return len(v.Value) + overhead
	case l.set.Insert(value.Clone(v)):
		return 2*len(v.Value) + 2*overhead // the value and its key
	}
	return 0
}

func (l *list) result() bson.RawValue {
	if l.unique {
		return value.Array(l.set.Values)
	}
	return value.Array(l.values)
}

type count struct{ n int64 }

func (c *count) add(bson.RawValue) int {
	c.n++
	return 0
}

func (c *count) result() bson.RawValue { return value.Narrow(c.n) }

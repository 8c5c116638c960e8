package accumulate

import (
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// Sum adds up numbers.
func Sum() Accumulator { return &sum{} }

// Average averages numbers.
func Average() Accumulator { return &average{} }

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

func (s *sum) Add(v *bson.RawValue) int {
	switch v.Type {
	case bson.TypeInt32, bson.TypeInt64:
		i, _ := keys.Integer(*v)
		s.widen(v.Type)
		s.addInteger(i)
	case bson.TypeDouble:
		s.widen(v.Type)
		f, _ := keys.Real(*v)
		s.addDouble(f)
	case bson.TypeDecimal128:
		s.widen(v.Type)
		s.addDecimal(value.ToDecimal(*v))
	}
	return 0
}

func (s *sum) widen(t bson.Type) {
	if t != s.widest && width(t) > width(s.widest) {
		s.widest = t
	}
}

func (s *sum) addInteger(i int64) {
	if total, ok := value.AddInt64(s.whole, i); ok {
		s.whole = total
		return
	}
	s.addDouble(float64(s.whole))
	s.addDouble(float64(i))
	s.whole = 0
	s.widen(bson.TypeDouble)
}

func (s *sum) addDecimal(d value.Decimal) {
	if !s.exact.Unset() {
		d = s.exact.Add(d)
	}
	s.exact = d
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

func (s *sum) Result() bson.RawValue {
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

func (s *sum) Save(dst []byte) []byte {
	dst = AppendInt(AppendInt(dst, int64(s.widest)), s.whole)
	return appendDecimal(appendFloat(appendFloat(dst, s.real), s.error), s.exact)
}

func (s *sum) Load(from *Saved) {
	s.widest, s.whole = bson.Type(from.Int()), from.Int()
	s.real, s.error, s.exact = from.float(), from.float(), from.decimal()
}

// average is a sum and a count: a decimal if one of the numbers was, else a double; null without numbers.
type average struct {
	sum
	n int64
}

func (a *average) Add(v *bson.RawValue) int {
	if v.IsNumber() {
		a.n++
	}
	return a.sum.Add(v)
}

func (a *average) Result() bson.RawValue {
	switch {
	case a.n == 0:
		return value.Null
	case a.widest == bson.TypeDecimal128:
		return a.decimal().Div(a.n).Value()
	}
	return value.Double(a.double() / float64(a.n))
}

func (a *average) Save(dst []byte) []byte { return a.sum.Save(AppendInt(dst, a.n)) }

func (a *average) Load(from *Saved) {
	a.n = from.Int()
	a.sum.Load(from)
}

// StandardDeviation is that of all numbers there are, or with sample an estimate from some of them. Source: MongoDB manual,
// "$stdDevPop" and "$stdDevSamp".
func StandardDeviation(sample bool) Accumulator { return &deviation{sample: sample} }

// deviation has the mean of numbers and the sum of their squared distances from it (Welford).
type deviation struct {
	sample  bool
	n       int64
	mean, m float64
}

func (d *deviation) Add(v *bson.RawValue) int {
	if v.IsNumber() {
		x := value.Float(*v)
		d.n++
		delta := x - d.mean
		d.mean += delta / float64(d.n)
		d.m += delta * (x - d.mean)
	}
	return 0
}

func (d *deviation) Result() bson.RawValue {
	n := d.n
	if d.sample {
		n--
	}
	if n <= 0 {
		return value.Null
	}
	return value.Double(math.Sqrt(d.m / float64(n)))
}

func (d *deviation) Save(dst []byte) []byte {
	return appendFloat(appendFloat(AppendInt(dst, d.n), d.mean), d.m)
}

func (d *deviation) Load(from *Saved) { d.n, d.mean, d.m = from.Int(), from.float(), from.float() }

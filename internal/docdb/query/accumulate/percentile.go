package accumulate

import (
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// A Method says where a percentile lies between two numbers.
type Method int

// The greatest number that is not above the percentile's rank; or between it and the next, in proportion.
const (
	Discrete Method = iota
	Continuous
)

// Percentiles makes an array of the numbers below which given parts of all numbers lie. With one the number itself is the
// result. It computes exactly, where MongoDB estimates if there are many numbers.
func Percentiles(parts []float64, method Method, one bool) Accumulator {
	return &percentiles{parts: parts, method: method, one: one}
}

type percentiles struct {
	parts   []float64
	method  Method
	one     bool
	numbers []float64
	sorted  bool
}

func (p *percentiles) Add(v *bson.RawValue) int {
	if !v.IsNumber() || value.IsNaN(*v) {
		return 0
	}
	p.numbers, p.sorted = append(p.numbers, value.Float(*v)), false
	return 8
}

func (p *percentiles) Result() bson.RawValue {
	if !p.sorted {
		slices.Sort(p.numbers)
		p.sorted = true
	}
	list := make([]bson.RawValue, len(p.parts))
	for i, part := range p.parts {
		if list[i] = value.Null; len(p.numbers) > 0 {
			list[i] = value.Double(p.at(part))
		}
	}
	if p.one {
		return list[0]
	}
	return value.Array(list)
}

func (p *percentiles) at(part float64) float64 {
	n := float64(len(p.numbers))
	if p.method == Discrete {
		return p.numbers[int(min(max(0, math.Ceil(part*n)-1), n-1))]
	}
	rank := part * (n - 1)
	low, high := p.numbers[int(math.Floor(rank))], p.numbers[int(math.Ceil(rank))]
	if low == high {
		return low
	}
	return low + (rank-math.Floor(rank))*(high-low)
}

func (p *percentiles) Save(dst []byte) []byte {
	dst = AppendInt(dst, int64(len(p.numbers)))
	for _, f := range p.numbers {
		dst = appendFloat(dst, f)
	}
	return dst
}

func (p *percentiles) Load(from *Saved) {
	for n := from.Int(); n > 0 && from.Err() == nil; n-- {
		p.numbers = append(p.numbers, from.float())
	}
}

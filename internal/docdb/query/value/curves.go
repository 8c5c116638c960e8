package value

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"sync"

	"github.com/telamon-db/telamon/internal/docdb/keys"
)

// The functions of this file have all 34 digits of a Decimal128 right. They compute with so many bits that what
// subtractions and roundings lose does not show.
const precision = 512

// A Curve is a function of numbers, infinities included.
type Curve func(x *big.Float) *big.Float

// Apply computes a curve. That of NaN is NaN.
func (d Decimal) Apply(curve Curve) Decimal {
	if d.IsNaN() {
		return d
	}
	return ofReal(curve(d.real()))
}

// Apply2 computes a function of two finite numbers; special is that of what is not finite.
func (d Decimal) Apply2(o Decimal, curve func(x, y *big.Float) *big.Float, special func(x, y float64) float64) Decimal {
	if d.c == nil || o.c == nil {
		return ToDecimal(Double(special(d.Double(), o.Double())))
	}
	return ofReal(curve(d.real(), o.real()))
}

// Angle is the angle of the point (x, y).
func Angle(y, x Decimal) Decimal {
	if y.IsNaN() || x.IsNaN() {
		return Decimal{special: math.NaN()}
	}
	return ofReal(angle(y.real(), x.real()))
}

func number() *big.Float               { return new(big.Float).SetPrec(precision) }
func whole(n int64) *big.Float         { return number().SetInt64(n) }
func plus(a, b *big.Float) *big.Float  { return number().Add(a, b) }
func minus(a, b *big.Float) *big.Float { return number().Sub(a, b) }
func times(a, b *big.Float) *big.Float { return number().Mul(a, b) }
func over(a, b *big.Float) *big.Float  { return number().Quo(a, b) }
func twice(a *big.Float) *big.Float    { return number().SetMantExp(a, 1) }
func half(a *big.Float) *big.Float     { return number().SetMantExp(a, -1) }
func root(a *big.Float) *big.Float     { return number().Sqrt(a) }

// below reports whether |x| < 2^e.
func below(x *big.Float, e int) bool { return x.Sign() == 0 || !x.IsInf() && x.MantExp(nil) <= e }

func (d Decimal) real() *big.Float {
	if d.c == nil {
		return number().SetInf(d.special < 0)
	}
	x := number().SetInt(d.c)
	if d.e < 0 {
		return over(x, number().SetInt(keys.Pow10(-d.e)))
	}
	return times(x, number().SetInt(keys.Pow10(d.e)))
}

func ofReal(x *big.Float) Decimal {
	if x.IsInf() {
		return Decimal{special: math.Inf(x.Sign())}
	}
	digits, exponent, _ := strings.Cut(x.Text('e', keys.DecimalDigits+6), "e")
	c, _ := new(big.Int).SetString(strings.Replace(digits, ".", "", 1), 10)
	e, _ := strconv.Atoi(exponent)
	if c.Sign() == 0 {
		return Decimal{c: c}
	}
	d := Decimal{c: c, e: e - keys.DecimalDigits - 6}
	if short := d.shorten(0); keys.Digits(short.c) <= keys.DecimalDigits { // it is exact
		return short
	}
	return d.round()
}

// series adds terms until they no longer matter.
func series(first *big.Float, next func(term *big.Float, n int64) *big.Float) *big.Float {
	total, term := number().Set(first), first
	for n := int64(1); ; n++ {
		term = next(term, n)
		if term.Sign() == 0 || term.MantExp(nil) < total.MantExp(nil)-precision {
			return total
		}
		total.Add(total, term)
	}
}

// logOf2 is ln 2 = 2 artanh(1/3).
var logOf2 = sync.OnceValue(func() *big.Float {
	power := over(whole(2), whole(3))
	return series(power, func(_ *big.Float, n int64) *big.Float {
		power = over(power, whole(9))
		return over(power, whole(2*n+1))
	})
})

// pi returns π with so many bits: 16 arctan(1/5) - 4 arctan(1/239).
func pi(bits uint) *big.Float {
	bits += 32
	arctan := func(n int64) *big.Int {
		square := big.NewInt(n * n)
		power := new(big.Int).Quo(new(big.Int).Lsh(big.NewInt(1), bits), big.NewInt(n))
		total := new(big.Int).Set(power)
		for i := int64(3); power.Sign() != 0; i += 2 {
			power.Neg(power.Quo(power, square))
			total.Add(total, new(big.Int).Quo(power, big.NewInt(i)))
		}
		return total
	}
	four := new(big.Int).Sub(new(big.Int).Lsh(arctan(5), 2), arctan(239))
	return new(big.Float).SetPrec(bits).SetMantExp(new(big.Float).SetPrec(bits).SetInt(four), 2-int(bits))
}

var halfPi = sync.OnceValue(func() *big.Float { return half(pi(precision)) })

// Exp is e^x.
func Exp(x *big.Float) *big.Float {
	const most = 20_000 // beyond it a Decimal128 is infinite or zero
	if x.Cmp(whole(most)) > 0 {
		return number().SetInf(false)
	}
	if x.Cmp(whole(-most)) < 0 {
		return number()
	}
	k, _ := over(x, logOf2()).Int64()
	const halvings = 16
	r := minus(x, times(logOf2(), whole(k)))
	r.SetMantExp(r, -halvings)
	result := series(whole(1), func(term *big.Float, n int64) *big.Float { return over(times(term, r), whole(n)) })
	for range halvings {
		result.Mul(result, result)
	}
	return result.SetMantExp(result, int(k))
}

// Log is the natural logarithm of x, which is not negative.
func Log(x *big.Float) *big.Float {
	if x.Sign() == 0 || x.IsInf() {
		return number().SetInf(x.Sign() == 0)
	}
	if x.Cmp(whole(1)) == 0 {
		return number()
	}
	m := number()
	k := x.MantExp(m)
	near, _ := m.Float64()
	y := number().SetFloat64(math.Log(near))
	for range 4 { // each has three times the digits of the one before
		power := Exp(y)
		y = plus(y, twice(over(minus(m, power), plus(m, power))))
	}
	return plus(y, times(logOf2(), whole(int64(k))))
}

// Log10 is the logarithm of x, which is not negative, to the base ten.
func Log10(x *big.Float) *big.Float { return LogTo(x, whole(10)) }

// LogTo is the logarithm of x to a base.
func LogTo(x, base *big.Float) *big.Float { return over(Log(x), Log(base)) }

// Sqrt is the square root of x, which is not negative.
func Sqrt(x *big.Float) *big.Float { return root(x) }

// power is x^y, where x is not negative or y is whole.
func power(x, y *big.Float) *big.Float {
	switch {
	case y.Sign() == 0:
		return whole(1)
	case x.Sign() == 0:
		return number()
	}
	result := Exp(times(y, Log(number().Abs(x))))
	if n, _ := y.Int(nil); x.Sign() < 0 && n.Bit(0) == 1 {
		result.Neg(result)
	}
	return result
}

// Power is d^o; d is not zero where o is negative. A power of a negative number that is not real is NaN.
func (d Decimal) Power(o Decimal) Decimal {
	if d.c != nil && o.c != nil && d.c.Sign() < 0 && !o.real().IsInt() {
		return Decimal{special: math.NaN()}
	}
	return d.Apply2(o, power, math.Pow)
}

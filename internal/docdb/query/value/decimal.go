package value

import (
	"math"
	"math/big"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
)

// Decimal is a number in exact decimal arithmetic: coefficient times 10 to the exponent. If c is nil it is NaN or an
// infinity, which special holds.
type Decimal struct {
	c       *big.Int
	e       int
	special float64
}

// ToDecimal converts a number of any type. A double is taken with 15 digits, as MongoDB takes it.
func ToDecimal(v bson.RawValue) Decimal {
	if i, ok := Integer(v); ok {
		return Decimal{c: big.NewInt(i)}
	}
	var d bson.Decimal128
	if f, ok := v.DoubleOK(); ok {
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return Decimal{special: f}
		}
		if f == 0 {
			return Decimal{c: new(big.Int)}
		}
		d, _ = bson.ParseDecimal128(strconv.FormatFloat(f, 'e', 14, 64))
	} else {
		d, _ = v.Decimal128OK()
	}
	c, e, ok := keys.Decimal(d)
	switch {
	case ok:
		return Decimal{c: c, e: e}
	case d.IsNaN():
		return Decimal{special: math.NaN()}
	}
	return Decimal{special: math.Inf(d.IsInf())}
}

// Parts are what DecimalOf makes the same decimal of: a coefficient and an exponent, or without a coefficient NaN or an
// infinity.
func (d Decimal) Parts() (c *big.Int, e int, special float64) { return d.c, d.e, d.special }

// DecimalOf makes a decimal of its parts.
func DecimalOf(c *big.Int, e int, special float64) Decimal { return Decimal{c, e, special} }

// sign stands in for d where only infinities and NaN decide.
func (d Decimal) sign() float64 {
	if d.c == nil {
		return d.special
	}
	return float64(d.c.Sign())
}

// Unset reports whether d is the zero Decimal, which no number is converted to.
func (d Decimal) Unset() bool { return d.c == nil && d.special == 0 }

// Add returns d+o.
func (d Decimal) Add(o Decimal) Decimal {
	if d.c == nil || o.c == nil {
		return Decimal{special: d.sign() + o.sign()}
	}
	if d.e < o.e {
		d, o = o, d
	}
	scaled := new(big.Int).Mul(d.c, keys.Pow10(d.e-o.e))
	return Decimal{c: scaled.Add(scaled, o.c), e: o.e}.round()
}

func (d Decimal) subtract(o Decimal) Decimal {
	if o.c == nil {
		return d.Add(Decimal{special: -o.special})
	}
	return d.Add(Decimal{c: new(big.Int).Neg(o.c), e: o.e})
}

// quotient is d/o; o is not zero.
func (d Decimal) quotient(o Decimal) Decimal {
	switch {
	case d.c == nil && o.c == nil:
		return Decimal{special: math.NaN()}
	case d.c == nil:
		return Decimal{special: d.special * o.sign()}
	case o.c == nil && math.IsNaN(o.special):
		return o
	case o.c == nil:
		return Decimal{c: new(big.Int)}
	}
	more := keys.DecimalDigits + 2 + keys.Digits(o.c)
	q, rest := new(big.Int).QuoRem(new(big.Int).Mul(d.c, keys.Pow10(more)), o.c, new(big.Int))
	result := Decimal{c: q, e: d.e - o.e - more}
	if rest.Sign() == 0 {
		return result.shorten(d.e - o.e).round()
	}
	// One more digit tells rounding that it is no tie.
	result.c.Mul(result.c, big.NewInt(10)).Add(result.c, big.NewInt(int64(d.c.Sign()*o.c.Sign())))
	result.e--
	return result.round()
}

// remainder is what is left of d when it is divided by o, which is not zero.
func (d Decimal) remainder(o Decimal) Decimal {
	switch {
	case d.c == nil || o.c == nil && math.IsNaN(o.special):
		return Decimal{special: math.NaN()}
	case o.c == nil:
		return d
	}
	e := min(d.e, o.e)
	a, b := new(big.Int).Mul(d.c, keys.Pow10(d.e-e)), new(big.Int).Mul(o.c, keys.Pow10(o.e-e))
	return Decimal{c: a.Rem(a, b), e: e}.round()
}

func (d Decimal) mul(o Decimal) Decimal {
	if d.c == nil || o.c == nil {
		return Decimal{special: d.sign() * o.sign()}
	}
	return Decimal{c: new(big.Int).Mul(d.c, o.c), e: d.e + o.e}.round()
}

// Div divides by a positive n.
func (d Decimal) Div(n int64) Decimal {
	if d.c == nil {
		return d
	}
	scaled := new(big.Int).Mul(d.c, keys.Pow10(keys.DecimalDigits+20))
	quotient, rest := scaled.QuoRem(scaled, big.NewInt(n), new(big.Int))
	if rest.Sign() == 0 {
		return Decimal{c: quotient, e: d.e - keys.DecimalDigits - 20}.shorten(d.e).round()
	}
	return Decimal{c: quotient, e: d.e - keys.DecimalDigits - 20}.round()
}

// shorten drops trailing zeros as long as the exponent is below e, so that 6/2 is 3 and not 3.000.
func (d Decimal) shorten(e int) Decimal {
	if d.c.Sign() == 0 {
		return Decimal{c: d.c, e: e}
	}
	for d.e < e {
		q, r := new(big.Int).QuoRem(d.c, big.NewInt(10), new(big.Int))
		if r.Sign() != 0 {
			break
		}
		d.c, d.e = q, d.e+1
	}
	return d
}

// round brings d to 34 digits and into the range of exponents, half to even.
func (d Decimal) round() Decimal {
	drop := max(keys.Digits(d.c)-keys.DecimalDigits, bson.MinDecimal128Exp-d.e, 0)
	if drop == 0 {
		return d
	}
	if drop > keys.Digits(d.c) {
		return Decimal{c: new(big.Int), e: d.e + drop}
	}
	unit := keys.Pow10(drop)
	quotient, rest := new(big.Int).QuoRem(d.c, unit, new(big.Int))
	half := rest.Abs(rest).Lsh(rest, 1).Cmp(unit)
	if half > 0 || half == 0 && quotient.Bit(0) == 1 {
		quotient.Add(quotient, big.NewInt(int64(d.c.Sign())))
	}
	return Decimal{c: quotient, e: d.e + drop}.round() // a carry may have made a 35th digit
}

// Value returns d as a Decimal128; what is too great becomes an infinity.
func (d Decimal) Value() bson.RawValue {
	special := d.special
	if d.c != nil {
		r := d.round()
		if result, ok := bson.ParseDecimal128FromBigInt(r.c, r.e); ok {
			return decimalValue(result)
		}
		special = math.Inf(d.c.Sign())
	}
	result, _ := bson.ParseDecimal128(strconv.FormatFloat(special, 'g', -1, 64)) // NaN, +Inf or -Inf
	return decimalValue(result)
}

// truncatedDecimal returns d without its fraction, if that fits an int64.
func truncatedDecimal(d bson.Decimal128) (int64, bool) {
	c, e, ok := keys.Decimal(d)
	if !ok {
		return 0, false
	}
	switch {
	case c.Sign() == 0 || e < -keys.DecimalDigits:
		return 0, true
	case e > 20:
		return 0, false
	case e < 0:
		c.Quo(c, keys.Pow10(-e))
	default:
		c.Mul(c, keys.Pow10(e))
	}
	return c.Int64(), c.IsInt64()
}

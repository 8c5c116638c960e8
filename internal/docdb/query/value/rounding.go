package value

import (
	"math"
	"math/big"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
)

// A Rounding says where a number goes that lies between two others.
type Rounding int

// To the nearer, and between two equally near to the even one; towards zero; to the lesser; to the greater.
const (
	HalfEven Rounding = iota
	TowardsZero
	Floor
	Ceiling
)

// Rounded is d as a multiple of 10^e. What has no place for so many digits, an infinity and NaN stay as they are.
func (d Decimal) Rounded(e int, mode Rounding) Decimal {
	switch {
	case d.c == nil || d.e >= e && d.c.Sign() != 0 && keys.Digits(d.c)+d.e-e > keys.DecimalDigits:
		return d
	case d.c.Sign() == 0:
		return Decimal{c: d.c, e: e}
	case d.e >= e:
		return Decimal{c: new(big.Int).Mul(d.c, keys.Pow10(d.e-e)), e: e}
	}
	unit := keys.Pow10(e - d.e)
	quotient, rest := new(big.Int).QuoRem(d.c, unit, new(big.Int))
	if sign := rest.Sign(); sign != 0 && mode.away(quotient, rest, unit) {
		quotient.Add(quotient, big.NewInt(int64(sign)))
	}
	return Decimal{c: quotient, e: e}
}

// away reports whether quotient, which is towards zero from the number, is not where it goes.
func (mode Rounding) away(quotient, rest, unit *big.Int) bool {
	switch mode {
	case Floor:
		return rest.Sign() < 0
	case Ceiling:
		return rest.Sign() > 0
	case HalfEven:
		half := new(big.Int).Lsh(rest, 1).CmpAbs(unit)
		return half > 0 || half == 0 && quotient.Bit(0) == 1
	}
	return false
}

// ExactDecimal is a double with 34 digits of its own, where ToDecimal takes 15.
func ExactDecimal(f float64) Decimal {
	if f == 0 || math.IsNaN(f) || math.IsInf(f, 0) {
		return ToDecimal(Double(f))
	}
	d, _ := bson.ParseDecimal128(new(big.Float).SetFloat64(f).Text('e', keys.DecimalDigits-1))
	return ToDecimal(decimalValue(d))
}

// Double is the double nearest to d.
func (d Decimal) Double() float64 {
	if d.c == nil {
		return d.special
	}
	f, _ := strconv.ParseFloat(d.c.String()+"e"+strconv.Itoa(d.e), 64) // an infinity where it is too great
	return f
}

// IsNaN reports whether d is no number.
func (d Decimal) IsNaN() bool { return d.c == nil && math.IsNaN(d.special) }

// ParseDecimal reads a decimal with at most 34 digits; ok is false for other text.
func ParseDecimal(text string) (v bson.RawValue, ok bool) {
	d, err := bson.ParseDecimal128(text)
	return decimalValue(d), err == nil
}

// Float is a number of any type as the double nearest to it.
func Float(v bson.RawValue) float64 {
	if v.Type == bson.TypeDecimal128 {
		return ToDecimal(v).Double()
	}
	return AsDouble(v)
}

package keys

import (
	"math"
	"math/big"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// DecimalDigits is the number of digits of a Decimal128's coefficient.
const DecimalDigits = 34

var pow10 = func() (table [2*DecimalDigits + 1]*big.Int) {
	for i := range table {
		table[i] = new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(i)), nil)
	}
	return table
}()

// Pow10 returns 10 to the n. The result may be shared and must not be changed.
func Pow10(n int) *big.Int {
	if n < len(pow10) {
		return pow10[n]
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// Digits returns the number of decimal digits of n, 1 for zero.
func Digits(n *big.Int) int {
	// 1233/4096 is slightly above log10(2), so the guess is never low by more than rounding, and one comparison settles it.
	guess := max(1, n.BitLen()*1233>>12)
	for n.CmpAbs(Pow10(guess)) >= 0 {
		guess++
	}
	for guess > 1 && n.CmpAbs(Pow10(guess-1)) < 0 {
		guess--
	}
	return guess
}

// Decimal takes a finite Decimal128 apart: coefficient times 10 to the exponent. A coefficient beyond 34 digits counts as
// zero (IEEE 754-2008, non-canonical encodings). ok is false for NaN and the infinities.
func Decimal(d bson.Decimal128) (coefficient *big.Int, exponent int, ok bool) {
	c, e, err := d.BigInt()
	if err != nil {
		return nil, 0, false
	}
	if c.CmpAbs(pow10[DecimalDigits]) >= 0 {
		c = new(big.Int)
	}
	return c, e, true
}

// floorDecimal returns the greatest double not above c*10^e, and whether it is exactly that.
func floorDecimal(c *big.Int, e int) (floor float64, exact bool) {
	if c.Sign() == 0 {
		return 0, true
	}
	size := e + Digits(c) // the value is below 10^size and not below 10^(size-1)
	switch {
	case size > 310 && c.Sign() > 0:
		return math.MaxFloat64, false
	case size > 310:
		return math.Inf(-1), false
	case size < -330 && c.Sign() > 0:
		return 0, false
	case size < -330:
		return -math.SmallestNonzeroFloat64, false
	}
	return floorNearby(c, e)
}

// floorNearby is floorDecimal for what is within or just beyond the range of doubles.
func floorNearby(c *big.Int, e int) (floor float64, exact bool) {
	near, _ := strconv.ParseFloat(c.String()+"e"+strconv.Itoa(e), 64) // the nearest double; an infinity if out of range
	switch {
	case math.IsInf(near, 1):
		return math.MaxFloat64, false
	case math.IsInf(near, -1):
		return near, false
	}
	switch compareExact(near, c, e) {
	case 0:
		return near + 0, true
	case 1:
		return math.Nextafter(near, math.Inf(-1)), false
	}
	return near + 0, false
}

// compareExact compares the finite f with c*10^e without rounding.
func compareExact(f float64, c *big.Int, e int) int {
	left, right := new(big.Rat).SetFloat64(f), new(big.Rat)
	if e < 0 {
		right.SetFrac(c, Pow10(-e))
	} else {
		right.SetInt(new(big.Int).Mul(c, Pow10(e)))
	}
	return left.Cmp(right)
}

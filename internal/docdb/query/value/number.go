package value

import (
	"math"
	"math/bits"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
)

// The sum or product of two numbers has the wider of their types: int, long, double, decimal. Two ints widen to a long
// rather than overflow. Source: MongoDB manual, "$inc" and "$mul".

// Add returns a+b; ok is false if two integers overflow a long.
func Add(a, b bson.RawValue) (sum bson.RawValue, ok bool) {
	return arithmetic(a, b, AddInt64, func(x, y float64) float64 { return x + y }, Decimal.Add)
}

// Multiply returns a*b; ok is false if two integers overflow a long.
func Multiply(a, b bson.RawValue) (product bson.RawValue, ok bool) {
	return arithmetic(a, b, mulInt64, func(x, y float64) float64 { return x * y }, Decimal.mul)
}

func arithmetic(a, b bson.RawValue, integers func(x, y int64) (int64, bool), doubles func(x, y float64) float64, decimals func(x, y Decimal) Decimal) (bson.RawValue, bool) {
	if a.Type == bson.TypeDecimal128 || b.Type == bson.TypeDecimal128 {
		return decimals(ToDecimal(a), ToDecimal(b)).Value(), true
	}
	x, xInt := Integer(a)
	y, yInt := Integer(b)
	if !xInt || !yInt {
		return Double(doubles(AsDouble(a), AsDouble(b))), true
	}
	result, ok := integers(x, y)
	if a.Type == bson.TypeInt32 && b.Type == bson.TypeInt32 {
		return Narrow(result), ok
	}
	return Int64(result), ok
}

// Narrow is i as an int if it fits, else as a long.
func Narrow(i int64) bson.RawValue {
	if int64(int32(i)) == i {
		return Int32(int32(i))
	}
	return Int64(i)
}

// AddInt64 returns x+y; ok is false if that overflows.
func AddInt64(x, y int64) (int64, bool) {
	sum := x + y
	return sum, (sum > x) == (y > 0)
}

func mulInt64(x, y int64) (int64, bool) {
	high, low := bits.Mul64(magnitude(x), magnitude(y))
	if negative := (x < 0) != (y < 0); negative {
		return -int64(low), high == 0 && low <= 1<<63
	}
	return int64(low), high == 0 && low <= math.MaxInt64
}

// magnitude is |x|, which for the least int64 only fits a uint64.
func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

// Integer returns an int or a long.
func Integer(v bson.RawValue) (int64, bool) { return keys.Integer(v) }

// AsDouble returns an int, a long or a double as a double.
func AsDouble(v bson.RawValue) float64 {
	if i, ok := Integer(v); ok {
		return float64(i)
	}
	f, _ := keys.Real(v)
	return f
}

// ZeroOf is zero in the numeric type of v.
func ZeroOf(v bson.RawValue) bson.RawValue {
	switch v.Type {
	case bson.TypeInt32:
		return Int32(0)
	case bson.TypeInt64:
		return Int64(0)
	case bson.TypeDouble:
		return Double(0)
	}
	return ToDecimal(Int32(0)).Value()
}

// Subtract returns a-b; ok is false if two integers overflow a long.
func Subtract(a, b bson.RawValue) (difference bson.RawValue, ok bool) {
	return arithmetic(a, b, subtractInt64, func(x, y float64) float64 { return x - y }, Decimal.subtract)
}

func subtractInt64(x, y int64) (int64, bool) {
	difference := x - y
	return difference, (difference < x) == (y > 0)
}

// Divide returns a/b, a double unless one of them is a decimal. b is not zero.
func Divide(a, b bson.RawValue) bson.RawValue {
	if a.Type == bson.TypeDecimal128 || b.Type == bson.TypeDecimal128 {
		return ToDecimal(a).quotient(ToDecimal(b)).Value()
	}
	return Double(AsDouble(a) / AsDouble(b))
}

// Remainder returns what is left of a when it is divided by b, which is not zero. It has the sign of a.
func Remainder(a, b bson.RawValue) bson.RawValue {
	rest, _ := arithmetic(a, b, func(x, y int64) (int64, bool) { return x % y, true }, math.Mod, Decimal.remainder)
	return rest
}

// IsZero reports whether a number is zero.
func IsZero(v bson.RawValue) bool { return keys.Equal(v, Int32(0)) }

// IsNegative reports whether a number is less than zero.
func IsNegative(v bson.RawValue) bool { return keys.Compare(v, Int32(0)) < 0 }

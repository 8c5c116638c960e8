package query

import (
	"math"
	"math/bits"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// The sum or product of two numbers has the wider of their types: int, long, double, decimal. Two ints widen to a long
// rather than overflow. Source: MongoDB manual, "$inc" and "$mul".

// add returns a+b; ok is false if two integers overflow a long.
func add(a, b bson.RawValue) (sum bson.RawValue, ok bool) {
	return arithmetic(a, b, addInt64, func(x, y float64) float64 { return x + y }, decimal.add)
}

// multiply returns a*b; ok is false if two integers overflow a long.
func multiply(a, b bson.RawValue) (product bson.RawValue, ok bool) {
	return arithmetic(a, b, mulInt64, func(x, y float64) float64 { return x * y }, decimal.mul)
}

func arithmetic(a, b bson.RawValue, integers func(x, y int64) (int64, bool), doubles func(x, y float64) float64, decimals func(x, y decimal) decimal) (bson.RawValue, bool) {
	if a.Type == bson.TypeDecimal128 || b.Type == bson.TypeDecimal128 {
		return decimals(toDecimal(a), toDecimal(b)).value(), true
	}
	x, xInt := integerOf(a)
	y, yInt := integerOf(b)
	if !xInt || !yInt {
		return doubleValue(doubles(doubleOf(a), doubleOf(b))), true
	}
	result, ok := integers(x, y)
	if a.Type == bson.TypeInt32 && b.Type == bson.TypeInt32 {
		return narrow(result), ok
	}
	return int64Value(result), ok
}

// narrow is i as an int if it fits, else as a long.
func narrow(i int64) bson.RawValue {
	if int64(int32(i)) == i {
		return int32Value(int32(i))
	}
	return int64Value(i)
}

func addInt64(x, y int64) (int64, bool) {
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

// integerOf returns an int or a long.
func integerOf(v bson.RawValue) (int64, bool) {
	if v.Type == bson.TypeInt32 {
		i, ok := v.Int32OK()
		return int64(i), ok
	}
	if v.Type == bson.TypeInt64 {
		return v.Int64OK()
	}
	return 0, false
}

// doubleOf returns an int, a long or a double as a double.
func doubleOf(v bson.RawValue) float64 {
	if i, ok := integerOf(v); ok {
		return float64(i)
	}
	f, _ := v.DoubleOK()
	return f
}

// zeroOf is zero in the numeric type of v.
func zeroOf(v bson.RawValue) bson.RawValue {
	switch v.Type {
	case bson.TypeInt32:
		return int32Value(0)
	case bson.TypeInt64:
		return int64Value(0)
	case bson.TypeDouble:
		return doubleValue(0)
	}
	return toDecimal(int32Value(0)).value()
}

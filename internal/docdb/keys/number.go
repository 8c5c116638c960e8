package keys

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"math/big"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A number is encoded as the greatest double not above it, and after that one byte: 0 when the number is that double, 1
// when it lies above it. Then its decimal digits follow. Only integers beyond 2^53 and decimals can lie between two
// doubles, and all of those have at most 34 digits, so the digits decide their order exactly.
const (
	tailExact byte = 0
	tailAbove byte = 1

	digitsSize = 2 + 15 // behind tailAbove
)

func appendNumber(dst []byte, v *bson.RawValue) []byte {
	switch v.Type {
	case bson.TypeInt32:
		i, _ := Integer(*v)
		return append(appendDouble(dst, float64(i)), tailExact)
	case bson.TypeInt64:
		i, _ := Integer(*v)
		return appendInt64(dst, i)
	case bson.TypeDouble:
		f, _ := Real(*v)
		return append(appendDouble(dst, f), tailExact)
	}
	d, _ := v.Decimal128OK()
	return appendDecimal(dst, d)
}

// appendDouble writes f so that bytes order as doubles do: the sign bit flipped, or all bits of a negative. Both zeros
// are one, and every NaN is the lowest.
func appendDouble(dst []byte, f float64) []byte {
	if math.IsNaN(f) {
		return append(dst, 0, 0, 0, 0, 0, 0, 0, 0)
	}
	bits := math.Float64bits(f + 0) // -0 + 0 is +0
	if bits>>63 == 1 {
		return binary.BigEndian.AppendUint64(dst, ^bits)
	}
	return binary.BigEndian.AppendUint64(dst, bits|1<<63)
}

func appendInt64(dst []byte, i int64) []byte {
	f := float64(i)
	if f < 1<<63 && int64(f) == i {
		return append(appendDouble(dst, f), tailExact)
	}
	if f >= 1<<63 || int64(f) > i {
		f = math.Nextafter(f, math.Inf(-1))
	}
	return appendDigits(appendDouble(dst, f), big.NewInt(i), 0)
}

func appendDecimal(dst []byte, d bson.Decimal128) []byte {
	c, e, ok := Decimal(d)
	switch {
	case d.IsNaN():
		return append(appendDouble(dst, math.NaN()), tailExact)
	case !ok:
		return append(appendDouble(dst, math.Inf(d.IsInf())), tailExact)
	}
	floor, exact := floorDecimal(c, e)
	dst = appendDouble(dst, floor)
	if exact {
		return append(dst, tailExact)
	}
	return appendDigits(dst, c, e)
}

// appendDigits writes tailAbove and the non-zero c*10^e: its size as a power of ten, then the coefficient drawn out to 34
// digits; all turned around for a negative.
func appendDigits(dst []byte, c *big.Int, e int) []byte {
	dst = append(dst, tailAbove)
	start := len(dst)
	digits := Digits(c)
	dst = binary.BigEndian.AppendUint16(dst, uint16(e+digits+1<<14))
	full := new(big.Int).Mul(c, Pow10(DecimalDigits-digits))
	var coefficient [15]byte // 10^34 < 2^113
	dst = append(dst, full.FillBytes(coefficient[:])...)
	if c.Sign() < 0 {
		Invert(dst[start:])
	}
	return dst
}

// compareNumbers compares two numbers by value. NaN is below all others and equal to itself.
func compareNumbers(a, b *bson.RawValue) int {
	ai, aInt := Integer(*a)
	bi, bInt := Integer(*b)
	if aInt && bInt {
		return cmp.Compare(ai, bi)
	}
	af, aOK := double(a)
	bf, bOK := double(b)
	if aOK && bOK {
		return cmp.Compare(af, bf)
	}
	var left, right [32]byte
	return bytes.Compare(appendNumber(left[:0], a), appendNumber(right[:0], b))
}

// Integer returns an int or a long.
func Integer(v bson.RawValue) (int64, bool) {
	switch {
	case v.Type == bson.TypeInt32 && len(v.Value) >= 4:
		return int64(int32(binary.LittleEndian.Uint32(v.Value))), true
	case v.Type == bson.TypeInt64 && len(v.Value) >= 8:
		return int64(binary.LittleEndian.Uint64(v.Value)), true
	}
	return 0, false
}

// Real returns a double.
func Real(v bson.RawValue) (float64, bool) {
	if v.Type != bson.TypeDouble || len(v.Value) < 8 {
		return 0, false
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(v.Value)), true
}

// double returns v as a double if that loses nothing and costs nothing.
func double(v *bson.RawValue) (float64, bool) {
	if v.Type == bson.TypeDouble {
		return Real(*v)
	}
	i, ok := Integer(*v)
	return float64(i), ok && -1<<53 <= i && i <= 1<<53
}

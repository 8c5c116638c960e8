package match

import (
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// mask says which bits are looked at: those of bytes, the least significant first, or single ones.
type mask struct {
	bytes   []byte
	singles []int32 // positions
}

// each visits the bytes in which bits are looked at until visit returns false, and reports whether it never did.
func (m mask) each(visit func(at int, bits byte) bool) bool {
	for at, bits := range m.bytes {
		if bits != 0 && !visit(at, bits) {
			return false
		}
	}
	for _, position := range m.singles {
		if !visit(int(position/8), 1<<(position%8)) {
			return false
		}
	}
	return true
}

// bitTest makes an operator that looks at bits. One byte decides it if ends says so of what is set of the bits looked at;
// otherwise the answer is rest.
func bitTest(ends func(set, looked byte) bool, rest bool) func(operand) (predicate, error) {
	return func(o operand) (predicate, error) {
		m, err := parseMask(o)
		if err != nil {
			return nil, err
		}
		test := func(x *evaluation, v bson.RawValue) bool {
			bytes, beyond, ok := bitsOf(v)
			if !ok || !x.Step(1+(len(m.bytes)+len(m.singles))>>6) {
				return false
			}
			undecided := m.each(func(at int, looked byte) bool {
				b := beyond
				if at < len(bytes) {
					b = bytes[at]
				}
				return !ends(b&looked, looked)
			})
			return undecided == rest
		}
		return &atom{op: o.name, arg: o.value, test: test}, nil
	}
}

// bitsOf are the bytes of binary data or of a whole number that fits 64 bits, and what follows them without end.
func bitsOf(v bson.RawValue) (bytes []byte, beyond byte, ok bool) {
	if v.Type == bson.TypeBinary {
		_, data, ok := v.BinaryOK()
		return data, 0, ok
	}
	n, ok := value.Whole(v)
	if n < 0 {
		beyond = math.MaxUint8
	}
	return wholeBytes(n), beyond, ok && v.IsNumber()
}

func wholeBytes(n int64) []byte {
	var room [8]byte
	for i := range room {
		room[i] = byte(n >> (8 * i))
	}
	return room[:]
}

// parseMask reads a number, binary data or an array of positions.
func parseMask(o operand) (m mask, err error) {
	switch v := o.value; {
	case value.IsArray(v):
		m.singles, err = parsePositions(v)
		return m, err
	case v.Type == bson.TypeBinary:
		_, m.bytes, _ = v.BinaryOK()
		return m, nil
	case v.IsNumber():
		n, ok := value.Whole(v)
		if !ok {
			return m, wire.Errorf(wire.FailedToParse, "Expected an integer in: %s: %s", o.name, v)
		}
		if n < 0 {
			return m, wire.Errorf(wire.FailedToParse, "Expected a non-negative number in: %s: %s", o.name, v)
		}
		return mask{bytes: wholeBytes(n)}, nil
	}
	return m, wire.Errorf(wire.BadValue, "%s takes an Array, a number, or a BinData but received: %s", o.name, value.TypeName(o.value))
}

func parsePositions(array bson.RawValue) (list []int32, err error) {
	for _, v := range keys.Elements(array.Value) {
		n, ok := value.Whole(v)
		switch {
		case !ok:
			return nil, wire.Errorf(wire.BadValue, "bit positions must be an integer but got: %s", v)
		case n < 0:
			return nil, wire.Errorf(wire.BadValue, "bit positions must be >= 0 but got: %d", n)
		case n > math.MaxInt32:
			return nil, wire.Errorf(wire.BadValue, "bit positions cannot be represented as a 32-bit signed integer but got: %d", n)
		}
		list = append(list, int32(n))
	}
	return list, nil
}

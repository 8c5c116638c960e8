package accumulate

import (
	"encoding/binary"
	"errors"
	"math"
	"math/big"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// What accumulators save are numbers, bytes and values, one behind the other. It is no stored form: it lasts as long as a
// command.

// AppendInt appends a number, as Saved.Int reads it.
func AppendInt(dst []byte, n int64) []byte { return binary.AppendVarint(dst, n) }

func appendFloat(dst []byte, f float64) []byte {
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(f))
}

func appendBytes(dst, b []byte) []byte { return append(AppendInt(dst, int64(len(b))), b...) }

// AppendValue appends a value, which may be missing, as Saved.Value reads it.
func AppendValue(dst []byte, v *bson.RawValue) []byte {
	return appendBytes(append(dst, byte(v.Type)), v.Value)
}

func appendValues(dst []byte, list []bson.RawValue) []byte {
	dst = AppendInt(dst, int64(len(list)))
	for i := range list {
		dst = AppendValue(dst, &list[i])
	}
	return dst
}

func appendDecimal(dst []byte, d value.Decimal) []byte {
	c, e, special := d.Parts()
	var digits []byte // none: there is no coefficient
	if c != nil {
		digits = c.Append(nil, 10)
	}
	return appendFloat(AppendInt(appendBytes(dst, digits), int64(e)), special)
}

// Saved reads what has been saved. Where that is too short it gives zeros, and Err tells.
type Saved struct {
	rest []byte
	err  error
}

var errCut = errors.New("accumulate: what was saved is not all there")

// From reads what has been saved in b.
func From(b []byte) *Saved { return &Saved{rest: b} }

// Rest is what has not been read.
func (s *Saved) Rest() []byte { return s.rest }

// Err is why not all could be read, or nil.
func (s *Saved) Err() error { return s.err }

// take takes n bytes off.
func (s *Saved) take(n int64) []byte {
	if n < 0 || n > int64(len(s.rest)) {
		s.rest, s.err = nil, errCut
		return nil
	}
	b := s.rest[:n:n]
	s.rest = s.rest[n:]
	return b
}

// Int reads a number.
func (s *Saved) Int() int64 {
	n, size := binary.Varint(s.rest)
	s.take(int64(max(size, -1)))
	if size == 0 {
		s.err = errCut
	}
	return n
}

func (s *Saved) float() float64 {
	b := s.take(8)
	if len(b) < 8 {
		return 0
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

func (s *Saved) bytes() []byte { return s.take(s.Int()) }

// Value reads a value, which shares memory with what is read.
func (s *Saved) Value() (v bson.RawValue) {
	if t := s.take(1); len(t) > 0 {
		v.Type = bson.Type(t[0])
	}
	v.Value = s.bytes()
	return v
}

// each reads a list of values.
func (s *Saved) each(visit func(v bson.RawValue)) {
	for n := s.Int(); n > 0 && s.err == nil; n-- {
		visit(s.Value())
	}
}

// values reads a list of values, as copies.
func (s *Saved) values() (list []bson.RawValue) {
	s.each(func(v bson.RawValue) { list = append(list, value.Clone(v)) })
	return list
}

func (s *Saved) decimal() value.Decimal {
	digits, e, special := s.bytes(), s.Int(), s.float()
	if len(digits) == 0 {
		return value.DecimalOf(nil, 0, special)
	}
	c, _ := new(big.Int).SetString(string(digits), 10)
	return value.DecimalOf(c, int(e), special)
}

package accumulate

import (
	"bytes"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// overhead is about what a value takes beside its bytes.
const overhead = 64

func size(v bson.RawValue) int { return len(v.Value) + overhead }

// FirstN makes an array of the first n values.
func FirstN(n int64) Accumulator { return &firstN{n: n} }

type firstN struct {
	n      int64
	values []bson.RawValue
}

func (f *firstN) Add(v *bson.RawValue) int {
	if int64(len(f.values)) == f.n {
		return 0
	}
	f.values = append(f.values, value.Clone(*v))
	return size(*v)
}

func (f *firstN) Result() bson.RawValue  { return value.Array(f.values) }
func (f *firstN) Save(dst []byte) []byte { return appendValues(dst, f.values) }
func (f *firstN) Load(from *Saved)       { f.values = from.values() }

// LastN makes an array of the last n values.
func LastN(n int64) Accumulator { return &lastN{n: n} }

// lastN is a ring, once it has n values.
type lastN struct {
	n      int64
	values []bson.RawValue
	oldest int
}

func (l *lastN) Add(v *bson.RawValue) int {
	if int64(len(l.values)) < l.n {
		l.values = append(l.values, value.Clone(*v))
		return size(*v)
	}
	grown := keep(&l.values[l.oldest], v)
	l.oldest = (l.oldest + 1) % len(l.values)
	return grown
}

func (l *lastN) ordered() []bson.RawValue {
	return slices.Concat(l.values[l.oldest:], l.values[:l.oldest])
}

func (l *lastN) Result() bson.RawValue  { return value.Array(l.ordered()) }
func (l *lastN) Save(dst []byte) []byte { return appendValues(dst, l.ordered()) }
func (l *lastN) Load(from *Saved)       { l.values = from.values() }

// MinN makes an array of the n least values, the least first. Null and missing values do not count.
func MinN(by *keys.Collation, n int64) Accumulator {
	return &ranked{n: n, order: func(v bson.RawValue) ([]byte, bson.RawValue) { return by.Append(nil, v), v }}
}

// MaxN makes an array of the n greatest values, the greatest first. Null and missing values do not count.
func MaxN(by *keys.Collation, n int64) Accumulator {
	return &ranked{n: n, order: func(v bson.RawValue) ([]byte, bson.RawValue) {
		key := by.Append(nil, v)
		keys.Invert(key)
		return key, v
	}}
}

// TopN makes an array of the n values that come first by the keys beside them, which Keyed writes. With one alone the value
// itself is the result.
func TopN(n int64, one bool) Accumulator { return &ranked{n: n, order: keyed, one: one, all: true} }

// BottomN makes an array of the n values that come last by the keys beside them, which Keyed writes.
func BottomN(n int64, one bool) Accumulator {
	return &ranked{n: n, order: keyed, one: one, all: true, last: true}
}

// Keyed writes a value beside the key by which TopN and BottomN place it.
func Keyed(key []byte, v bson.RawValue) bson.RawValue {
	b := value.NewBuilder()
	b.Add("key", bson.RawValue{Type: bson.TypeBinary, Value: bsoncore.AppendBinary(nil, 0, key)})
	b.Add("value", value.OrNull(v))
	return b.Document()
}

func keyed(v bson.RawValue) (key []byte, is bson.RawValue) {
	_, key, _ = keys.Lookup(v.Value, "key").BinaryOK()
	return key, keys.Lookup(v.Value, "value")
}

// ranked keeps values in the order of keys, at most n.
type ranked struct {
	n      int64
	order  func(v bson.RawValue) (key []byte, is bson.RawValue)
	one    bool // the result is the one value itself
	all    bool // null and missing values count
	last   bool // the last values are kept, not the first
	keys   [][]byte
	values []bson.RawValue
}

func (r *ranked) Add(v *bson.RawValue) int {
	if !r.all && isNothing(v) {
		return 0
	}
	key, is := r.order(*v)
	at, _ := slices.BinarySearchFunc(r.keys, key, bytes.Compare)
	for at < len(r.keys) && bytes.Equal(r.keys[at], key) { // behind its equals, which came before
		at++
	}
	full := int64(len(r.keys)) == r.n
	if full && !r.last && at == len(r.keys) || full && r.last && at == 0 {
		return 0
	}
	r.keys, r.values = slices.Insert(r.keys, at, bytes.Clone(key)), slices.Insert(r.values, at, value.Clone(is))
	grown := size(is) + len(key)
	if full {
		out := len(r.keys) - 1
		if r.last {
			out = 0
		}
		grown -= size(r.values[out]) + len(r.keys[out])
		r.keys, r.values = slices.Delete(r.keys, out, out+1), slices.Delete(r.values, out, out+1)
	}
	return grown
}

func (r *ranked) Result() bson.RawValue {
	if r.one {
		if len(r.values) == 0 {
			return bson.RawValue{}
		}
		return r.values[0]
	}
	return value.Array(r.values)
}

func (r *ranked) Save(dst []byte) []byte {
	dst = appendValues(dst, r.values)
	for _, key := range r.keys {
		dst = appendBytes(dst, key)
	}
	return dst
}

func (r *ranked) Load(from *Saved) {
	r.values = from.values()
	for range r.values {
		r.keys = append(r.keys, bytes.Clone(from.bytes()))
	}
}

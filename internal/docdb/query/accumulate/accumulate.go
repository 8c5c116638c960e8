// Package accumulate makes one value of many, as the groups and windows of pipelines do.
package accumulate

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// An Accumulator collects values. It copies what it keeps.
type Accumulator interface {
	// Add takes a value, which is given where it is: there are many, and each copy costs. It returns by how many bytes the
	// accumulator has grown.
	Add(v *bson.RawValue) int
	// Result is the value made of those so far; missing is the zero RawValue. It lasts until the next value is added.
	Result() bson.RawValue
	// Save appends what has been accumulated to dst. Load takes it over, into an accumulator that has begun anew.
	Save(dst []byte) []byte
	Load(from *Saved)
}

// keep copies v to where the value before it is, which it replaces. It returns by how many bytes that has grown.
func keep(to, v *bson.RawValue) (grown int) {
	grown = len(v.Value) - len(to.Value)
	to.Type, to.Value = v.Type, append(to.Value[:0], v.Value...)
	return grown
}

// Least takes the least value.
func Least(by *keys.Collation) Accumulator { return &extreme{by: by, sign: -1} }

// Greatest takes the greatest value.
func Greatest(by *keys.Collation) Accumulator { return &extreme{by: by, sign: 1} }

// extreme is $min and $max. Null and missing values do not count.
type extreme struct {
	by   *keys.Collation
	best bson.RawValue
	sign int
}

func (e *extreme) Add(v *bson.RawValue) int {
	if isNothing(v) || e.best.Type != 0 && e.by.CompareAt(v, &e.best)*e.sign <= 0 {
		return 0
	}
	return keep(&e.best, v)
}

// isNothing reports whether a value is null, undefined or missing.
func isNothing(v *bson.RawValue) bool {
	return v.Type == 0 || v.Type == bson.TypeNull || v.Type == bson.TypeUndefined
}

func (e *extreme) Result() bson.RawValue  { return e.best }
func (e *extreme) Save(dst []byte) []byte { return AppendValue(dst, &e.best) }
func (e *extreme) Load(from *Saved)       { e.best = value.Clone(from.Value()) }

// First takes the first value.
func First() Accumulator { return &first{} }

type first struct {
	v    bson.RawValue
	seen bool
}

func (f *first) Add(v *bson.RawValue) int {
	if f.seen {
		return 0
	}
	f.v, f.seen = value.Clone(*v), true
	return len(v.Value)
}

func (f *first) Result() bson.RawValue { return f.v }

func (f *first) Save(dst []byte) []byte {
	seen := int64(0)
	if f.seen {
		seen = 1
	}
	return AppendValue(AppendInt(dst, seen), &f.v)
}

func (f *first) Load(from *Saved) { f.seen, f.v = from.Int() == 1, value.Clone(from.Value()) }

// Last takes the last value.
func Last() Accumulator { return &last{} }

type last struct{ v bson.RawValue }

func (l *last) Add(v *bson.RawValue) int {
	return keep(&l.v, v)
}

func (l *last) Result() bson.RawValue  { return l.v }
func (l *last) Save(dst []byte) []byte { return AppendValue(dst, &l.v) }
func (l *last) Load(from *Saved)       { l.v = value.Clone(from.Value()) }

// List makes an array of the values.
func List() Accumulator { return &list{} }

// Set makes an array of the values without repetition.
func Set(by *keys.Collation) Accumulator { return &list{unique: true, set: value.Set{Collation: by}} }

// list is $push and $addToSet. Missing values do not count.
type list struct {
	values []bson.RawValue
	set    value.Set
	unique bool
}

func (l *list) Add(v *bson.RawValue) int {
	switch {
	case v.Type == 0:
		return 0
	case !l.unique:
		l.values = append(l.values, value.Clone(*v))
		return len(v.Value) + overhead
	case l.set.Insert(value.Clone(*v)):
		return 2*len(v.Value) + 2*overhead // the value and its key
	}
	return 0
}

func (l *list) Result() bson.RawValue {
	if l.unique {
		return value.Array(l.set.Values)
	}
	return value.Array(l.values)
}

func (l *list) Save(dst []byte) []byte {
	if l.unique {
		return appendValues(dst, l.set.Values)
	}
	return appendValues(dst, l.values)
}

func (l *list) Load(from *Saved) { from.each(func(v bson.RawValue) { l.Add(&v) }) }

// Count counts values.
func Count() Accumulator { return &count{} }

type count struct{ n int64 }

func (c *count) Add(*bson.RawValue) int {
	c.n++
	return 0
}

func (c *count) Result() bson.RawValue  { return value.Narrow(c.n) }
func (c *count) Save(dst []byte) []byte { return AppendInt(dst, c.n) }
func (c *count) Load(from *Saved)       { c.n = from.Int() }

package match

import (
	"bytes"
	"math"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// Interval is a range of encoded keys, in the encoding of package keys. A bound either is a whole encoding or, where it
// only separates classes, a prefix that no encoding equals.
type Interval struct {
	Lo, Hi         []byte
	LoIncl, HiIncl bool
}

// Intervals returns sorted, disjoint intervals such that every document that the filter matches has at least one of its
// IndexValues for path in one of them. ok is false when the filter does not bound path. No intervals and ok means that
// nothing matches.
//
// An array can satisfy two bounds with two different elements, so only one comparison is used: an equality, else $in,
// else the first range, else the first expression. What is denied of all elements is used if there is nothing else. See SingleIntervals for indexes without arrays. When p is over, the
// answer means nothing.
func (f *Filter) Intervals(p *pace.Pace, path string) (ivs []Interval, ok bool) {
	for _, ops := range [][]string{{"$eq"}, {"$in"}, {"$gt", "$gte", "$lt", "$lte"}, {"$regex"}} {
		for _, a := range f.atoms(path) {
			if !slices.Contains(ops, a.op) {
				continue
			}
			if ivs, ok := a.intervals(p); ok {
				return ivs, true
			}
		}
	}
	if ivs, ok := f.union(p, path, (*Filter).Intervals); ok {
		return ivs, true
	}
	return f.negative(p, path, true)
}

// Branches is how many branches an $or has at most that is answered branch by branch. One that has more is bounded as a
// whole, or by groups of branches.
const Branches = 100

// union bounds path by the branches of an $or of many, each of which bounds it.
func (f *Filter) union(p *pace.Pace, path string, of func(*Filter, *pace.Pace, string) ([]Interval, bool)) (all []Interval, ok bool) {
	if f == nil {
		return nil, false
	}
	for _, n := range f.root.flat(nil) {
		or, is := n.(disjunction)
		if !is || len(or.branches) <= Branches && !or.joined {
			continue
		}
		if all, ok = or.union(p, path, of); ok {
			return all, true
		}
	}
	return nil, false
}

func (d disjunction) union(p *pace.Pace, path string, of func(*Filter, *pace.Pace, string) ([]Interval, bool)) (all []Interval, ok bool) {
	for _, branch := range d.branches {
		ivs, bounded := of(&Filter{root: conjunction{branch}}, p, path)
		if !bounded || p.Over(1) {
			return nil, false
		}
		all = append(all, ivs...)
	}
	return merge(p, all), true
}

// SingleIntervals is Intervals for an index in which every document has exactly one value for path: all comparisons are
// used together, so that {$gte: 1, $lt: 5} is one interval with two bounds.
func (f *Filter) SingleIntervals(p *pace.Pace, path string) (ivs []Interval, ok bool) {
	if f == nil {
		return ivs, ok
	}
	narrow := func(more []Interval, bounded bool) {
		switch {
		case !bounded:
		case !ok:
			ivs, ok = more, true
		default:
			ivs = intersect(ivs, more)
		}
	}
	for _, a := range f.atoms(path) {
		if p.Over(1) {
			return nil, false
		}
		narrow(a.intervals(p))
	}
	narrow(f.negative(p, path, false))
	narrow(f.union(p, path, (*Filter).SingleIntervals))
	for _, t := range f.root.computedTerms(nil, path) {
		narrow([]Interval{t.interval()}, true)
	}
	return ivs, ok
}

// EqID returns the value that the filter requires _id to equal, if it does so plainly.
func (f *Filter) EqID() (bson.RawValue, bool) {
	if f == nil {
		return bson.RawValue{}, false
	}
	var room [4]*atom // for the usual one
	for _, a := range f.root.conditions(room[:0], "_id") {
		if a.plain && a.op == "$eq" && a.arg.Type != bson.TypeArray {
			return a.arg, true
		}
	}
	return bson.RawValue{}, false
}

// Requires reports whether every match has a value at path, so that an index that leaves out documents without one holds
// them all. It may say no where the answer is yes.
func (f *Filter) Requires(p *pace.Pace, path string) bool {
	if f == nil {
		return false
	}
	null := keys.Append(nil, value.Null)
	if ivs, ok := f.Intervals(p, path); ok && !slices.ContainsFunc(ivs, func(iv Interval) bool { return iv.holds(null) }) {
		return true
	}
	return f.Demands(path)
}

// Demands reports whether the filter says that there is something at path.
func (f *Filter) Demands(path string) bool { return f != nil && f.root.demands(path) }

// deniesNull reports whether p is $ne of null, or $nin of a list with null.
func deniesNull(p predicate) bool {
	not, ok := p.(negation)
	if !ok || len(not) != 1 {
		return false
	}
	a, ok := not[0].(*atom)
	return ok && (a.op == "$eq" && value.IsNull(a.arg) || a.op == "$in" && slices.ContainsFunc(a.args, value.IsNull))
}

// demands reports whether {path: {$exists: true}} is part of c, or {path: {$ne: null}}, which says the same of a name.
func (c conjunction) demands(path string) bool {
	return slices.ContainsFunc(c, func(n node) bool {
		switch n := n.(type) {
		case conjunction:
			return n.demands(path)
		case field:
			return n.name == path && slices.ContainsFunc(n.tests, func(p predicate) bool {
				a, ok := p.(*atom)
				return ok && a.op == "$exists" || deniesNull(p) && !strings.Contains(path, ".")
			})
		}
		return false
	})
}

func (iv Interval) holds(key []byte) bool {
	lo, hi := bytes.Compare(key, iv.Lo), bytes.Compare(key, iv.Hi)
	return (lo > 0 || lo == 0 && iv.LoIncl) && (hi < 0 || hi == 0 && iv.HiIncl)
}

// Point reports whether the interval is a single value.
func (iv Interval) Point() bool { return bytes.Equal(iv.Lo, iv.Hi) }

// Inverted is the interval as it lies in the encoding of a descending part.
func (iv Interval) Inverted() Interval {
	return Interval{Lo: keys.Invert(bytes.Clone(iv.Hi)), Hi: keys.Invert(bytes.Clone(iv.Lo)), LoIncl: iv.HiIncl, HiIncl: iv.LoIncl}
}

// atoms returns the plain comparisons that every match satisfies at path.
func (f *Filter) atoms(path string) []*atom {
	if f == nil {
		return nil
	}
	return slices.DeleteFunc(f.root.conditions(nil, path), func(a *atom) bool { return !a.plain })
}

// conditions appends to list the atoms that every match satisfies at path.
func (c conjunction) conditions(list []*atom, path string) []*atom {
	for _, n := range c {
		switch n := n.(type) {
		case conjunction:
			list = n.conditions(list, path)
		case field:
			if n.name == path {
				list = appendAtoms(list, n.tests)
			}
		}
	}
	return list
}

func appendAtoms(list []*atom, tests []predicate) []*atom {
	for _, p := range tests {
		switch p := p.(type) {
		case *atom:
			list = append(list, p)
		case several:
			list = appendAtoms(list, p)
		}
	}
	return list
}

// intervals bounds the index values of the documents that a matches.
func (a *atom) intervals(p *pace.Pace) ([]Interval, bool) {
	switch a.op {
	case "$eq":
		return a.points(p, []bson.RawValue{a.arg}), true
	case "$in":
		ivs := a.points(p, a.args)
		if len(a.expressions) == 0 {
			return ivs, true
		}
		for _, e := range a.expressions {
			if p.Over(1) {
				break
			}
			ivs = append(ivs, e.regexIntervals()...)
		}
		return merge(p, ivs), true
	case "$regex":
		return a.regexIntervals(), true
	}
	return a.rangeInterval(p)
}

// points is one closed interval for each value. An array is in an index by its elements, or as a whole if it is itself
// an element, so it is looked for by both.
func (a *atom) points(p *pace.Pace, values []bson.RawValue) []Interval {
	var found [][]byte
	for _, v := range values {
		if p.Over(1) {
			return nil
		}
		found = append(found, a.collation.Append(nil, v))
		if value.IsArray(v) {
			found = append(found, a.collation.Append(nil, firstElement(v)))
		}
	}
	slices.SortFunc(found, func(x, y []byte) int { return unlessOver(p, x, y) })
	found = slices.CompactFunc(found, bytes.Equal)
	ivs := make([]Interval, len(found))
	for i, key := range found {
		ivs[i] = Interval{Lo: key, Hi: key, LoIncl: true, HiIncl: true}
	}
	return ivs
}

// firstElement is the first index value of an array: undefined if it is empty.
func firstElement(array bson.RawValue) bson.RawValue {
	for _, v := range keys.Elements(array.Value) {
		return v
	}
	return bson.RawValue{Type: bson.TypeUndefined}
}

// rangeInterval bounds a range by its operand on one side and by the operand's class on the other. Ranges over whole
// arrays or over all classes have no bounds in an index.
func (a *atom) rangeInterval(p *pace.Pace) ([]Interval, bool) {
	inclusive := a.op == "$gte" || a.op == "$lte"
	switch a.arg.Type {
	case bson.TypeArray, bson.TypeMinKey, bson.TypeMaxKey:
		return nil, false
	}
	if value.IsNaN(a.arg) || value.IsNull(a.arg) { // ordered only with itself
		if !inclusive {
			return nil, true
		}
		return a.points(p, []bson.RawValue{a.arg}), true
	}
	key := a.collation.Append(nil, a.arg)
	lo, hi := keys.Bounds(a.arg)
	if a.op[1] == 'l' && keys.Class(a.arg) == keys.Class(notANumber) { // NaN sorts below the numbers and is not less
		return []Interval{{Lo: keys.Append(nil, notANumber), Hi: key, HiIncl: inclusive}}, true
	}
	if a.op == "$gt" || a.op == "$gte" {
		return []Interval{{Lo: key, LoIncl: inclusive, Hi: hi}}, true
	}
	return []Interval{{Lo: lo, LoIncl: true, Hi: key, HiIncl: inclusive}}, true
}

var notANumber = bson.RawValue{Type: bson.TypeDouble, Value: bsoncore.AppendDouble(nil, math.NaN())}

// regexIntervals hold the strings that an expression may match, and the expression itself.
func (a *atom) regexIntervals() []Interval {
	key := a.collation.Append(nil, a.arg)
	same := Interval{Lo: key, Hi: key, LoIncl: true, HiIncl: true}
	lo, hi := keys.Bounds(bson.RawValue{Type: bson.TypeString})
	if a.prefix != "" {
		lo, hi = keys.Prefix(a.prefix)
	}
	return []Interval{{Lo: lo, Hi: hi, LoIncl: true}, same}
}

// unlessOver compares keys, or holds them all equal when p is over.
func unlessOver(p *pace.Pace, x, y []byte) int {
	if p.Over(1) {
		return 0
	}
	return bytes.Compare(x, y)
}

// merge sorts intervals and makes one of those that overlap.
func merge(p *pace.Pace, ivs []Interval) []Interval {
	slices.SortFunc(ivs, func(x, y Interval) int { return unlessOver(p, x.Lo, y.Lo) })
	var out []Interval
	for _, iv := range ivs {
		if len(out) == 0 || bytes.Compare(out[len(out)-1].Hi, iv.Lo) < 0 {
			out = append(out, iv)
			continue
		}
		last := &out[len(out)-1]
		last.LoIncl = last.LoIncl || iv.LoIncl && bytes.Equal(last.Lo, iv.Lo)
		if c := bytes.Compare(last.Hi, iv.Hi); c < 0 || c == 0 && iv.HiIncl {
			last.Hi, last.HiIncl = iv.Hi, iv.HiIncl
		}
	}
	return out
}

// intersect returns what two sorted lists of disjoint intervals have in common, in one pass over both.
func intersect(a, b []Interval) []Interval {
	var out []Interval
	for len(a) > 0 && len(b) > 0 {
		if both, ok := overlap(a[0], b[0]); ok {
			out = append(out, both)
		}
		if bytes.Compare(a[0].Hi, b[0].Hi) < 0 {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return out
}

func overlap(x, y Interval) (Interval, bool) {
	if c := bytes.Compare(x.Lo, y.Lo); c < 0 || c == 0 && !y.LoIncl {
		x.Lo, x.LoIncl = y.Lo, y.LoIncl
	}
	if c := bytes.Compare(x.Hi, y.Hi); c > 0 || c == 0 && !y.HiIncl {
		x.Hi, x.HiIncl = y.Hi, y.HiIncl
	}
	c := bytes.Compare(x.Lo, x.Hi)
	return x, c < 0 || c == 0 && x.LoIncl && x.HiIncl
}

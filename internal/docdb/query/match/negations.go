package match

import (
	"bytes"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
)

// Whole is the interval of all values.
func Whole() Interval {
	least, _ := keys.Bounds(bson.RawValue{Type: bson.TypeMinKey})
	_, most := keys.Bounds(bson.RawValue{Type: bson.TypeMaxKey})
	return Interval{Lo: least, LoIncl: true, Hi: most}
}

// denied are the atoms that no match satisfies at path: of $ne, $nin, $not with one operator, and $exists: false.
func (f *Filter) denied(path string) []*atom {
	if f == nil {
		return nil
	}
	var list []*atom
	for _, n := range f.root.flat(nil) {
		at, ok := n.(field)
		if !ok || at.name != path {
			continue
		}
		for _, p := range at.tests {
			if not, ok := p.(negation); ok && len(not) == 1 {
				if a, ok := not[0].(*atom); ok {
					list = append(list, a)
				}
			}
		}
	}
	return list
}

// outside returns what is left for a path when a is denied there. In an index with arrays (multi) nothing is said of null:
// it stands there also for elements without the path, which are not equal to null.
func (a *atom) outside(p *pace.Pace, multi bool) (ivs []Interval, ok bool) {
	switch {
	case a.op == "$exists":
		return a.points(p, []bson.RawValue{{Type: bson.TypeUndefined}, value.Null}), true
	case !a.plain || a.op == "$regex":
		return nil, false
	case a.op != "$eq" && a.op != "$in":
		if !tellsAll(a) {
			return nil, false
		}
		within, bounded := a.intervals(p)
		return complement(within), bounded
	}
	args := a.args
	if a.op == "$eq" {
		args = []bson.RawValue{a.arg}
	}
	said := slices.DeleteFunc(slices.Clone(args), func(v bson.RawValue) bool {
		return value.IsArray(v) || multi && value.IsNull(v)
	})
	return complement(a.points(p, said)), len(said) > 0
}

// complement returns all values but those of sorted, disjoint intervals.
func complement(ivs []Interval) []Interval {
	rest := Whole()
	var out []Interval
	for _, iv := range ivs {
		before := Interval{Lo: rest.Lo, LoIncl: rest.LoIncl, Hi: iv.Lo, HiIncl: !iv.LoIncl}
		if c := bytes.Compare(before.Lo, before.Hi); c < 0 || c == 0 && before.LoIncl && before.HiIncl {
			out = append(out, before)
		}
		rest.Lo, rest.LoIncl = iv.Hi, !iv.HiIncl
	}
	return append(out, rest)
}

// negative bounds path by what is denied there.
func (f *Filter) negative(p *pace.Pace, path string, multi bool) (ivs []Interval, ok bool) {
	for _, a := range f.denied(path) {
		more, bounded := a.outside(p, multi)
		switch {
		case !bounded:
		case !ok:
			ivs, ok = more, true
		default:
			ivs = intersect(ivs, more)
		}
	}
	return ivs, ok
}

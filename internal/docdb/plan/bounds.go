package plan

import (
	"bytes"
	"slices"
	"strings"

	"github.com/telamon-db/telamon/internal/docdb/pace"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/order"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// maxSpans bounds how many points of an index's leading parts are combined with those of the next.
const maxSpans = 4096

// guide is an index as the planner reads it. Once its pace has ended, its answers must not be used.
type guide struct {
	storage.Index
	pace *pace.Pace
}

// bounds says where in an index the documents of a filter are.
type bounds struct {
	spans   []span
	fence   fence  // of the parts that spans do not bound
	bounded []bool // of each part: the filter bounds it, by spans or by the fence
	used    int    // leading parts that spans bound
	fixed   int    // of these, how many have one value only
	points  bool   // the spans are single values
}

// bound returns the bounds that a filter gives to the index's parts. Spans bound the leading parts: those with single
// values, and the first one with a range. The fence bounds the parts after it.
func (ix guide) bound(f *match.Filter) bounds {
	b, prefixes := ix.leading(f)
	if b.used == 0 {
		b.spans = wholeIndex
		return b
	}
	for _, prefix := range prefixes {
		if ix.pace.Over(1) {
			return bounds{}
		}
		b.spans = append(b.spans, span{prefix, storage.After(prefix)})
	}
	b.fence = fence{parts: ix.Parts, from: b.used}
	for i := b.used; i < len(ix.Parts); i++ {
		ivs, ok := ix.intervals(f, i)
		if b.bounded[i] = ok; ok && len(ivs) == 0 {
			b.spans = nil // nothing can match
		}
		var allowed []span
		if ok {
			allowed = spansOf(nil, ivs)
		}
		b.fence.allowed = append(b.fence.allowed, allowed)
	}
	if !b.fence.open() {
		ix.narrow(f, &b)
	}
	return b
}

// leading returns the bounds of the leading parts: spans if the last of them has a range, or else the prefixes that their
// single values make.
func (ix guide) leading(f *match.Filter) (b bounds, prefixes [][]byte) {
	b, prefixes = bounds{points: true, bounded: make([]bool, len(ix.Parts))}, [][]byte{nil}
	for i := range ix.Parts {
		ivs, ok := ix.intervals(f, i)
		if !ok || i > 0 && len(prefixes)*len(ivs) > maxSpans {
			break
		}
		b.used, b.bounded[i] = i+1, true
		if slices.ContainsFunc(ivs, func(iv match.Interval) bool { return !iv.Point() }) {
			b.points = false
			for _, prefix := range prefixes {
				if ix.pace.Over(len(ivs)) {
					break
				}
				b.spans = append(b.spans, spansOf(prefix, ivs)...)
			}
			return b, nil
		}
		if b.fixed == i && len(ivs) == 1 {
			b.fixed++
		}
		prefixes = multiply(prefixes, ivs)
	}
	return b, prefixes
}

// narrow bounds the index by each branch of a large $or by itself, if the bounds of all branches together would be too
// many.
func (ix guide) narrow(f *match.Filter, b *bounds) {
	list := f.ManyAlternatives()
	if len(list) == 0 {
		return
	}
	var spans []span
	for _, branch := range list[0] {
		one, prefixes := ix.leading(branch)
		if one.used == 0 || ix.pace.Over(1) {
			return
		}
		spans = append(spans, one.spans...)
		for _, prefix := range prefixes {
			spans = append(spans, span{prefix, storage.After(prefix)})
		}
	}
	b.spans, b.points = united(spans), false
}

// multiply appends each point to each prefix.
func multiply(prefixes [][]byte, points []match.Interval) [][]byte {
	var longer [][]byte
	for _, prefix := range prefixes {
		for _, point := range points {
			longer = append(longer, slices.Concat(prefix, point.Lo))
		}
	}
	return longer
}

// intervals returns the bounds of part i of the index, in the order of its keys. Two paths through one array are not
// bounded together: two different elements may satisfy the filter, and an entry of the index has the values of one
// element.
func (ix guide) intervals(f *match.Filter, i int) (ivs []match.Interval, ok bool) {
	ivs, ok = ix.upward(f, i)
	if ix.Parts[i].Hashed {
		return hashed(ivs, ok)
	}
	if ok && ix.Parts[i].Dir < 0 {
		ivs = slices.Clone(ivs)
		slices.Reverse(ivs)
		for j, iv := range ivs {
			ivs[j] = iv.Inverted()
		}
	}
	return ivs, ok
}

// hashed returns the hashes of points, in order. A hashed index cannot bound ranges.
func hashed(ivs []match.Interval, ok bool) ([]match.Interval, bool) {
	if !ok || slices.ContainsFunc(ivs, func(iv match.Interval) bool { return !iv.Point() }) {
		return nil, false
	}
	hashes := make([]match.Interval, len(ivs))
	for i, iv := range ivs {
		hash := storage.HashKey(iv.Lo)
		hashes[i] = match.Interval{Lo: hash, Hi: hash, LoIncl: true, HiIncl: true}
	}
	slices.SortFunc(hashes, func(a, b match.Interval) int { return bytes.Compare(a.Lo, b.Lo) })
	return slices.CompactFunc(hashes, func(a, b match.Interval) bool { return bytes.Equal(a.Lo, b.Lo) }), true
}

// upward returns the intervals of part i in the order of values.
func (ix guide) upward(f *match.Filter, i int) (ivs []match.Interval, ok bool) {
	path := ix.Parts[i].Path
	if !ix.Multi(i) {
		ivs, ok = f.SingleIntervals(ix.pace, path)
	} else if !ix.sharesArray(i, i) {
		ivs, ok = f.Intervals(ix.pace, path)
	}
	if !ok && ix.Sparse && f.Demands(path) { // the index has all documents with the field, and perhaps far fewer than the collection
		return []match.Interval{match.Whole()}, true
	}
	return ivs, ok
}

// sharesArray reports whether part i and another before part end may lead through the same array.
func (ix guide) sharesArray(i, end int) bool {
	name, _, _ := strings.Cut(ix.Parts[i].Path, ".")
	for j, p := range ix.Parts[:end] {
		other, _, _ := strings.Cut(p.Path, ".")
		if j != i && other == name && ix.Multi(j) {
			return true
		}
	}
	return false
}

// sorts reports whether the index has the documents within b in the wanted order, and whether it must be read
// backwards. A path with a single value does not matter to an order.
func (ix guide) sorts(by order.Sort, b bounds) (sorted, reverse bool) {
	rest := slices.DeleteFunc(slices.Clone(by), func(f order.Field) bool {
		return ix.pinned(f.Path, b)
	})
	if len(rest) > len(ix.Parts)-b.fixed {
		return false, false
	}
	for j, f := range rest {
		i := b.fixed + j
		backward := f.Desc != (ix.Parts[i].Dir < 0)
		if f.Path != ix.Parts[i].Path || ix.Parts[i].Hashed || j > 0 && backward != reverse || !ix.ordered(i, b) {
			return false, false
		}
		reverse = backward
	}
	return true, reverse
}

// pinned reports whether path is a part with a single value.
func (ix guide) pinned(path string, b bounds) bool {
	for i, p := range ix.Parts[:b.fixed] {
		if p.Path == path && !ix.Multi(i) && !p.Hashed {
			return true
		}
	}
	return false
}

// ordered reports whether a document's first key within b has its least value of part i (or its greatest, from the other
// end), by which it sorts. Bounds on arrays could hide that value, so could a path that shares the array, and a sparse index
// leaves out the nulls of array elements without the field.
func (ix guide) ordered(i int, b bounds) bool {
	if !ix.Multi(i) {
		return true
	}
	for j, bounded := range b.bounded {
		if bounded && ix.Multi(j) {
			return false
		}
	}
	return !ix.Sparse && !ix.sharesArray(i, len(ix.Parts))
}

// holdsAll reports whether the index has every document that f matches.
func (ix guide) holdsAll(f *match.Filter) bool {
	if !f.Implies(ix.pace, ix.Filter) {
		return false
	}
	return !ix.Sparse || slices.ContainsFunc(ix.Parts, func(p storage.Part) bool { return f.Requires(ix.pace, p.Path) })
}

// hashes reports whether a part is hashed.
func (ix guide) hashes() bool {
	return slices.ContainsFunc(ix.Parts, func(p storage.Part) bool { return p.Hashed })
}

// covers reports whether the keys within b are those of the documents that f matches, one each.
func (ix guide) covers(f *match.Filter, b bounds) bool {
	terms, ok := f.Terms()
	if !ok || ix.HasArrays() || ix.hashes() || ix.ID == storage.IDIndex.ID {
		return false
	}
	for _, term := range terms {
		i := slices.IndexFunc(ix.Parts, func(p storage.Part) bool { return p.Path == term })
		if i < 0 || !b.bounded[i] {
			return false
		}
	}
	return b.used > 0
}

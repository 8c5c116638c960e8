package plan

import (
	"bytes"
	"slices"

	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// span is a range of keys: from lo, included, to hi, excluded. If hi is nil it has no end.
type span struct{ lo, hi []byte }

// wholeIndex is all keys of an index.
var wholeIndex = []span{{}}

func (b span) holds(key []byte) bool {
	return bytes.Compare(b.lo, key) <= 0 && (b.hi == nil || bytes.Compare(key, b.hi) < 0)
}

// endsBefore reports whether all keys of the span are less than key.
func (b span) endsBefore(key []byte) bool { return b.hi != nil && bytes.Compare(b.hi, key) <= 0 }

// under returns the span of the keys that begin with prefix.
func (b span) under(prefix []byte) span {
	if b.hi == nil {
		return span{slices.Concat(prefix, b.lo), storage.After(prefix)}
	}
	return span{slices.Concat(prefix, b.lo), slices.Concat(prefix, b.hi)}
}

// spanOf makes a span of keys of an interval of values after prefix. A key continues after its value, so all keys of the
// value v are between v and storage.After(v).
func spanOf(prefix []byte, b match.Interval) span {
	lo, hi := slices.Concat(prefix, b.Lo), slices.Concat(prefix, b.Hi)
	if !b.LoIncl {
		lo = storage.After(lo)
	}
	if b.HiIncl {
		hi = storage.After(hi)
	}
	return span{lo, hi}
}

// spansOf makes spans of intervals.
func spansOf(prefix []byte, ivs []match.Interval) []span {
	spans := make([]span, len(ivs))
	for i, iv := range ivs {
		spans[i] = spanOf(prefix, iv)
	}
	return spans
}

// united sorts spans and joins those that touch or overlap.
func united(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return bytes.Compare(a.lo, b.lo) })
	var out []span
	for _, b := range spans {
		if n := len(out); n > 0 && bytes.Compare(b.lo, out[n-1].hi) <= 0 {
			if bytes.Compare(b.hi, out[n-1].hi) > 0 {
				out[n-1].hi = b.hi
			}
			continue
		}
		out = append(out, b)
	}
	return out
}

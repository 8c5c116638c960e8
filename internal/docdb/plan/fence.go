package plan

import (
	"slices"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// fence bounds the parts of an index that spans cannot bound: after a part with a range, the keys of the next part are not
// in one order. A scan that meets a key outside of the fence continues at the next key that may be inside.
type fence struct {
	parts   []storage.Part
	from    int      // the first part that is bounded here
	allowed [][]span // of the parts from there on, in the order of keys; nil: all values
}

// open reports whether the fence bounds nothing.
func (f fence) open() bool {
	return !slices.ContainsFunc(f.allowed, func(allowed []span) bool { return allowed != nil })
}

// beyond reports whether a key, without the index's prefix, is outside of the fence. Then a scan continues at the key to,
// or below it if it goes backwards.
func (f fence) beyond(key []byte, reverse bool) (to []byte, outside bool) {
	at := 0
	for i, p := range f.parts[:f.from+len(f.allowed)] {
		if i >= f.from && f.allowed[i-f.from] != nil {
			if to, outside = step(key[:at], key[at:], f.allowed[i-f.from], reverse); outside {
				return to, true
			}
		}
		n, ok := keys.Skip(key[at:], p.Dir < 0)
		if !ok {
			return nil, false // the key is damaged; reading its document finds that
		}
		at += n
	}
	return nil, false
}

// step returns where a scan at the key prefix+rest continues if rest is in none of the allowed spans.
func step(prefix, rest []byte, allowed []span, reverse bool) (to []byte, outside bool) {
	i, _ := slices.BinarySearchFunc(allowed, rest, func(b span, key []byte) int { // the first that does not end before rest
		if b.endsBefore(key) {
			return -1
		}
		return 1
	})
	switch {
	case i < len(allowed) && allowed[i].holds(rest):
		return nil, false
	case reverse && i == 0:
		return slices.Clone(prefix), true
	case reverse:
		return slices.Concat(prefix, allowed[i-1].hi), true
	case i == len(allowed):
		return storage.After(prefix), true
	}
	return slices.Concat(prefix, allowed[i].lo), true
}

// holds reports whether a key lies within the fence.
func (f fence) holds(key []byte) bool {
	_, outside := f.beyond(key, false)
	return !outside
}

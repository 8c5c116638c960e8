package ratelimit

import (
	"cmp"
	"slices"
	"time"

	"golang.org/x/time/rate"
)

const (
	maxBuckets   = 100_000 // of all strangers
	fewBuckets   = 40_000  // that are left where there were too many
	maxOfAddress = 32      // of those who call from one address
)

// guest has the buckets of an address from which strangers call.
type guest struct {
	buckets []bucket
	last    time.Time // when it last took a token
}

// admit adds a bucket, and makes room for it first.
func (l *Limits) admit(key bucket, b *rate.Limiter, now time.Time) {
	if len(l.buckets) >= maxBuckets {
		l.sweep(now)
	}
	g := l.guests[key.from]
	if g == nil {
		g = new(guest)
		l.guests[key.from] = g
	}
	if len(g.buckets) >= maxOfAddress {
		l.forgetOne(g, now)
	}
	g.buckets = append(g.buckets, key)
	l.buckets[key] = b
}

// forgetOne drops the fullest bucket of an address: it is the nearest to a new one. Empty buckets, which are holding a
// caller back, stay.
func (l *Limits) forgetOne(g *guest, now time.Time) {
	missing := func(key bucket) float64 {
		b := l.buckets[key]
		return (float64(b.Burst()) - b.TokensAt(now)) / float64(b.Burst())
	}
	best, at := missing(g.buckets[0]), 0
	for i, key := range g.buckets {
		if m := missing(key); m < best {
			best, at = m, i
		}
	}
	delete(l.buckets, g.buckets[at])
	g.buckets = slices.Delete(g.buckets, at, at+1)
}

// sweep drops the buckets that are full. If many are left, which takes very many addresses at once, it drops more until
// few are left, so that the next sweep is far off: first those of the addresses with the most buckets, and among these
// of the ones that have been quiet longest. So an address with a single bucket is the last to lose it.
func (l *Limits) sweep(now time.Time) {
	for address, g := range l.guests {
		g.buckets = slices.DeleteFunc(g.buckets, func(key bucket) bool {
			old := full(l.buckets[key], now)
			if old {
				delete(l.buckets, key)
			}
			return old
		})
		if len(g.buckets) == 0 {
			delete(l.guests, address)
		}
	}
	for _, address := range l.crowd() {
		if len(l.buckets) <= fewBuckets {
			return
		}
		for _, key := range l.guests[address].buckets {
			delete(l.buckets, key)
		}
		delete(l.guests, address)
	}
}

// crowd returns the addresses by number of buckets, the most first, and among equals by how long they have been quiet,
// the longest first.
func (l *Limits) crowd() []string {
	all := make([]string, 0, len(l.guests))
	for address := range l.guests {
		all = append(all, address)
	}
	slices.SortFunc(all, func(a, b string) int {
		x, y := l.guests[a], l.guests[b]
		return cmp.Or(cmp.Compare(len(y.buckets), len(x.buckets)), x.last.Compare(y.last))
	})
	return all
}

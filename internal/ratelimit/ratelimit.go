// Package ratelimit bounds how often the API is called: a bucket of tokens for each endpoint set and project,
// organization, caller or address, as the service has them. Buckets are in memory, each node's own, and refill by the
// system's clock.
package ratelimit

import (
	"fmt"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits are the endpoint sets with their buckets. A nil *Limits limits nothing. It is safe for concurrent use.
type Limits struct {
	sets []*Set

	mu      sync.Mutex
	buckets map[bucket]*rate.Limiter
}

type bucket struct {
	set   *Set
	owner string
}

// New returns the documented limits, with those of sizes, by id of the set, in their place.
func New(sizes map[string]Limit) (*Limits, error) {
	l := &Limits{buckets: map[bucket]*rate.Limiter{}}
	known := map[string]bool{}
	for _, s := range documented {
		s.Limit = s.Default
		if own, ok := sizes[s.ID]; ok {
			if own.Capacity < 1 || own.Refill < 1 || max(own.Capacity, own.Refill) > maxSize {
				return nil, fmt.Errorf("ratelimit: %s: capacity and refill must be from 1 to %d", s.ID, maxSize)
			}
			s.Limit = own
		}
		known[s.ID] = true
		l.sets = append(l.sets, &s)
	}
	for id := range sizes {
		if !known[id] {
			return nil, fmt.Errorf("ratelimit: there is no endpoint set %q", id)
		}
	}
	return l, nil
}

// maxSize bounds the size of a bucket.
const maxSize = 1_000_000_000

// Sets are all endpoint sets of the API; where limits are off there are none.
func (l *Limits) Sets() []*Set {
	if l == nil {
		return nil
	}
	return l.sets
}

// Find is the endpoint set of a path as operations declare it, below /api/atlas/v2. With limits off it is nil.
func (l *Limits) Find(path string) *Set {
	if l == nil {
		return nil
	}
	return find(l.sets, path)
}

// Tokens is the endpoint set of the token endpoint.
func (l *Limits) Tokens() *Set { return l.Find(tokens) }

// Grant is the answer to a request for a token.
type Grant struct {
	OK        bool
	Remaining int           // tokens that are left
	Retry     time.Duration // until there is a token, if there was none: whole seconds
}

// Take takes a token from owner's bucket of a set.
func (l *Limits) Take(s *Set, owner string) Grant {
	b, now := l.bucket(s, owner), time.Now()
	ok, left := b.AllowN(now, 1), b.TokensAt(now)
	g := Grant{OK: ok, Remaining: max(int(left), 0)}
	if !ok {
		g.Retry = time.Duration(max(math.Ceil((1-left)/float64(b.Limit())), 1)) * time.Second
	}
	return g
}

// maxBuckets bounds the buckets that are remembered.
const maxBuckets = 100_000

func (l *Limits) bucket(s *Set, owner string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := bucket{s, owner}
	b := l.buckets[key]
	if b == nil {
		if len(l.buckets) >= maxBuckets {
			l.sweep()
		}
		b = rate.NewLimiter(rate.Limit(float64(s.Refill)/Per.Seconds()), s.Capacity)
		l.buckets[key] = b
	}
	return b
}

// sweep forgets the buckets that are full, which are as good as new. If more than half stay, which takes very many callers
// at once, it forgets them all rather than grow, or sweep again for each.
func (l *Limits) sweep() {
	now := time.Now()
	for key, b := range l.buckets {
		if b.TokensAt(now) >= float64(b.Burst()) {
			delete(l.buckets, key)
		}
	}
	if len(l.buckets) > maxBuckets/2 {
		clear(l.buckets)
	}
}

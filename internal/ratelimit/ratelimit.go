// Package ratelimit bounds how often the API is called: a bucket of tokens for each endpoint set and project,
// organization, caller or address, as the service has them. Buckets are in memory, each node's own, and refill by the
// system's clock.
//
// A stranger cannot use up anybody else's buckets: a name that may be invented has a bucket of its own for each address
// that sends it, and an address with too many buckets loses its own.
package ratelimit

import (
	"fmt"
	"maps"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits are the endpoint sets with their buckets. A nil *Limits limits nothing. It is safe for concurrent use.
type Limits struct {
	sets []*Set

	mu      sync.Mutex
	known   map[bucket]*rate.Limiter // of those that the store knows
	enough  int                      // at so many known buckets, those that are full are forgotten
	buckets map[bucket]*rate.Limiter // of strangers
	guests  map[string]*guest        // by the address that strangers call from
}

type bucket struct {
	set         *Set
	from, owner string
}

// New returns the documented limits, with those of sizes, by id of the set, in place of the documented ones.
func New(sizes map[string]Limit) (*Limits, error) {
	l := &Limits{
		known: map[bucket]*rate.Limiter{}, enough: maxBuckets, buckets: map[bucket]*rate.Limiter{}, guests: map[string]*guest{},
	}
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

// Sets returns all endpoint sets of the API; none if limits are off.
func (l *Limits) Sets() []*Set {
	if l == nil {
		return nil
	}
	return l.sets
}

// Find returns the endpoint set of a path as operations declare it, below /api/atlas/v2. With limits off it is nil.
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

// TakeKnown takes a token from the bucket of something that is in the store, such as a project. So the store bounds the
// number of buckets.
func (l *Limits) TakeKnown(s *Set, id string) Grant {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := bucket{set: s, owner: id}
	b := l.known[key]
	if b == nil {
		l.rest()
		b = s.limiter()
		l.known[key] = b
	}
	return take(b, time.Now())
}

// Take takes a token from the bucket of the address that a stranger calls from.
func (l *Limits) Take(s *Set, address string) Grant { return l.TakeAt(s, address, "") }

// TakeAt takes a token from the bucket of an address and a name, which a stranger may have invented. The number of
// buckets of an address, and of all addresses, is bounded.
func (l *Limits) TakeAt(s *Set, address, name string) Grant {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	return take(l.bucketAt(s, address, name, now), now)
}

func (l *Limits) bucketAt(s *Set, address, name string, now time.Time) *rate.Limiter {
	key := bucket{s, address, name}
	b := l.buckets[key]
	if b == nil {
		b = s.limiter()
		l.admit(key, b, now)
	}
	l.guests[address].last = now
	return b
}

// Reserve returns how long to wait for a token of the bucket of an address and a name. If there is a token, the result
// is 0 and the token is not taken; else the next token is taken in advance, unless undo is called.
func (l *Limits) Reserve(s *Set, address, name string) (wait time.Duration, undo func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	b := l.bucketAt(s, address, name, now)
	if b.TokensAt(now) >= 1 {
		return 0, func() {}
	}
	r := b.ReserveN(now, 1)
	return r.DelayFrom(now), func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		r.Cancel()
	}
}

func (s *Set) limiter() *rate.Limiter {
	return rate.NewLimiter(rate.Limit(float64(s.Refill)/Per.Seconds()), s.Capacity)
}

func take(b *rate.Limiter, now time.Time) Grant {
	ok, left := b.AllowN(now, 1), b.TokensAt(now)
	g := Grant{OK: ok, Remaining: max(int(left), 0)}
	if !ok {
		g.Retry = time.Duration(max(math.Ceil((1-left)/float64(b.Limit())), 1)) * time.Second
	}
	return g
}

// full reports whether a bucket is as full as a new one.
func full(b *rate.Limiter, now time.Time) bool { return b.TokensAt(now) >= float64(b.Burst()) }

// rest drops the known buckets that are full, once there are many.
func (l *Limits) rest() {
	if len(l.known) < l.enough {
		return
	}
	now := time.Now()
	maps.DeleteFunc(l.known, func(_ bucket, b *rate.Limiter) bool { return full(b, now) })
	l.enough = max(maxBuckets, 2*len(l.known))
}

package ratelimit

import (
	"fmt"
	"testing"
)

// TestInventedNamesCostTheirAddressAlone: more names than buckets are remembered, all from one address.
func TestInventedNamesCostTheirAddressAlone(t *testing.T) {
	l := limits(t, map[string]Limit{"tokens": {Capacity: 2, Refill: 1}, "user": {Capacity: 2, Refill: 1}})
	tokens, user := l.Tokens(), l.Find("")
	takes := map[string]func() Grant{
		"a key's bucket":                     func() Grant { return l.TakeKnown(user, "key") },
		"another address's bucket":           func() Grant { return l.TakeAt(tokens, "other", "account") },
		"the bucket of the address":          func() Grant { return l.Take(tokens, "bad") },
		"a bucket of the address for a name": func() Grant { return l.TakeAt(tokens, "bad", "account") },
	}
	for what, take := range takes {
		for i := range 3 {
			if g := take(); g.OK != (i < 2) {
				t.Fatalf("%s: take %d: %+v", what, i, g)
			}
		}
	}
	for i := range maxBuckets + 30_000 {
		l.TakeAt(tokens, "bad", fmt.Sprint(i))
	}
	for what, take := range takes {
		if take().OK {
			t.Errorf("%s is full again", what)
		}
	}
	if n := len(l.guests["bad"].buckets); n > maxOfAddress || len(l.buckets) > n+1 {
		t.Errorf("%d buckets of one address, %d in all", n, len(l.buckets))
	}
}

// TestCrowdsLoseTheirOwnFirst: many addresses with many names each are forgotten before one with one name.
func TestCrowdsLoseTheirOwnFirst(t *testing.T) {
	l := limits(t, map[string]Limit{"tokens": {Capacity: 1, Refill: 1}})
	s := l.Tokens()
	l.TakeAt(s, "quiet", "account")
	for i := range 2 * maxBuckets {
		l.TakeAt(s, fmt.Sprint("loud", i/maxOfAddress), fmt.Sprint(i))
	}
	if l.TakeAt(s, "quiet", "account").OK {
		t.Error("who had one bucket lost it")
	}
	if len(l.buckets) > maxBuckets {
		t.Errorf("%d buckets", len(l.buckets))
	}
	sum := 0
	for _, g := range l.guests {
		sum += len(g.buckets)
	}
	if sum != len(l.buckets) {
		t.Errorf("%d buckets of addresses, %d in all", sum, len(l.buckets))
	}
}

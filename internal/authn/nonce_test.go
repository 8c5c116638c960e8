package authn

import (
	"testing"
	"time"
)

func TestANonceGrowsOldAndAnyNodeKnowsIt(t *testing.T) {
	now := time.Now()
	clock := func() time.Time { return now }
	node, other, stranger := newNonces([]byte("s"), clock), newNonces([]byte("s"), clock), newNonces([]byte("t"), clock)
	n := node.issue()
	if v := other.use(n, 1); v != fresh {
		t.Errorf("another node's nonce is %v", v)
	}
	if v := stranger.use(n, 1); v != foreign {
		t.Errorf("another store's nonce is %v", v)
	}
	now = now.Add(nonceLife + time.Second)
	if v := node.use(n, 2); v != stale {
		t.Errorf("an old nonce is %v", v)
	}
}

// TestNoTwoNoncesAreTheSame: two callers with the same nonce would both count their uses of it from 1, and the second
// be refused as a replay of the first. Clocks that tell microseconds only make that common.
func TestNoTwoNoncesAreTheSame(t *testing.T) {
	now := time.Now()
	n := newNonces([]byte("s"), func() time.Time { return now })
	if a, b := n.issue(), n.issue(); a == b || n.use(a, 1) != fresh || n.use(b, 1) != fresh {
		t.Errorf("%s and %s", a, b)
	}
	now = now.Add(-time.Hour)
	if v := n.use(n.issue(), 1); v != fresh {
		t.Errorf("after the clock was put back, a new nonce is %v", v)
	}
}

// TestNoncesFromBeforeAreUsed: a node that has just begun does not know what was sent with the nonces from before.
func TestNoncesFromBeforeAreUsed(t *testing.T) {
	now := time.Now()
	clock := func() time.Time { return now }
	before := newNonces([]byte("s"), clock).issue()
	now = now.Add(time.Second)
	n := newNonces([]byte("s"), clock)
	if v := n.use(before, 1); v != stale {
		t.Errorf("a nonce from before is %v", v)
	}
	for _, back := range []time.Duration{0, time.Minute, nonceLife, time.Hour} {
		now = now.Add(-back)
		if v := n.use(n.issue(), 1); v != fresh {
			t.Errorf("a new one, with the clock put back by %v, is %v", back, v)
		}
	}
}

func TestUsedNoncesAreBoundedAndNeverGoodTwice(t *testing.T) {
	now := time.Now()
	n := newNonces([]byte("s"), func() time.Time { now = now.Add(time.Microsecond); return now })
	n.limit = 1000
	first, unused := n.issue(), n.issue()
	if v := n.use(first, 1); v != fresh {
		t.Fatalf("a new nonce is %v", v)
	}
	for range 2*n.limit + 10 {
		if v := n.use(n.issue(), 1); v != fresh {
			t.Fatalf("a new nonce is %v", v)
		}
	}
	if len(n.used) > n.limit || len(n.previous) > n.limit {
		t.Errorf("%d and %d nonces are remembered", len(n.used), len(n.previous))
	}
	if v := n.use(first, 1); v != stale {
		t.Errorf("a used nonce that is remembered no more is %v", v)
	}
	if v := n.use(unused, 1); v != stale {
		t.Errorf("a nonce from before what is remembered is %v", v)
	}
	now = now.Add(-time.Hour)
	if v := n.use(n.issue(), 1); v != fresh {
		t.Errorf("after the clock was put back, a new nonce is %v", v)
	}
}

// TestANonceOfANodeWhoseClockIsAhead lives longer here, and is remembered as long.
func TestANonceOfANodeWhoseClockIsAhead(t *testing.T) {
	now := time.Now()
	node := newNonces([]byte("s"), func() time.Time { return now })
	ahead := newNonces([]byte("s"), func() time.Time { return now.Add(4 * time.Minute) })
	early := ahead.issue()
	if v := node.use(early, 1); v != fresh {
		t.Fatalf("a nonce from a clock that is ahead is %v", v)
	}
	for range 9 {
		now = now.Add(time.Minute)
		node.use(node.issue(), 1)
		if v := node.use(early, 1); v != stale {
			t.Fatalf("it was good twice: %v", v)
		}
	}
}

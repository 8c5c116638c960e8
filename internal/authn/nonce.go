package authn

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"
)

const (
	nonceLife  = 5 * time.Minute
	nonceLimit = 100_000 // how many used nonces a generation remembers
)

// nonces issues and checks nonces. A nonce is its time and a signature, so any node accepts any node's without asking.
// Used nonces are remembered for as long as a nonce lives, in two generations of bounded size.
type nonces struct {
	secret []byte
	now    func() time.Time
	limit  int
	begun  int64        // in nanoseconds
	last   atomic.Int64 // time of the newest nonce, in nanoseconds

	mu       sync.Mutex
	turned   time.Time
	used     map[string]*window
	previous map[string]*window
	newest   int64 // time of the newest nonce in used
	before   int64 // and in previous
	forgot   int64 // and of those that are remembered no more
}

// verdict is the result of checking a nonce.
type verdict int

const (
	foreign verdict = iota // not ours
	stale                  // ours, but used with this count, or too old
	fresh
)

// window remembers which of the last 64 nonce counts have been used.
type window struct {
	highest uint64
	seen    uint64 // bit i: highest-i has been used
}

// newNonces returns nonces that accept none issued before the start: which of those were used is not known, so a
// request could be replayed.
func newNonces(secret []byte, now func() time.Time) *nonces {
	begun := now()
	return &nonces{
		secret: secret, now: now, limit: nonceLimit, turned: begun, used: map[string]*window{}, begun: begun.UnixNano(), forgot: begun.UnixNano() - 1,
	}
}

// issue makes a nonce of 32 base64 characters, as long as the service's. No two are the same, even for callers that ask
// at the same time.
func (n *nonces) issue() string {
	var b [24]byte
	binary.BigEndian.PutUint64(b[:], uint64(n.tick()))
	copy(b[8:], n.sign(b[:8]))
	return base64.StdEncoding.EncodeToString(b[:])
}

// tick returns the time, or a little later, so that it is after the previous tick. If the clock has been put back, it
// follows the clock, as its nonces would not be alive otherwise. It is not before the start of this process, unless the
// clock is put back by more than a nonce lives, because nonces from before the start are rejected.
func (n *nonces) tick() int64 {
	for {
		last, t := n.last.Load(), n.now().UnixNano()
		if n.begun-t < int64(nonceLife) {
			t = max(t, n.begun)
		}
		if t <= last && last-t < int64(time.Second) {
			t = last + 1
		}
		if n.last.CompareAndSwap(last, t) {
			return t
		}
	}
}

func (n *nonces) sign(stamp []byte) []byte {
	mac := hmac.New(sha256.New, n.secret)
	mac.Write(stamp)
	return mac.Sum(nil)[:16]
}

// use records that nonce is used with count, and returns whether it may be.
func (n *nonces) use(nonce string, count uint64) verdict {
	b, err := base64.StdEncoding.DecodeString(nonce)
	if err != nil || len(b) != 24 || !hmac.Equal(b[8:], n.sign(b[:8])) {
		return foreign
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	now, stamp := n.now(), int64(binary.BigEndian.Uint64(b))
	if now.Sub(n.turned) > nonceLife || len(n.used) >= n.limit {
		n.turn(now)
	}
	if !n.alive(stamp, now) || !n.window(nonce, stamp).take(count) {
		return stale
	}
	return fresh
}

// alive reports whether a nonce of that time is neither too old nor older than what is remembered, so that even with
// full memory no nonce is accepted twice. Other nodes' clocks may be a little ahead.
func (n *nonces) alive(stamp int64, now time.Time) bool {
	age := now.Sub(time.Unix(0, stamp))
	clockPutBack := n.forgot > now.Add(nonceLife).UnixNano()
	return age <= nonceLife && age >= -nonceLife && (stamp > n.forgot || clockPutBack)
}

// turn begins a generation and forgets the one before the last.
func (n *nonces) turn(now time.Time) {
	n.forgot = max(n.forgot, n.before)
	n.previous, n.before = n.used, n.newest
	n.used, n.newest, n.turned = map[string]*window{}, 0, now
}

// window has the counts that were used with a nonce.
func (n *nonces) window(nonce string, stamp int64) *window {
	w := n.used[nonce]
	if w == nil {
		if w = n.previous[nonce]; w == nil {
			w = new(window)
		}
		n.used[nonce] = w
		n.newest = max(n.newest, stamp)
	}
	return w
}

// take marks count as used and reports whether it was free.
func (w *window) take(count uint64) bool {
	if count > w.highest {
		w.seen <<= min(count-w.highest, 64)
		w.highest, w.seen = count, w.seen|1
		return true
	}
	back := w.highest - count
	if count == 0 || back >= 64 || w.seen&(1<<back) != 0 {
		return false
	}
	w.seen |= 1 << back
	return true
}

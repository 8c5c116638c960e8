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
// What has been used is remembered for as long as a nonce lives, in two generations of bounded size.
type nonces struct {
	secret []byte
	now    func() time.Time
	last   atomic.Int64 // time of the newest nonce, in nanoseconds

	mu       sync.Mutex
	turned   time.Time
	used     map[string]*window
	previous map[string]*window
}

// window remembers which of the last 64 nonce counts have been used.
type window struct {
	highest uint64
	seen    uint64 // bit i: highest-i has been used
}

func newNonces(secret []byte, now func() time.Time) *nonces {
	return &nonces{secret: secret, now: now, turned: now(), used: map[string]*window{}}
}

// issue makes a nonce of 32 base64 characters, as long as the service's. No two are the same, although two callers may
// ask at the same time.
func (n *nonces) issue() string {
	var b [24]byte
	binary.BigEndian.PutUint64(b[:], uint64(n.tick()))
	copy(b[8:], n.sign(b[:8]))
	return base64.StdEncoding.EncodeToString(b[:])
}

// tick is the time, or as little after it as makes it later than the tick before; but if the clock has been put back, it
// follows the clock, or its nonces would be none that are alive.
func (n *nonces) tick() int64 {
	for {
		last, t := n.last.Load(), n.now().UnixNano()
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

// use says whether nonce is ours, alive, and count not used with it before; and notes the use.
func (n *nonces) use(nonce string, count uint64) bool {
	b, err := base64.StdEncoding.DecodeString(nonce)
	if err != nil || len(b) != 24 || !hmac.Equal(b[8:], n.sign(b[:8])) {
		return false
	}
	now := n.now()
	age := now.Sub(time.Unix(0, int64(binary.BigEndian.Uint64(b))))
	if age > nonceLife || age < -nonceLife {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if now.Sub(n.turned) > nonceLife || len(n.used) >= nonceLimit {
		n.previous, n.used, n.turned = n.used, map[string]*window{}, now
	}
	w := n.used[nonce]
	if w == nil {
		if w = n.previous[nonce]; w == nil {
			w = new(window)
		}
		n.used[nonce] = w
	}
	return w.take(count)
}

// take marks count as used and says whether it was free.
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

package share

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
)

// Memory is a budget of bytes. Its methods are safe for concurrent use.
type Memory struct {
	size int64

	mu      sync.Mutex
	used    int64
	has     holdings
	claims  map[*Claim]struct{}
	waiting []*waiter
	age     uint64
}

// NewMemory returns a budget of size bytes.
func NewMemory(size int64) *Memory {
	return &Memory{size: size, has: newHoldings(), claims: map[*Claim]struct{}{}}
}

// Claim is a part of a budget that an owner has until it is released.
type Claim struct {
	m       *Memory
	owner   Owner
	n       int64
	age     uint64
	giveWay func() // nil: the claim is kept until its owner is done
}

type waiter struct {
	claim *Claim
	ready chan struct{} // closed when the claim has been granted
}

// ErrTooLarge is the error for a claim that is larger than the budget.
var ErrTooLarge = errors.New("share: more than there is at all")

// Take takes n bytes of the budget for the owner. If they are not there, it waits for them, until ctx ends. Of several
// that wait, the one that will have the least comes first, and owners that have more are asked to give way: giveWay, if
// it is not nil, is called when the claim should be released as soon as possible. It must not block.
func (m *Memory) Take(ctx context.Context, owner Owner, n int64, giveWay func()) (*Claim, error) {
	if n > m.size {
		return nil, ErrTooLarge
	}
	m.mu.Lock()
	m.age++
	c := &Claim{m, owner, n, m.age, giveWay}
	if len(m.waiting) == 0 && m.used+n <= m.size {
		m.grant(c)
		m.mu.Unlock()
		return c, nil
	}
	w := &waiter{c, make(chan struct{})}
	m.waiting = append(m.waiting, w)
	m.serve()
	m.mu.Unlock()
	select {
	case <-w.ready:
		return c, nil
	case <-ctx.Done():
		return nil, m.giveUp(ctx, w)
	}
}

func (m *Memory) giveUp(ctx context.Context, w *waiter) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.Index(m.waiting, w); i >= 0 {
		m.waiting = slices.Delete(m.waiting, i, i+1)
	} else {
		m.release(w.claim)
	}
	m.serve()
	return ctx.Err()
}

func (m *Memory) grant(c *Claim) {
	m.used += c.n
	m.has.add(c.owner, c.n)
	m.claims[c] = struct{}{}
}

func (m *Memory) release(c *Claim) {
	if _, held := m.claims[c]; !held {
		return
	}
	delete(m.claims, c)
	m.used -= c.n
	m.has.add(c.owner, -c.n)
}

// serve grants the claims for which there is room, those of the owners that will have the least first, and makes others
// give way to the first claim for which there is none.
func (m *Memory) serve() {
	slices.SortStableFunc(m.waiting, func(a, b *waiter) int { return cmp.Compare(m.would(a.claim), m.would(b.claim)) })
	for len(m.waiting) > 0 {
		w := m.waiting[0]
		if m.used+w.claim.n > m.size {
			m.makeRoom(w.claim)
			return
		}
		m.grant(w.claim)
		close(w.ready)
		m.waiting = m.waiting[1:]
	}
}

// would returns how much the owner of a claim would have if it were granted.
func (m *Memory) would(c *Claim) int64 { return m.has.of(c.owner) + 2*c.n }

// makeRoom makes claims of those who have more than c's owner give way, until there is enough for c once they have.
func (m *Memory) makeRoom(c *Claim) {
	var others []*Claim
	missing := m.used + c.n - m.size
	for other := range m.claims {
		if other.giveWay != nil && m.has.heavier(other.owner, c.owner, c.n) {
			others = append(others, other)
		}
	}
	slices.SortFunc(others, func(a, b *Claim) int { return m.has.compare(a.owner, b.owner, a.age, b.age) })
	for _, other := range others {
		if missing <= 0 {
			return
		}
		other.giveWay()
		other.giveWay = nil
		missing -= other.n
	}
}

// Keep lets the claim give way to nobody from now on.
func (c *Claim) Keep() {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	c.giveWay = nil
}

// Release gives the claim back. It does nothing for a nil claim, and for one that was released.
func (c *Claim) Release() {
	if c == nil {
		return
	}
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	c.m.release(c)
	c.m.serve()
}

// Used returns how many bytes are taken.
func (m *Memory) Used() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used
}

// Size returns how many bytes the budget has.
func (m *Memory) Size() int64 { return m.size }

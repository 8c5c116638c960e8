package memory

import "sync"

// Shares give each of several owners a share of a budget. They are safe for concurrent use.
type Shares[Owner comparable] struct {
	mu  sync.Mutex
	all map[Owner]*share
}

type share struct {
	*Budget
	joined int // how often, less how often its owner has left
}

// Join returns the owner's share of b, until the owner has left as often as it has joined.
func (s *Shares[Owner]) Join(owner Owner, b *Budget) *Budget {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[Owner]*share{}
	}
	own := s.all[owner]
	if own == nil {
		own = &share{Budget: b.Share()}
		s.all[owner] = own
	}
	own.joined++
	return own.Budget
}

// Leave ends what a Join began.
func (s *Shares[Owner]) Leave(owner Owner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.all[owner]
	if own.joined--; own.joined == 0 {
		delete(s.all, owner)
	}
}

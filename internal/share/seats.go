package share

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Seats are a bounded number of places, such as connections. Its methods are safe for concurrent use.
type Seats struct {
	size int

	mu    sync.Mutex
	has   holdings
	taken []*Seat // the oldest first
}

// NewSeats returns n seats, at least one.
func NewSeats(size int) *Seats { return &Seats{size: max(size, 1), has: newHoldings()} }

// Seat is a place that an owner has until it leaves or loses it.
type Seat struct {
	s     *Seats
	owner Owner
	gone  func()      // is called when the seat is lost
	busy  atomic.Bool // the seat cannot be lost
}

// Take takes a seat for the owner. If none is free, the owner with the most seats loses its oldest, even if it is this
// owner, and the gone of that seat is called, which must not block. Take returns nil if all seats are busy, so that none
// can be lost.
func (s *Seats) Take(owner Owner, gone func()) *Seat {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.has.add(owner, 1)
	if len(s.taken) >= s.size && !s.evict() {
		s.has.add(owner, -1)
		return nil
	}
	seat := &Seat{s: s, owner: owner, gone: gone}
	s.taken = append(s.taken, seat)
	return seat
}

// evict takes the oldest seat from the owner with the most.
func (s *Seats) evict() bool {
	at, most := -1, int64(0)
	for i, seat := range s.taken {
		if n := s.has.of(seat.owner); !seat.busy.Load() && n > most {
			at, most = i, n
		}
	}
	if at < 0 {
		return false
	}
	seat := s.taken[at]
	s.remove(at)
	seat.gone()
	return true
}

func (s *Seats) remove(at int) {
	s.has.add(s.taken[at].owner, -1)
	s.taken = slices.Delete(s.taken, at, at+1)
}

// Taken returns how many of the seats are taken, and how many there are.
func (s *Seats) Taken() (taken, size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.taken), s.size
}

// Leave gives the seat back. It does nothing for a nil seat.
func (seat *Seat) Leave() {
	if seat == nil {
		return
	}
	s := seat.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.taken, seat); i >= 0 {
		s.remove(i)
	}
}

// Busy sets whether the seat is busy: while it is, it cannot be taken away. It does nothing for a nil seat.
func (seat *Seat) Busy(busy bool) {
	if seat != nil {
		seat.busy.Store(busy)
	}
}

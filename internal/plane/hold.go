package plane

import (
	"sync"

	"github.com/telamon-db/telamon/internal/model"
)

// holds are locks by the id of a cluster or snapshot. A lock exists while somebody has it or waits for it.
type holds struct {
	mu  sync.Mutex
	all map[model.ID]*hold
}

type hold struct {
	sync.Mutex
	users int
}

// newHolds returns locks that nobody has.
func newHolds() *holds { return &holds{all: map[model.ID]*hold{}} }

// Hold locks a cluster until release. Whoever makes the database agree with a cluster's row holds the lock from reading the
// row until it agrees: otherwise the row may change meanwhile, and the dataset that it named may be removed.
func (p *Plane) Hold(cluster model.ID) (release func()) { return p.holds.lock(cluster) }

func (s *holds) lock(id model.ID) (release func()) {
	s.mu.Lock()
	h := s.all[id]
	if h == nil {
		h = new(hold)
		s.all[id] = h
	}
	h.users++
	s.mu.Unlock()
	h.Lock()
	return func() {
		h.Unlock()
		s.mu.Lock()
		defer s.mu.Unlock()
		if h.users--; h.users == 0 {
			delete(s.all, id)
		}
	}
}

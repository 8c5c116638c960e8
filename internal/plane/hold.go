package plane

import (
	"sync"

	"github.com/telamon-db/telamon/internal/model"
)

// holds are locks by cluster. A lock exists while somebody has it or waits for it.
type holds struct {
	mu  sync.Mutex
	all map[model.ID]*hold
}

type hold struct {
	sync.Mutex
	users int
}

// Hold locks a cluster until release. Whoever acts on a cluster's row holds the lock from reading the row until the
// database is as the row says: otherwise somebody may change the row meanwhile, and the data that it named be removed.
func (p *Plane) Hold(cluster model.ID) (release func()) {
	p.holds.mu.Lock()
	h := p.holds.all[cluster]
	if h == nil {
		h = new(hold)
		p.holds.all[cluster] = h
	}
	h.users++
	p.holds.mu.Unlock()
	h.Lock()
	return func() {
		h.Unlock()
		p.holds.mu.Lock()
		defer p.holds.mu.Unlock()
		if h.users--; h.users == 0 {
			delete(p.holds.all, cluster)
		}
	}
}

package plane

import (
	"sync"

	"github.com/telamon-db/telamon/internal/model"
)

// holds are locks of clusters. A lock exists while somebody has it or waits for it.
type holds struct {
	mu  sync.Mutex
	all map[model.ID]*hold
}

type hold struct {
	sync.Mutex
	users int
}

// Hold locks a cluster until release. Whoever makes the database agree with a cluster's row holds the lock from reading the
// row until it agrees: otherwise the row may change meanwhile, and the dataset that it named may be removed.
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

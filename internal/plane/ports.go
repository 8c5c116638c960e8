package plane

import (
	"fmt"
	"net"
	"strconv"
	"sync"

	"github.com/telamon-db/telamon/internal/model"
)

// ports are what the members of clusters listen on, those of clusters that are paused or have not started yet among them:
// their clients know them, so other clusters do not take them.
type ports struct {
	mu sync.Mutex
	of map[int]model.ID
}

// claim makes the members' ports those of a cluster, instead of those that it had.
func (p *ports) claim(cluster model.ID, members []model.Member) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for port, owner := range p.of {
		if owner == cluster {
			delete(p.of, port)
		}
	}
	for _, m := range members {
		if m.Port != 0 {
			p.of[m.Port] = cluster
		}
	}
}

// others reports whether a port is another cluster's.
func (p *ports) others(port int, cluster model.ID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	owner, claimed := p.of[port]
	return claimed && owner != cluster
}

// Claim keeps the ports of a cluster's members from other clusters, until it starts or is removed.
func (p *Plane) Claim(c *model.Cluster) { p.ports.claim(c.ID, c.Members) }

// listen binds the port that a member of a cluster had before or, if it is taken, one that is no other cluster's.
func (p *Plane) listen(cluster model.ID, had int) (net.Listener, error) {
	if had != 0 {
		if l, err := p.bindPort(had); err == nil {
			return l, nil
		}
	}
	if p.cfg.PortFrom == 0 {
		return p.anyPort(cluster)
	}
	for port := p.cfg.PortFrom; port <= p.cfg.PortTo; port++ {
		if p.ports.others(port, cluster) {
			continue
		}
		if l, err := p.bindPort(port); err == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("plane: no port from %d to %d is free", p.cfg.PortFrom, p.cfg.PortTo)
}

// anyPort binds a port that the system chooses.
func (p *Plane) anyPort(cluster model.ID) (net.Listener, error) {
	for {
		l, err := p.bindPort(0)
		if err != nil || !p.ports.others(l.Addr().(*net.TCPAddr).Port, cluster) {
			return l, err
		}
		defer l.Close() // only then, so that the system chooses another one
	}
}

func (p *Plane) bindPort(port int) (net.Listener, error) {
	return net.Listen("tcp", net.JoinHostPort(p.cfg.Site.Host, strconv.Itoa(port)))
}

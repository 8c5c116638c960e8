package gateway

import (
	"net"
	"sync"
)

// lines are the open connections of a gateway.
type lines struct {
	mu   sync.Mutex
	all  map[net.Conn]struct{}
	shut bool
}

// enter adds a connection, unless the member is away.
func (l *lines) enter(nc net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shut {
		return false
	}
	if l.all == nil {
		l.all = map[net.Conn]struct{}{}
	}
	l.all[nc] = struct{}{}
	return true
}

func (l *lines) leave(nc net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, nc)
}

func (l *lines) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.all)
}

// Away cuts all connections, and every new one until it is called with false, as if the machine could not be reached.
func (g *Gateway) Away(away bool) {
	g.lines.mu.Lock()
	defer g.lines.mu.Unlock()
	g.lines.shut = away
	if away {
		for nc := range g.lines.all {
			_ = nc.Close() // nobody is to hear of it
		}
	}
}

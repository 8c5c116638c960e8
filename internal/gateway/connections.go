package gateway

import (
	"net"
	"sync"
)

// connections are the open connections of a gateway.
type connections struct {
	mu   sync.Mutex
	all  map[net.Conn]*conn // nil: conn does not exist yet
	most int                // 0: any number
	shut bool
}

// add adds a connection, unless the member is away or has as many as it may.
func (l *connections) add(nc net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shut || l.most > 0 && len(l.all) >= l.most {
		return false
	}
	if l.all == nil {
		l.all = map[net.Conn]*conn{}
	}
	l.all[nc] = nil
	return true
}

// set records the conn that serves nc.
func (l *connections) set(nc net.Conn, c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, open := l.all[nc]; open {
		l.all[nc] = c
	}
}

func (l *connections) remove(nc net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, nc)
}

func (l *connections) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.all)
}

// Connections is how many connections the member has, those of clients that have not logged in among them.
func (g *Gateway) Connections() int { return g.conns.count() }

// Limit bounds how many connections the member has, those of clients that have not logged in among them: one more is closed
// at once, as MongoDB does it. 0 stands for any number. Connections that are there stay.
func (g *Gateway) Limit(connections int) {
	g.conns.mu.Lock()
	defer g.conns.mu.Unlock()
	g.conns.most = connections
}

// Away with true cuts all connections, and every new one until Away with false, as if the machine could not be reached.
func (g *Gateway) Away(away bool) {
	g.conns.mu.Lock()
	defer g.conns.mu.Unlock()
	g.conns.shut = away
	if away {
		for nc := range g.conns.all {
			_ = nc.Close() // without a message, as from a dead machine
		}
	}
}

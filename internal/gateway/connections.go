package gateway

import (
	"net"
	"sync"
)

// lines are the open connections of a gateway.
type lines struct {
	mu   sync.Mutex
	all  map[net.Conn]*conn // nil: conn does not exist yet
	most int                // 0: any number
	shut bool
}

// enter adds a connection, unless the member is away or has as many as it may.
func (l *lines) enter(nc net.Conn) bool {
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

// talk records the conn that serves nc.
func (l *lines) talk(nc net.Conn, c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, open := l.all[nc]; open {
		l.all[nc] = c
	}
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

// Connections is how many connections the member has, those of clients that have not logged in among them.
func (g *Gateway) Connections() int { return g.lines.count() }

// Limit bounds how many connections the member has, those of clients that have not logged in among them: one more is closed
// at once, as MongoDB does it. 0 stands for any number. Connections that are there stay.
func (g *Gateway) Limit(connections int) {
	g.lines.mu.Lock()
	defer g.lines.mu.Unlock()
	g.lines.most = connections
}

// Away(true) cuts all connections, and every new one until Away(false), as if the machine could not be reached.
func (g *Gateway) Away(away bool) {
	g.lines.mu.Lock()
	defer g.lines.mu.Unlock()
	g.lines.shut = away
	if away {
		for nc := range g.lines.all {
			_ = nc.Close() // without a message, as from a dead machine
		}
	}
}

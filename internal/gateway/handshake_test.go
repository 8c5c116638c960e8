package gateway

import (
	"crypto/tls"
	"net"
	"testing"
	"time"
)

// stuck is a connection that sends one message and no more.
type stuck struct {
	net.Conn
	sent  bool
	again chan<- struct{} // is told of another message
	end   <-chan struct{}
}

func (s *stuck) Write(b []byte) (int, error) {
	if s.sent {
		s.again <- struct{}{}
		<-s.end
	}
	s.sent = true
	return s.Conn.Write(b)
}

// TestHandshakesThatAreNotEnded keep nobody else from theirs: not before the server has heard anything, and not once it has
// answered.
func TestHandshakesThatAreNotEnded(t *testing.T) {
	set, trust := secured(t)
	c := start(t, set)
	c.dir.addUser(t, "ann", anywhere)
	again := make(chan struct{})
	places := cap(c.shared.handshakes)
	for range 2 * places {
		if _, err := c.dial(t).nc.Write([]byte("\x16\x03\x01")); err != nil {
			t.Fatal(err)
		}
		nc := tls.Client(&stuck{Conn: c.dial(t).nc, again: again, end: t.Context().Done()}, trust)
		go func() { _ = nc.Handshake() }() // it does not end before the test
		<-again
	}
	r := c.dial(t)
	r.nc = tls.Client(r.nc, trust)
	r.login("ann", nil, nil)
	if n := len(c.shared.handshakes); n != 0 {
		t.Errorf("%d of %d places are taken", n, places)
	}
}

// TestHandshakesAreBounded: an address that has begun too many is cut off, and others are not.
func TestHandshakesAreBounded(t *testing.T) {
	set, trust := secured(t)
	c := start(t, set)
	c.dir.addUser(t, "ann", anywhere)
	for wait := time.Duration(0); wait <= maxSlow; { // until it would have to wait for too long
		if !c.shared.tries.Take(handshakesOfAddress, "127.0.0.2").OK {
			wait, _ = c.shared.tries.Reserve(handshakesOfAddress, "127.0.0.2", "")
		}
	}
	if err := tls.Client(c.dialFrom(t, "127.0.0.2").nc, trust).Handshake(); err == nil {
		t.Error("an address without a turn gets a handshake")
	}
	r := c.dial(t)
	r.nc = tls.Client(r.nc, trust)
	r.login("ann", nil, nil)
}

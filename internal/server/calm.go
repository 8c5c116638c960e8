package server

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// calm is a listener of calm connections.
type calm struct{ net.Listener }

func (l calm) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newCalmConn(c), nil
}

// calmConn is a connection of net/http's server that is spared work which has no effect here: a sixth of what a small
// request costs.
//
// Deadlines: net/http moves them eight times a request. A new one takes effect when something is read or written, and only
// if it is not almost the same as the one before: a deadline may come early by a sixteenth of the time that is left.
//
// The wait for a client to leave: while a request is answered, net/http reads a byte, without a deadline, so that it notices.
// Nobody wants to know it here (see lasting). So the read only waits until net/http ends it by a deadline that has passed.
type calmConn struct {
	net.Conn

	mu          sync.Mutex
	read, write deadline
	waiting     chan struct{} // of the read that waits for the client to leave: closed at its end; nil if there is none
	closed      bool
}

// deadline is when reads or writes have to end.
type deadline struct {
	wanted time.Time
	set    time.Time // the connection's own
	using  int       // how many reads or writes go on, which have to obey at once
	apply  func(time.Time) error
}

func newCalmConn(c net.Conn) *calmConn {
	return &calmConn{Conn: c, read: deadline{apply: c.SetReadDeadline}, write: deadline{apply: c.SetWriteDeadline}}
}

// want changes the deadline.
func (d *deadline) want(t time.Time) error {
	d.wanted = t
	if d.using > 0 {
		d.set = t
		return d.apply(t)
	}
	return nil
}

// begin puts the deadline into effect, unless the one in effect is almost the same.
func (d *deadline) begin() error {
	switch left := time.Until(d.wanted); {
	case d.wanted.IsZero():
		if d.set.IsZero() {
			return nil
		}
	case left <= 0:
		return os.ErrDeadlineExceeded
	case !d.set.After(d.wanted) && d.wanted.Sub(d.set) <= left/16:
		return nil
	}
	d.set = d.wanted
	return d.apply(d.wanted)
}

func (c *calmConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wake()
	return c.read.want(t)
}

func (c *calmConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.write.want(t)
}

func (c *calmConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *calmConn) Read(p []byte) (int, error) {
	if c.waits(len(p)) {
		return 0, os.ErrDeadlineExceeded
	}
	return c.do(&c.read, c.Conn.Read, p)
}

func (c *calmConn) Write(p []byte) (int, error) { return c.do(&c.write, c.Conn.Write, p) }

// do reads or writes within the deadline.
func (c *calmConn) do(d *deadline, what func([]byte) (int, error), p []byte) (int, error) {
	c.mu.Lock()
	if err := d.begin(); err != nil {
		c.mu.Unlock()
		return 0, err
	}
	d.using++
	c.mu.Unlock()
	n, err := what(p)
	c.mu.Lock()
	d.using--
	c.mu.Unlock()
	return n, err
}

// waits waits for the end of a read of size bytes if it is the one for a client to leave: of a byte, without a deadline. It
// reports whether it was.
func (c *calmConn) waits(size int) bool {
	c.mu.Lock()
	if size != 1 || !c.read.wanted.IsZero() || c.closed {
		c.mu.Unlock()
		return false
	}
	end := make(chan struct{})
	c.waiting = end
	c.mu.Unlock()
	<-end
	return true
}

func (c *calmConn) wake() {
	if c.waiting != nil {
		close(c.waiting)
		c.waiting = nil
	}
}

// CloseWrite ends what is sent, where the connection can: net/http does so before it closes one whose client still sends.
func (c *calmConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Close also ends a read that waits.
func (c *calmConn) Close() error {
	c.mu.Lock()
	c.closed = true
	c.wake()
	c.mu.Unlock()
	return c.Conn.Close()
}

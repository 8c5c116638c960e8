package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

// begin returns the server's side of TLS on a new connection, or the connection itself if TLS is off.
func (g *Gateway) begin(nc net.Conn) net.Conn {
	if g.cfg.TLS == nil {
		return nc
	}
	return tls.Server(&underTLS{Conn: nc}, g.cfg.TLS)
}

// secure makes the TLS handshake, for which a client has as long as for a message, once it is its address's turn. A handshake
// takes ten times as much of the processors as a command, so those of the process also take turns with each other: others
// find a processor that is free of them.
func (c *conn) secure(ctx context.Context) error {
	secured, ok := c.nc.(*tls.Conn)
	if !ok {
		return nil
	}
	if err := c.inTurn(ctx, handshakesOfAddress); err != nil {
		return err
	}
	if err := secured.SetDeadline(time.Now().Add(c.g.frameTime)); err != nil {
		return err
	}
	below := secured.NetConn().(*underTLS)
	below.enter(c.g.shared.handshakes)
	err := secured.HandshakeContext(ctx)
	below.leave()
	return errors.Join(err, secured.SetDeadline(time.Time{}), ctx.Err())
}

// cut ends the connection at once, without TLS's close_notify, which might have to wait for the other side.
func (c *conn) cut() {
	_ = belowTLS(c.nc).Close() // it may have ended
}

// belowTLS is the connection below TLS.
func belowTLS(nc net.Conn) net.Conn {
	if secured, ok := nc.(*tls.Conn); ok {
		return secured.NetConn().(*underTLS).Conn
	}
	return nc
}

// underTLS is a connection below TLS. During the handshake its goroutine has one of the places, but not while it waits for the
// client, who may take its time.
type underTLS struct {
	net.Conn
	places chan struct{} // nil: the handshake is over, or has not begun
}

func (l *underTLS) enter(places chan struct{}) {
	places <- struct{}{}
	l.places = places
}

func (l *underTLS) leave() {
	<-l.places
	l.places = nil
}

// Read reads what the client sends.
func (l *underTLS) Read(b []byte) (int, error) {
	if l.places == nil {
		return l.Conn.Read(b)
	}
	<-l.places
	defer func() { l.places <- struct{}{} }()
	return l.Conn.Read(b)
}

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
	return tls.Server(nc, g.cfg.TLS)
}

// secure makes the TLS handshake, for which a client has as long as for a message.
func (c *conn) secure(ctx context.Context) error {
	secured, ok := c.nc.(*tls.Conn)
	if !ok {
		return nil
	}
	if err := secured.SetDeadline(time.Now().Add(c.g.frameTime)); err != nil {
		return err
	}
	return errors.Join(secured.HandshakeContext(ctx), secured.SetDeadline(time.Time{}), ctx.Err())
}

// cut ends the connection at once, without TLS's close_notify, for which the other side might make it wait.
func (c *conn) cut() {
	_ = lineOf(c.nc).Close() // it may have ended
}

// lineOf is the connection below TLS.
func lineOf(nc net.Conn) net.Conn {
	if secured, ok := nc.(*tls.Conn); ok {
		return secured.NetConn()
	}
	return nc
}

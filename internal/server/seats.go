package server

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/telamon-db/telamon/internal/share"
	"github.com/telamon-db/telamon/internal/trouble"
)

// manageSeats is how many connections the management listener has.
const manageSeats = 64

// seated is a listener that bounds its connections (seats). When all are taken, a new connection replaces one of the address
// that has the most: the oldest that is not in the middle of a request. So whoever opens many loses their own.
type seated struct {
	net.Listener
	seats   *share.Seats
	trouble *trouble.Board
}

var errSeats = errors.New("every one is in the middle of a request")

// pause is how long a listener waits for descriptors.
const pause = 100 * time.Millisecond

// Accept waits for a connection that gets a seat.
func (l *seated) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		switch {
		case errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE):
			l.trouble.Report("no descriptors are left for connections", err)
			time.Sleep(pause)
			continue
		case err != nil:
			return nil, err
		}
		if s := l.seat(c); s != nil {
			return s, nil
		}
		l.trouble.Report("no connections are left for callers", errSeats)
		_ = c.Close() // nobody is interested in the error
	}
}

func (l *seated) seat(c net.Conn) net.Conn {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return c
	}
	s := &seatedConn{TCPConn: tcp}
	from, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return nil
	}
	s.seat = l.seats.Take(share.Owner{Address: share.Subnet(from.Addr().Unmap())}, func() { _ = tcp.Close() }) // its server sees it end
	if s.seat == nil {
		return nil
	}
	return s
}

// seatedConn is a connection with a seat.
type seatedConn struct {
	*net.TCPConn
	seat *share.Seat
}

// Close gives the seat back.
func (c *seatedConn) Close() error {
	c.seat.Leave()
	return c.TCPConn.Close()
}

// Write writes an answer or a part of it: from now on the reader may be slow for ever, so the seat can be taken away.
func (c *seatedConn) Write(b []byte) (int, error) {
	c.seat.Busy(false)
	return c.TCPConn.Write(b)
}

type seatKey struct{}

// withSeat is for http.Server.ConnContext.
func withSeat(ctx context.Context, c net.Conn) context.Context {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if calm, ok := c.(*calmConn); ok {
		c = calm.Conn
	}
	if s, ok := c.(*seatedConn); ok {
		return context.WithValue(ctx, seatKey{}, s.seat)
	}
	return ctx
}

// keepSeat protects a connection's seat while a request is handled: from the moment at which all of it has been read, until
// its answer begins to be written. A caller that sends or reads slowly may lose the seat.
func keepSeat(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if seat, ok := r.Context().Value(seatKey{}).(*share.Seat); ok {
			if r.ContentLength == 0 {
				seat.Busy(true)
			} else {
				r.Body = &keptBody{r.Body, seat}
			}
			defer seat.Busy(false)
		}
		next.ServeHTTP(w, r)
	})
}

// keptBody notices when all of a request has been read.
type keptBody struct {
	io.ReadCloser
	seat *share.Seat
}

func (b *keptBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.seat.Busy(true)
	}
	return n, err
}

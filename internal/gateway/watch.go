package gateway

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

const (
	idleBeforeLogin = 2 * time.Minute // in which a client that has not logged in sends its next message; clients look after a server every ten seconds
	watchAfter      = 50 * time.Millisecond
)

// allow sets the deadline for the client's next message: the idle time before the login, none after it. It fails when
// the gateway ends.
func (c *conn) allow(ctx context.Context) error {
	var end time.Time
	if c.login == nil && !c.g.cfg.Open {
		end = time.Now().Add(c.g.idle)
	}
	if err := c.nc.SetReadDeadline(end); err != nil {
		return err
	}
	return ctx.Err() // the end sets a deadline too, which must not have been overwritten
}

// watch ends a connection's context when its client hangs up while a command runs. Most commands end before watching is
// worthwhile, so a command is watched only once it takes long. The timer outlives the command that set it, and is set
// again only when it has fired: so short commands cost no timer.
type watch struct {
	nc     net.Conn
	r      *bufio.Reader
	hangUp context.CancelFunc

	mu    sync.Mutex
	began time.Time     // of the command that runs, or zero
	timer *time.Timer   // nil: not set
	look  chan struct{} // closed when a read that waits for the client to hang up has ended; nil: there is none
}

func (w *watch) init(nc net.Conn, r *bufio.Reader, hangUp context.CancelFunc) {
	w.nc, w.r, w.hangUp = nc, r, hangUp
}

// begin begins a command.
func (w *watch) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.began = time.Now()
	if w.timer == nil {
		w.timer = time.AfterFunc(watchAfter, w.due)
	}
}

// sofar returns how long the command has been running.
func (w *watch) sofar() time.Duration { return time.Since(w.began) } // only the connection itself writes began

// due begins to watch the connection if a command has been running for long.
func (w *watch) due() {
	w.mu.Lock()
	w.timer = nil
	if w.began.IsZero() {
		w.mu.Unlock()
		return
	}
	if left := watchAfter - time.Since(w.began); left > 0 {
		w.timer = time.AfterFunc(left, w.due)
		w.mu.Unlock()
		return
	}
	look := make(chan struct{})
	w.look = look
	w.mu.Unlock()
	defer close(look)
	if hungUp(w.r) {
		w.hangUp()
	}
}

// end ends a command. The connection can be read again afterwards.
func (w *watch) end() {
	w.mu.Lock()
	look := w.look
	w.began, w.look = time.Time{}, nil
	w.mu.Unlock()
	if look != nil {
		_ = w.nc.SetReadDeadline(time.Unix(1, 0)) // ends that read
		<-look
	}
}

// stop ends the watch.
func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
}

// hungUp waits until the client has closed its side of r, or the wait is ended or pointless. Requests that arrive
// meanwhile stay in r. If a client closes after sending further requests, as a client that wants no answers may, that
// is noticed when the last of them runs.
func hungUp(r *bufio.Reader) bool {
	for {
		_, err := r.Peek(r.Buffered() + 1)
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return r.Buffered() == 0
		default:
			return !passingTimeout(err)
		}
	}
}

// passingTimeout reports whether err says nothing about the client: it is a deadline, or a buffer that is full of requests.
func passingTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, bufio.ErrBufferFull) || errors.As(err, &timeout) && timeout.Timeout()
}

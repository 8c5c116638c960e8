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

// allow gives the client until the idle time is over to send its next message if it has not logged in, and for ever if it
// has. It fails when the gateway ends.
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

// watch ends a connection's context when its client hangs up while a command runs. Most commands are over before that is
// worth asking, so a command is watched only once it takes long. The timer outlives the command that set it and is set
// again when it has gone off: what is short costs no timer.
type watch struct {
	nc     net.Conn
	r      *bufio.Reader
	hangUp context.CancelFunc

	mu    sync.Mutex
	began time.Time     // of the command that runs, or zero
	timer *time.Timer   // nil: not set
	look  chan struct{} // closed at the end of a look into the connection; nil: nobody looks
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

// sofar is how long the command has been running.
func (w *watch) sofar() time.Duration { return time.Since(w.began) } // only the connection itself writes began

// due looks into the connection if a command has been running for long.
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

// end ends a command. The connection can be read again after it.
func (w *watch) end() {
	w.mu.Lock()
	look := w.look
	w.began, w.look = time.Time{}, nil
	w.mu.Unlock()
	if look != nil {
		_ = w.nc.SetReadDeadline(time.Unix(1, 0)) // ends the look into the connection
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

// hungUp waits until the other side of r has closed, or the wait is ended or pointless. What arrives meanwhile stays in r. A
// client that closes behind more requests, as one may that wants no answers, is heard when the last of them runs.
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

// passingTimeout reports whether err says nothing of the other side: a deadline, or a buffer that is full of requests.
func passingTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, bufio.ErrBufferFull) || errors.As(err, &timeout) && timeout.Timeout()
}

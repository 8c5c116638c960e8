package gateway

import (
	"bufio"
	"context"
	"errors"
	"io"
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

// watched is a context for a command: it ends when the client hangs up. Most commands are over before that is worth
// asking, so a command is watched only once it takes long. After stop the connection can be read again.
func (c *conn) watched(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	timer := time.AfterFunc(watchAfter, func() {
		defer close(done)
		if hungUp(c.r) {
			cancel()
		}
	})
	return ctx, func() {
		defer cancel()
		if timer.Stop() {
			return
		}
		_ = c.nc.SetReadDeadline(time.Unix(1, 0)) // ends the look into the connection
		<-done
	}
}

// hungUp waits until the other side of r has closed, or the wait is ended or pointless. What arrives meanwhile stays in r.
func hungUp(r *bufio.Reader) bool {
	for {
		_, err := r.Peek(r.Buffered() + 1)
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return true
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

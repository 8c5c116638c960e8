package gateway

import (
	"context"
	"fmt"
	"time"

	"github.com/telamon-db/telamon/internal/share"
	"github.com/telamon-db/telamon/internal/wire"
)

const (
	frameBeforeLogin = 16 << 10         // bytes; a greeting and a login are far smaller
	frameAfterLogin  = 48_000_000       // bytes; what the greeting promises
	smallMessage     = 32 << 10         // bytes; messages up to this size are not counted
	readApart        = 16 << 20         // bytes of the largest message whose parts are read one by one
	frameTime        = 10 * time.Second // time limit for a message once it has begun, plus that of its bytes:
	frameRate        = 512 << 10        // bytes a second
	roomTime         = 30 * time.Second // longest wait of a message for memory
)

// read reads the next message. A *wire.Error concerns the returned request; any other error concerns the connection.
func (c *conn) read(ctx context.Context) (request, error) {
	limit := int32(frameBeforeLogin)
	if c.login != nil || c.g.cfg.Open {
		limit = frameAfterLogin
	}
	h, body, err := c.frame(ctx, limit)
	req := request{id: h.RequestID, legacy: h.OpCode == wire.OpQuery}
	if err == nil && h.OpCode == wire.OpCompressed {
		h, body, req.compressor, err = wire.Decompress(h, body, limit)
	}
	if err != nil {
		return req, err
	}
	switch h.OpCode {
	case wire.OpMsg:
		req.msg, err = wire.ParseMsg(h, body)
	case wire.OpQuery:
		req.legacy = true
		req.msg, err = greetingOf(body)
	default:
		err = wire.Errorf(wire.ProtocolError, "operation %d is not supported", h.OpCode)
	}
	return req, err
}

// frame reads one message, within a time limit once it has begun. For a large one it first claims memory, which the
// connection keeps until the message is answered.
func (c *conn) frame(ctx context.Context, limit int32) (wire.Header, []byte, error) {
	if _, err := c.r.Peek(1); err != nil {
		return wire.Header{}, nil, err
	}
	if err := c.hurry(ctx, wire.HeaderLength); err != nil {
		return wire.Header{}, nil, err
	}
	h, err := wire.ReadHeader(c.r, limit)
	if err != nil {
		return h, nil, err
	}
	rest := int(h.Length) - wire.HeaderLength
	if err := c.hurry(ctx, rest); err != nil {
		return h, nil, err
	}
	weight, err := c.weigh(h, limit)
	if err != nil || weight == 0 {
		body, err2 := wire.ReadBody(c.r, h, smallMessage)
		return h, body, firstError(err, err2)
	}
	if err := c.claimRoom(ctx, weight); err != nil {
		return h, nil, err
	}
	if err := c.hurry(ctx, rest); err != nil { // anew: it may have waited
		return h, nil, err
	}
	body, err := wire.ReadBody(c.r, h, rest)
	c.claim.Keep()
	return h, body, err
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// hurry sets the deadline for n more bytes, unless they have arrived.
func (c *conn) hurry(ctx context.Context, n int) error {
	if c.r.Buffered() >= n {
		return nil
	}
	end := time.Now().Add(c.g.frameTime + time.Duration(n)*time.Second/frameRate)
	if err := c.nc.SetReadDeadline(end); err != nil {
		return err
	}
	return ctx.Err() // the end of ctx sets a deadline too, which this one must not replace
}

// weigh estimates how much memory the message with this header needs: for itself, its uncompressed form, and the values
// read from it. For a small message it returns 0.
func (c *conn) weigh(h wire.Header, limit int32) (int64, error) {
	n, size := int64(h.Length), int64(h.Length)
	if h.OpCode == wire.OpCompressed && h.Length >= wire.HeaderLength+wire.CompressedPrefix {
		prefix, err := c.r.Peek(wire.CompressedPrefix)
		if err != nil {
			return 0, err
		}
		size = int64(min(max(wire.Announced(prefix), 0), limit))
		n += size
	}
	if n <= smallMessage {
		return 0, nil
	}
	return min(n+3*min(size, readApart), messageBytes), nil
}

// claimRoom waits for memory. While the message is being read, the claim gives way to those who have less.
func (c *conn) claimRoom(ctx context.Context, weight int64) error {
	ctx, cancel := context.WithTimeout(ctx, roomTime)
	defer cancel()
	claim, err := c.g.shared.messages.Take(ctx, c.owner(), weight, c.cut)
	if err != nil {
		return fmt.Errorf("no memory for a message: %w", err)
	}
	c.claim = claim
	return nil
}

// owner returns the user and address to which the connection's resources count.
func (c *conn) owner() share.Owner {
	o := share.Owner{Address: c.subnet}
	if c.login != nil {
		o.User = c.login.id
	}
	return o
}

// sit takes one of seats in place of the connection's present one, and reports whether one was free. The connection ends
// when it loses its seat.
func (c *conn) sit(seats *share.Seats) bool {
	seat := seats.Take(c.owner(), c.cut)
	c.seat.Leave()
	c.seat = seat
	return seat != nil
}

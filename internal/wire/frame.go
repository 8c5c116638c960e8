package wire

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
)

// OpCode says what a message's body is.
type OpCode int32

// The operations that are still in use. OpQuery and OpReply serve the greeting of clients that do not know yet
// whether the server speaks OP_MSG.
const (
	OpReply      OpCode = 1
	OpQuery      OpCode = 2004
	OpCompressed OpCode = 2012
	OpMsg        OpCode = 2013
)

// HeaderLength is the size of a message header in bytes.
const HeaderLength = 16

// Header opens every message. Length counts the whole message in bytes, the header included.
type Header struct {
	Length     int32
	RequestID  int32
	ResponseTo int32
	OpCode     OpCode
}

func (h Header) append(dst []byte) []byte {
	for _, v := range []int32{h.Length, h.RequestID, h.ResponseTo, int32(h.OpCode)} {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(v))
	}
	return dst
}

func parseHeader(b []byte) Header {
	at := func(i int) int32 { return int32(binary.LittleEndian.Uint32(b[4*i:])) }
	return Header{Length: at(0), RequestID: at(1), ResponseTo: at(2), OpCode: OpCode(at(3))}
}

// ReadMessage reads one message of at most limit bytes, as ReadHeader and ReadBody do.
func ReadMessage(r io.Reader, limit int32) (Header, []byte, error) {
	h, err := ReadHeader(r, limit)
	if err != nil {
		return h, nil, err
	}
	body, err := ReadBody(r, h, firstRead)
	return h, body, err
}

// ReadHeader reads the header of a message of at most limit bytes. A length outside the bounds is a ProtocolError and
// leaves r unusable. io.EOF means that r ended before the message, io.ErrUnexpectedEOF that it ended inside.
func ReadHeader(r io.Reader, limit int32) (Header, error) {
	var head [HeaderLength]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return Header{}, err
	}
	h := parseHeader(head[:])
	if h.Length < HeaderLength || h.Length > limit {
		return h, Errorf(ProtocolError, "message length %d is not within %d and %d bytes", h.Length, HeaderLength, limit)
	}
	return h, nil
}

const firstRead = 4096

// ReadBody reads the body of the message whose header is h. Memory for the first atOnce bytes is taken at once; beyond
// that it follows what has arrived, not what the header promises. io.ErrUnexpectedEOF means that r ended before the body did.
func ReadBody(r io.Reader, h Header, atOnce int) ([]byte, error) {
	n := int(h.Length) - HeaderLength
	buf := make([]byte, 0, min(n, atOnce))
	for len(buf) < n {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, min(n-len(buf), max(len(buf), firstRead)))
		}
		k, err := io.ReadFull(r, buf[len(buf):min(cap(buf), n)])
		buf = buf[:len(buf)+k]
		if errors.Is(err, io.EOF) {
			return nil, io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
	}
	return buf, nil
}

// finish writes the length of the message that begins at dst[start:] into its header.
func finish(dst []byte, start int) []byte {
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start))
	return dst
}

// A cursor takes values off the front of a message body. The first failure sticks.
type cursor struct {
	rest []byte
	err  error
}

func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = Errorf(ProtocolError, format, args...)
	}
	c.rest = nil
}

func (c *cursor) bytes(n int) []byte {
	if n < 0 || n > len(c.rest) {
		c.fail("message ends early")
		return make([]byte, max(0, min(n, 8)))
	}
	out := c.rest[:n:n]
	c.rest = c.rest[n:]
	return out
}

func (c *cursor) byte() byte   { return c.bytes(1)[0] }
func (c *cursor) int32() int32 { return int32(binary.LittleEndian.Uint32(c.bytes(4))) }
func (c *cursor) cstring() string {
	i := slices.Index(c.rest, 0)
	if i < 0 {
		c.fail("a name does not end")
		return ""
	}
	return string(c.bytes(i + 1)[:i])
}

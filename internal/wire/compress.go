package wire

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

// Compressor identifies a compression of OP_COMPRESSED. The zero value is none.
type Compressor uint8

// The compressors that MongoDB's clients know.
const (
	Snappy Compressor = 1
	Zlib   Compressor = 2
	Zstd   Compressor = 3
)

// CompressorNames are the names under which the greeting negotiates compressors.
var CompressorNames = map[string]Compressor{"snappy": Snappy, "zlib": Zlib, "zstd": Zstd}

type codec struct {
	compress   func(src []byte) []byte
	decompress func(src []byte, size int) ([]byte, error) // may return more or fewer than size bytes
}

var codecs = map[Compressor]codec{
	Snappy: {func(src []byte) []byte { return snappy.Encode(nil, src) }, unsnappy},
	Zlib:   {deflate, inflate},
	Zstd:   {func(src []byte) []byte { return zstdEncoder().EncodeAll(src, nil) }, unzstd},
}

var errSize = errors.New("wire: decompressed size differs from the announced one")

// CompressedPrefix is how many bytes of an OP_COMPRESSED's body come before what is compressed.
const CompressedPrefix = 9

// Announced is the size in bytes that the body of a compressed message, which begins with prefix, says that it unpacks to.
// It may be anything, as a client may say anything.
func Announced(prefix []byte) int32 {
	c := &cursor{rest: prefix}
	c.int32()
	return c.int32()
}

// Decompress unpacks the body of an OP_COMPRESSED whose header is h into the message it holds, which may have at most
// limit bytes. A compressed message inside a compressed one is refused.
func Decompress(h Header, body []byte, limit int32) (Header, []byte, Compressor, error) {
	c := &cursor{rest: body}
	op, size, id := OpCode(c.int32()), c.int32(), Compressor(c.byte())
	codec, known := codecs[id]
	switch {
	case c.err != nil:
	case op == OpCompressed:
		c.fail("a compressed message holds another")
	case size < 0 || size > limit-HeaderLength:
		c.fail("decompressed size %d is not within 0 and %d bytes", size, limit-HeaderLength)
	case !known:
		c.fail("unknown compressor %d", id)
	}
	if c.err != nil {
		return h, nil, id, c.err
	}
	out, err := codec.decompress(c.rest, int(size))
	if err != nil || len(out) != int(size) {
		return h, nil, id, Errorf(ProtocolError, "the compressed message is damaged")
	}
	h.OpCode, h.Length = op, HeaderLength+size
	return h, out, id, nil
}

// Compress appends message, a whole message with its header, to dst as an OP_COMPRESSED. With no or an unknown
// compressor it is appended as it is.
func Compress(dst, message []byte, id Compressor) []byte {
	codec, known := codecs[id]
	if !known {
		return append(dst, message...)
	}
	h, body, start := parseHeader(message), message[HeaderLength:], len(dst)
	original := h.OpCode
	h.OpCode = OpCompressed
	dst = h.append(dst)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(original))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(body)))
	dst = append(append(dst, byte(id)), codec.compress(body)...)
	return finish(dst, start)
}

func unsnappy(src []byte, size int) ([]byte, error) {
	if n, err := snappy.DecodedLen(src); err != nil || n != size {
		return nil, errSize
	}
	return snappy.Decode(nil, src)
}

var zlibWriters = sync.Pool{New: func() any { return zlib.NewWriter(nil) }}

func deflate(src []byte) []byte {
	w := zlibWriters.Get().(*zlib.Writer)
	defer zlibWriters.Put(w)
	var out bytes.Buffer
	w.Reset(&out)
	_, err := w.Write(src)
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err) // writing to memory never fails
	}
	return out.Bytes()
}

func inflate(src []byte, size int) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(src))
	if err != nil {
		return nil, err
	}
	out := make([]byte, size)
	if _, err := io.ReadFull(r, out); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(r, make([]byte, 1)); !errors.Is(err, io.EOF) {
		return nil, errSize
	}
	return out, nil
}

var zstdEncoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err) // there is no option that could be wrong
	}
	return e
})

const zstdMaxWindow = 64 << 20

var zstdDecoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxWindow(zstdMaxWindow))
	if err != nil {
		panic(err) // the options are constants
	}
	return d
})

func unzstd(src []byte, size int) ([]byte, error) {
	return zstdDecoder().DecodeAll(src, make([]byte, 0, size))
}

package spill

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// List is a list of records in a file. It is first written completely, and then read.
type List struct {
	file   *File
	blocks []int64
	size   int64 // bytes
	buffer []byte
}

// List begins a list. While it is written it holds a block in memory.
func (f *File) List() *List { return &List{file: f} }

// Append adds a record, the concatenation of parts.
func (l *List) Append(parts ...[]byte) error {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	var length [binary.MaxVarintLen64]byte
	if err := l.write(binary.AppendUvarint(length[:0], uint64(n))); err != nil {
		return err
	}
	for _, p := range parts {
		if err := l.write(p); err != nil {
			return err
		}
	}
	return nil
}

func (l *List) write(p []byte) error {
	if l.buffer == nil {
		l.buffer = make([]byte, 0, l.file.block)
	}
	l.size += int64(len(p))
	for len(p) > 0 {
		n := min(len(p), l.file.block-len(l.buffer))
		l.buffer, p = append(l.buffer, p[:n]...), p[n:]
		if len(l.buffer) == l.file.block {
			if err := l.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *List) flush() error {
	at, err := l.file.take()
	if err != nil {
		return err
	}
	if _, err := l.file.f.WriteAt(l.buffer, at*int64(l.file.block)); err != nil {
		return told(err)
	}
	l.blocks, l.buffer = append(l.blocks, at), l.buffer[:0]
	return nil
}

// End writes the records that are still in memory, and frees their block.
func (l *List) End() error {
	if len(l.buffer) > 0 {
		if err := l.flush(); err != nil {
			return err
		}
	}
	l.buffer = nil
	return nil
}

// Read begins to read a list that has ended, for the last time: a block is free when it has been read. It holds a block in
// memory, and the record.
func (l *List) Read() *Reader { return l.reader(true) }

// Again is Read for a list that will be read another time.
func (l *List) Again() *Reader { return l.reader(false) }

func (l *List) reader(last bool) *Reader {
	left := &unread{file: l.file, blocks: l.blocks, size: l.size, last: last}
	return &Reader{from: bufio.NewReaderSize(left, l.file.block)}
}

// unread has the blocks of a list that have not been read.
type unread struct {
	file   *File
	blocks []int64
	size   int64
	last   bool // nobody reads them again
}

// Read implements io.Reader.
func (l *unread) Read(p []byte) (int, error) {
	if l.size == 0 {
		return 0, io.EOF
	}
	n := int(min(l.size, int64(l.file.block)))
	if len(p) < n {
		return 0, io.ErrShortBuffer
	}
	at := l.blocks[0]
	if _, err := l.file.f.ReadAt(p[:n], at*int64(l.file.block)); err != nil && !(errors.Is(err, io.EOF) && n < l.file.block) {
		return 0, told(err)
	}
	l.blocks, l.size = l.blocks[1:], l.size-int64(n)
	if l.last {
		l.file.free = append(l.file.free, at)
	}
	return n, nil
}

// Reader reads the records of a list.
type Reader struct {
	from   *bufio.Reader
	record []byte
}

// Next returns the next record, or io.EOF. A record is valid until the next call.
func (r *Reader) Next() ([]byte, error) {
	n, err := binary.ReadUvarint(r.from)
	if err != nil {
		return nil, err
	}
	if uint64(cap(r.record)) < n {
		r.record = make([]byte, n)
	}
	r.record = r.record[:n]
	if _, err = io.ReadFull(r.from, r.record); errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return r.record, err
}

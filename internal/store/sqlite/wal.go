package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Sizes in a write-ahead log (SQLite documentation, "WAL-mode File Format").
const (
	walHeader   = 32
	frameHeader = 24
)

// checkWAL refuses a write-ahead log that is damaged in its middle. SQLite ends reading at the first frame whose
// checksum is wrong and takes what follows for the torn end of a transaction that never committed, so that it would
// drop commits without a word. It can be told that they did commit: nothing is written behind a transaction before that
// is durable, so a transaction whose end is there and is followed by another was not torn. Damage in the last
// transaction looks like a torn one.
func checkWAL(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer f.Close()
	w, err := newWAL(f)
	if w == nil || err != nil {
		return err
	}
	good, err := w.skipGood()
	if err != nil {
		return err
	}
	ends, more, err := w.rest()
	if err == nil && more {
		err = fmt.Errorf("store: %s is damaged at byte %d, and %d commits or more behind it cannot be read: bring back a copy of the data directory, "+
			"or go on without them by cutting the file there: truncate --size=%d %s", path, good, ends, good, path)
	}
	return err
}

// wal reads a write-ahead log.
type wal struct {
	r     io.Reader
	order binary.ByteOrder // of checksums
	salt  [8]byte          // of all frames that belong to the log
	sum   [2]uint32        // so far
	frame []byte           // the last one that was read
}

// newWAL reads the header. It returns nil for a log without a header: a new one, or one whose header has been torn.
func newWAL(r io.Reader) (*wal, error) {
	var h [walHeader]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return nil, ended(err)
	}
	w := &wal{r: r, order: binary.LittleEndian, salt: [8]byte(h[16:24])}
	switch binary.BigEndian.Uint32(h[:]) {
	case 0x377f0682:
	case 0x377f0683:
		w.order = binary.BigEndian
	default:
		return nil, nil
	}
	w.add(h[:24])
	page := binary.BigEndian.Uint32(h[8:])
	if !w.agrees(h[24:]) || page < 512 || page > 1<<16 {
		return nil, nil
	}
	w.frame = make([]byte, frameHeader+int(page))
	return w, nil
}

// ended is err, or nil if err only means the end of the file.
func ended(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

// next reads a frame, and reports whether there was one.
func (w *wal) next() (bool, error) {
	if _, err := io.ReadFull(w.r, w.frame); err != nil {
		clear(w.frame)
		return false, ended(err)
	}
	return true, nil
}

// ours reports whether the last frame is of this log, and not of an earlier one in the same file.
func (w *wal) ours() bool { return [8]byte(w.frame[8:16]) == w.salt }

// skipGood reads frames up to the first that is not as it was written, and returns its position.
func (w *wal) skipGood() (at int64, err error) {
	for at = walHeader; ; at += int64(len(w.frame)) {
		there, err := w.next()
		if err != nil || !there || !w.ours() {
			return at, err
		}
		w.add(w.frame[:8])
		w.add(w.frame[frameHeader:])
		if !w.agrees(w.frame[16:24]) {
			return at, nil
		}
	}
}

// rest reads on from a bad frame: how many transactions have their end there, and whether something follows the first of
// these ends. The bad frame itself may be such an end.
func (w *wal) rest() (ends int, more bool, err error) {
	for there := true; there && err == nil; there, err = w.next() {
		if !w.ours() {
			continue
		}
		more = more || ends > 0
		if binary.BigEndian.Uint32(w.frame[4:]) != 0 {
			ends++
		}
	}
	return ends, more, err
}

// add continues the checksum over whole words.
func (w *wal) add(b []byte) {
	for ; len(b) >= 8; b = b[8:] {
		w.sum[0] += w.order.Uint32(b) + w.sum[1]
		w.sum[1] += w.order.Uint32(b[4:]) + w.sum[0]
	}
}

func (w *wal) agrees(b []byte) bool {
	return binary.BigEndian.Uint32(b) == w.sum[0] && binary.BigEndian.Uint32(b[4:]) == w.sum[1]
}

// Package oplogs keeps copies of the oplogs of clusters, for restores to points in time. The log of a dataset is a
// directory of pieces. A piece is a compressed file of consecutive entries. Its name has the time of the entry before the
// first one, and of the last one.
package oplogs

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/durable"
)

// Log is the log of one dataset. One goroutine at a time may write to it.
type Log struct{ dir string }

// At returns the log in a directory, which need not exist.
func At(dir string) Log { return Log{dir} }

// ErrGap says that a log does not have all of the entries that are asked for.
var ErrGap = errors.New("the log of changes does not reach from the snapshot to that time without a gap")

// piece is one file.
type piece struct {
	name        string
	after, last bson.Timestamp
}

const suffix = ".bson.zst"

// CoveredName is the name of the file with the time up to which a log is complete.
const CoveredName = "covered"

func name(after, last bson.Timestamp) string {
	return fmt.Sprintf("%08x%08x-%08x%08x%s", after.T, after.I, last.T, last.I, suffix)
}

func parse(name string) (p piece, ok bool) {
	hex, ok := strings.CutSuffix(name, suffix)
	if !ok || len(hex) != 33 || hex[16] != '-' {
		return p, false
	}
	after, err := strconv.ParseUint(hex[:16], 16, 64)
	last, err2 := strconv.ParseUint(hex[17:], 16, 64)
	p = piece{name, timestamp(after), timestamp(last)}
	return p, err == nil && err2 == nil
}

func timestamp(n uint64) bson.Timestamp { return bson.Timestamp{T: uint32(n >> 32), I: uint32(n)} }

// pieces are the log's, oldest first.
func (l Log) pieces() (all []piece, err error) {
	entries, err := os.ReadDir(l.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if p, ok := parse(e.Name()); ok {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b piece) int { return cmp.Or(a.last.Compare(b.last), a.after.Compare(b.after)) })
	return all, nil
}

// Last returns the time of the newest entry, or the one with which Begin was called if there is none. begun is false if
// Begin was never called.
func (l Log) Last() (last bson.Timestamp, begun bool, err error) {
	all, err := l.pieces()
	if err != nil || len(all) == 0 {
		return last, false, err
	}
	return all[len(all)-1].last, true, nil
}

// Begin starts the log, or starts it again behind a gap: the next entry is the one that follows the entry with the time
// after.
func (l Log) Begin(after bson.Timestamp) error {
	if err := durable.MakeDir(l.dir); err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(l.dir, name(after, after)), nil)
}

// Append adds the entries that come after the log's last one, and returns the time of the newest. It keeps none if it
// fails.
func (l Log) Append(after bson.Timestamp, entries iter.Seq2[bson.Raw, error]) (last bson.Timestamp, err error) {
	last = after
	f, err := os.Create(filepath.Join(l.dir, unfinished)) // a file that a crash has left is emptied
	if err != nil {
		return after, err
	}
	if last, err = write(f, after, entries); err != nil || last == after {
		return after, errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return after, err
	}
	if err := os.Rename(f.Name(), filepath.Join(l.dir, name(after, last))); err != nil {
		return after, err
	}
	return last, durable.SyncDir(l.dir)
}

func write(w io.Writer, after bson.Timestamp, entries iter.Seq2[bson.Raw, error]) (last bson.Timestamp, err error) {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return after, err
	}
	last = after
	for entry, err := range entries {
		if err != nil {
			return after, errors.Join(err, z.Close())
		}
		last = timeOf(entry)
		if _, err := z.Write(entry); err != nil {
			return after, errors.Join(err, z.Close())
		}
	}
	return last, z.Close()
}

// Cover records that the log has all changes before t.
func (l Log) Cover(t time.Time) error {
	return durable.WriteFile(filepath.Join(l.dir, CoveredName), strconv.AppendInt(nil, t.Unix(), 10))
}

// Covers reports whether the log has all changes up to and including those with the time until: it has a later entry, or
// Cover was called with a later time.
func (l Log) Covers(until bson.Timestamp) (bool, error) {
	last, begun, err := l.Last()
	if err != nil || !begun || !last.Before(until) {
		return begun && err == nil, err
	}
	raw, err := l.Covered()
	if err != nil || raw == nil {
		return false, err
	}
	upTo, err := ParseCovered(raw)
	return upTo > int64(until.T), err
}

// History yields the entries after the time last. It is a storage.History that needs no newest entry, because a log's
// directory has the entries of one dataset only. The error is ErrGap if one is missing.
func (l Log) History(ctx context.Context, last bson.Timestamp, _ bson.Raw) iter.Seq2[bson.Raw, error] {
	return func(yield func(bson.Raw, error) bool) {
		all, err := l.pieces()
		if err != nil {
			yield(nil, err)
			return
		}
		at := last
		for _, p := range all {
			if !p.last.After(last) {
				continue
			}
			if p.after.After(at) {
				yield(nil, ErrGap)
				return
			}
			if !l.read(ctx, p, at, yield) {
				return
			}
			at = p.last
		}
	}
}

// read yields the entries of a piece after the time last, and reports whether more are wanted.
func (l Log) read(ctx context.Context, p piece, last bson.Timestamp, yield func(bson.Raw, error) bool) bool {
	f, err := os.Open(filepath.Join(l.dir, p.name))
	if err != nil {
		return yield(nil, err) && false
	}
	defer f.Close()
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
	if err != nil {
		return yield(nil, err) && false
	}
	defer z.Close()
	r, at := bufio.NewReaderSize(z, 1<<20), last
	var entry bson.Raw
	for {
		if entry, err = next(r, entry); errors.Is(err, io.EOF) && at == p.last {
			return true
		}
		if err = errors.Join(err, ctx.Err()); err != nil {
			yield(nil, fmt.Errorf("the piece %s of a log of changes cannot be read: %w", p.name, err))
			return false
		}
		ts := timeOf(entry)
		if ts.After(last) && !yield(entry, nil) {
			return false
		}
		at = ts
	}
}

// largest is a bound for an entry's bytes, which has room for a document, its pre-image and the other fields.
const largest = 64 << 20

// next reads an entry into buf, which it makes larger if need be.
func next(r *bufio.Reader, buf bson.Raw) (bson.Raw, error) {
	head, err := r.Peek(4)
	if err != nil {
		return buf, err
	}
	n := int(binary.LittleEndian.Uint32(head))
	if n < 5 || n > largest {
		return buf, fmt.Errorf("an entry of %d bytes", n)
	}
	buf = slices.Grow(buf[:0], n)[:n]
	if _, err := io.ReadFull(r, buf); err != nil {
		return buf, io.ErrUnexpectedEOF
	}
	return buf, buf.Validate()
}

// timeOf is the time of an entry, or zero if it has none.
func timeOf(entry bson.Raw) (t bson.Timestamp) {
	t.T, t.I, _ = entry.Lookup("ts").TimestampOK()
	return t
}

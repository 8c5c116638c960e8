// Package logfile keeps logs of lines on disk: a line that has been appended survives kill -9, and a loss of power after
// a second. A log is a file and those that it was rotated to.
package logfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/telamon-db/telamon/internal/durable"
)

// Bounds of a log on disk.
const (
	fileSize  = 32 << 20    // bytes at which a file is rotated
	keptFiles = 8           // that have been rotated; the oldest is removed
	syncEvery = time.Second // at the latest after an append
)

// File is a log that is being written. It is safe for concurrent use.
type File struct {
	path string
	size int64 // at which it is rotated

	mu      sync.Mutex
	file    *os.File // nil: nothing has been appended yet
	written int64    // bytes of file
	timer   *time.Timer
	closed  bool
	syncs   sync.WaitGroup // those that are due or running
	failed  error          // of the last sync; the next Append returns it
}

// New returns the log at path, which is opened with the first line.
func New(path string) *File { return &File{path: path, size: fileSize} }

// Append writes a line, which must end in a line break. When it returns, the line survives the end of the process.
func (f *File) Append(line []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return fs.ErrClosed
	}
	if err := f.ready(int64(len(line))); err != nil {
		return err
	}
	n, err := f.file.Write(line)
	f.written += int64(n)
	if err != nil {
		return errors.Join(err, f.cut(int64(n)))
	}
	if f.timer == nil {
		f.syncs.Add(1)
		f.timer = time.AfterFunc(syncEvery, f.sync)
	}
	err, f.failed = f.failed, nil
	return err
}

// ready opens the file, or rotates it if it has no room for n more bytes.
func (f *File) ready(n int64) (err error) {
	switch {
	case f.file == nil:
		if err = durable.MakeDir(filepath.Dir(f.path)); err == nil {
			err = f.open()
		}
	case f.written > 0 && f.written+n > f.size:
		err = f.rotate()
	}
	return err
}

func (f *File) open() error {
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	whole, err := wholeLines(file)
	if err == nil {
		err = file.Truncate(whole)
	}
	if err == nil {
		_, err = file.Seek(whole, io.SeekStart)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	f.file, f.written = file, whole
	return durable.SyncDir(filepath.Dir(f.path))
}

// wholeLines is the size of a file without a last line that has no line break.
func wholeLines(file *os.File) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	const chunk = 4 << 10
	for end := info.Size(); end > 0; {
		from := max(end-chunk, 0)
		part := make([]byte, end-from)
		if _, err := file.ReadAt(part, from); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		end = from
	}
	return 0, nil
}

// cut removes the n bytes of a line that was not written completely.
func (f *File) cut(n int64) error {
	f.written -= n
	_, err := f.file.Seek(f.written, io.SeekStart)
	return errors.Join(f.file.Truncate(f.written), err)
}

// rotate begins a new file.
func (f *File) rotate() error {
	rotated, err := rotations(f.path)
	if err != nil {
		return err
	}
	var last int
	if n := len(rotated); n > 0 {
		_, _ = fmt.Sscanf(filepath.Ext(rotated[n-1]), ".%d", &last)
	}
	if err := os.Rename(f.path, fmt.Sprintf("%s.%09d", f.path, last+1)); err != nil {
		return err
	}
	old := f.file
	f.syncs.Go(func() { f.note(errors.Join(old.Sync(), old.Close())) })
	f.file = nil
	for len(rotated) >= keptFiles {
		err = errors.Join(err, os.Remove(rotated[0]))
		rotated = rotated[1:]
	}
	return errors.Join(err, f.open())
}

// rotations are the files to which the log at path was rotated, oldest first. Their names end in numbers that rise.
func rotations(path string) ([]string, error) {
	all, err := filepath.Glob(path + ".*")
	slices.Sort(all)
	return all, err
}

// sync makes durable what was appended. Nobody who appends waits for it.
func (f *File) sync() {
	defer f.syncs.Done()
	f.mu.Lock()
	file := f.file
	f.timer = nil
	f.mu.Unlock()
	if err := file.Sync(); !errors.Is(err, fs.ErrClosed) { // what is closed has been synced
		f.note(err)
	}
}

func (f *File) note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.failed = err
	}
}

// Close makes the log durable and ends it.
func (f *File) Close() error {
	f.mu.Lock()
	f.closed = true
	if f.timer != nil && f.timer.Stop() {
		f.syncs.Done()
	}
	f.mu.Unlock()
	f.syncs.Wait()
	if f.file == nil {
		return nil
	}
	return errors.Join(f.failed, f.file.Sync(), f.file.Close())
}

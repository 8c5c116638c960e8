// Package disk is the file system of one database: its writes wait while the disk is full, or the process has no file
// descriptors left, and go on when there is room. So the database never sees an error that it cannot recover from, and no
// acknowledged write is lost.
//
// Callers that cannot wait watch Stuck. A database that is closed while writes wait ends as by a crash: after the first
// write that found no room, nothing changes on the disk.
package disk

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	patience    = time.Second            // that writes wait before the database is stuck
	firstPause  = 5 * time.Millisecond   // before a write is tried again
	longestTime = 250 * time.Millisecond // between two tries
)

// FS is the file system. It is safe for concurrent use.
type FS struct {
	vfs.FS
	dir   string
	log   *slog.Logger
	ended chan struct{} // closed by End

	mu      sync.Mutex
	waiting int           // writes that wait for room
	cause   error         // why
	stuck   chan struct{} // closed when they have waited for long; replaced afterwards
	isStuck bool
	timer   *time.Timer
	ending  bool
	frozen  bool
}

// New returns the file system of the database in dir, on top of fs.
func New(fs vfs.FS, dir string, log *slog.Logger) *FS {
	return &FS{FS: fs, dir: filepath.Clean(dir), log: log, ended: make(chan struct{}), stuck: make(chan struct{})}
}

// Unwrap is the file system below.
func (f *FS) Unwrap() vfs.FS { return f.FS }

// Stuck is closed when writes have waited for room for a second. Afterwards Stuck is another channel.
func (f *FS) Stuck() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stuck
}

// Trouble is why the database is stuck, or nil.
func (f *FS) Trouble() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.isStuck {
		return nil
	}
	return f.cause
}

// End says that the database is closing: a write that finds no room from now on does not wait, but freezes the disk.
func (f *FS) End() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.ending {
		f.ending = true
		close(f.ended)
	}
}

// Frozen returns why writes since the disk was frozen are not on it, or nil if it is not frozen.
func (f *FS) Frozen() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.frozen {
		return nil
	}
	return f.cause
}

// IsFull reports whether err says that there is no room on the disk.
func IsFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// passing reports whether err may well go away by itself.
func passing(err error) bool {
	return IsFull(err) || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// errFrozen is the error inside this package for a write to a frozen disk. To the database such a write must look as if it
// had been done.
var errFrozen = errors.New("disk: frozen")

// try runs op, which changes the file called name, until there is room for it. Outside of the database's directory, for
// example in a copy that is being made of it, op is run once.
func (f *FS) try(name string, op func() error) error {
	if f.Frozen() != nil {
		return errFrozen
	}
	err := op()
	if err == nil || !passing(err) || !f.has(name) {
		return err
	}
	f.begin(err)
	defer f.end()
	for pause := firstPause; ; pause = min(2*pause, longestTime) {
		select {
		case <-f.ended:
			f.freeze(err)
			return errFrozen
		case <-time.After(pause):
		}
		if err = op(); err == nil || !passing(err) {
			return err
		}
	}
}

func (f *FS) has(name string) bool {
	return strings.HasPrefix(filepath.Clean(name), f.dir+string(filepath.Separator))
}

func (f *FS) freeze(cause error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.frozen {
		f.frozen, f.cause = true, fmt.Errorf("disk: %w", cause)
	}
}

// begin notes that a write waits.
func (f *FS) begin(cause error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting++
	if f.waiting > 1 {
		return
	}
	f.cause = cause
	f.timer = time.AfterFunc(patience, f.give)
}

// give declares the database stuck, unless the wait that set the timer is over.
func (f *FS) give() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waiting == 0 || f.isStuck {
		return
	}
	f.isStuck = true
	close(f.stuck)
	f.log.Error("a database waits for the disk: writes are refused", "dir", filepath.Base(f.dir), "error", f.cause)
}

// end notes that a write has stopped waiting.
func (f *FS) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waiting--; f.waiting > 0 {
		return
	}
	f.timer.Stop()
	if f.isStuck {
		f.isStuck, f.stuck = false, make(chan struct{})
		f.log.Warn("a database goes on", "dir", filepath.Base(f.dir))
	}
}

package disk

import (
	"errors"
	"io"
	"os"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// changed returns err, or nil for errFrozen.
func changed(err error) error {
	if errors.Is(err, errFrozen) {
		return nil
	}
	return err
}

// opened wraps the file that make makes.
func (f *FS) opened(name string, make func() (vfs.File, error)) (vfs.File, error) {
	var inner vfs.File
	err := f.try(name, func() (err error) {
		inner, err = make()
		return err
	})
	switch {
	case errors.Is(err, errFrozen):
		return nowhere{}, nil
	case err != nil:
		return nil, err
	}
	return &file{inner, f, name}, nil
}

// Create implements vfs.FS.
func (f *FS) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.opened(name, func() (vfs.File, error) { return f.FS.Create(name, c) })
}

// OpenReadWrite implements vfs.FS.
func (f *FS) OpenReadWrite(name string, c vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	return f.opened(name, func() (vfs.File, error) { return f.FS.OpenReadWrite(name, c, opts...) })
}

// ReuseForWrite implements vfs.FS.
func (f *FS) ReuseForWrite(old, name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.opened(name, func() (vfs.File, error) { return f.FS.ReuseForWrite(old, name, c) })
}

// Open implements vfs.FS. A reader waits for a descriptor too, but only for a second: nothing is lost if it fails. So
// callers that try again at once, as compactions do, do so once a second.
func (f *FS) Open(name string, opts ...vfs.OpenOption) (file vfs.File, err error) {
	for end := time.Now().Add(patience); ; time.Sleep(longestTime / 5) {
		file, err = f.FS.Open(name, opts...)
		if err == nil || !passing(err) || time.Now().After(end) {
			return file, err
		}
	}
}

// Link implements vfs.FS.
func (f *FS) Link(old, name string) error {
	return changed(f.try(name, func() error { return f.FS.Link(old, name) }))
}

// Rename implements vfs.FS.
func (f *FS) Rename(old, name string) error {
	return changed(f.try(name, func() error { return f.FS.Rename(old, name) }))
}

// Remove implements vfs.FS.
func (f *FS) Remove(name string) error {
	return changed(f.try(name, func() error { return f.FS.Remove(name) }))
}

// RemoveAll implements vfs.FS.
func (f *FS) RemoveAll(name string) error {
	return changed(f.try(name, func() error { return f.FS.RemoveAll(name) }))
}

// MkdirAll implements vfs.FS.
func (f *FS) MkdirAll(name string, mode os.FileMode) error {
	return changed(f.try(name, func() error { return f.FS.MkdirAll(name, mode) }))
}

// file is one that is written.
type file struct {
	vfs.File
	fs   *FS
	name string
}

// Write implements io.Writer. The part that was written before the disk was full is not written again.
func (f *file) Write(p []byte) (n int, err error) {
	err = f.fs.try(f.name, func() error {
		m, err := f.File.Write(p[n:])
		n += m
		return err
	})
	if errors.Is(err, errFrozen) {
		return len(p), nil
	}
	return n, err
}

// WriteAt implements io.WriterAt.
func (f *file) WriteAt(p []byte, at int64) (n int, err error) {
	err = f.fs.try(f.name, func() error {
		m, err := f.File.WriteAt(p[n:], at+int64(n))
		n += m
		return err
	})
	if errors.Is(err, errFrozen) {
		return len(p), nil
	}
	return n, err
}

// Preallocate implements vfs.File. It is only a hint, so an error for want of room is ignored.
func (f *file) Preallocate(offset, length int64) error {
	if f.fs.Frozen() != nil {
		return nil
	}
	if err := f.File.Preallocate(offset, length); !passing(err) {
		return err
	}
	return nil
}

// Sync implements vfs.File. A sync that fails is never tried again: the system may have forgotten what it did not write.
func (f *file) Sync() error { return f.whole(f.File.Sync) }

// SyncData implements vfs.File.
func (f *file) SyncData() error { return f.whole(f.File.SyncData) }

// SyncTo implements vfs.File.
func (f *file) SyncTo(length int64) (full bool, err error) {
	err = f.whole(func() (err error) {
		full, err = f.File.SyncTo(length)
		return err
	})
	return full, err
}

func (f *file) whole(sync func() error) error {
	if f.fs.Frozen() != nil {
		return nil
	}
	return sync()
}

// nowhere is a file of a frozen disk.
type nowhere struct{}

var errNowhere = errors.New("disk: the file was never written, for want of room")

func (nowhere) Close() error                           { return nil }
func (nowhere) Read([]byte) (int, error)               { return 0, io.EOF }
func (nowhere) ReadAt([]byte, int64) (int, error)      { return 0, io.EOF }
func (nowhere) Write(p []byte) (int, error)            { return len(p), nil }
func (nowhere) WriteAt(p []byte, _ int64) (int, error) { return len(p), nil }
func (nowhere) Preallocate(int64, int64) error         { return nil }
func (nowhere) Stat() (vfs.FileInfo, error)            { return nil, errNowhere }
func (nowhere) Sync() error                            { return nil }
func (nowhere) SyncTo(int64) (bool, error)             { return true, nil }
func (nowhere) SyncData() error                        { return nil }
func (nowhere) Prefetch(int64, int64) error            { return nil }
func (nowhere) Fd() uintptr                            { return vfs.InvalidFd }

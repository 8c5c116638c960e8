// Package spill keeps on disk the rows of sorts and groups that do not fit in their memory.
//
// Files have no name: a file is removed as soon as it has been opened, so its room is free when it is closed, however the
// process ends. If a name is left all the same, the next start removes it. Nothing waits for room: if there is too little,
// the error is OutOfDiskSpace at once. Some room is always left for the data itself.
package spill

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/telamon-db/telamon/internal/docdb/disk"
	"github.com/telamon-db/telamon/internal/wire"
)

// Room that is left on the disk: leftBytes, or on a small disk 1/leftPart of its size if that is less. Source of the bytes:
// MongoDB's internalQuerySpillingMinAvailableDiskSpaceBytes.
const (
	leftBytes = 500 << 20
	leftPart  = 20
	between   = 16 << 20 // bytes that are written between two checks of the free room
)

// category is the name of these writes in Pebble's statistics.
const category vfs.DiskWriteCategory = "spill"

// Disk has the files of one database. A nil Disk says that files are not allowed. It is safe for concurrent use.
type Disk struct {
	fs   vfs.FS
	dir  string
	next atomic.Uint64
	open atomic.Int64
}

// Open returns the disk that has its files in dir, which is made when it is needed. It removes what an earlier process has
// left there.
func Open(fs vfs.FS, dir string) (*Disk, error) {
	if err := fs.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("spill: %w", err)
	}
	return &Disk{fs: fs, dir: dir}, nil
}

// Files is how many files are open.
func (d *Disk) Files() int64 { return d.open.Load() }

// File has the lists of records of one sort or group, in blocks of one size. A block is free for other lists when it has
// been read. It is used by one goroutine at a time and must be closed.
type File struct {
	of    *Disk
	f     vfs.File
	name  string // "" if it has been removed
	block int
	end   int64   // blocks
	free  []int64 // free blocks below end
	look  int64   // the block before which the free room is checked
}

// leastBlock is how large a block is at least, in bytes.
const leastBlock = 512

// Create makes a file with blocks of block bytes, at least leastBlock.
func (d *Disk) Create(block int) (*File, error) {
	block = max(block, leastBlock)
	if err := d.fs.MkdirAll(d.dir, 0o700); err != nil {
		return nil, told(err)
	}
	name := filepath.Join(d.dir, strconv.FormatUint(d.next.Add(1), 10))
	f, err := d.fs.OpenReadWrite(name, category)
	if err != nil {
		return nil, told(err)
	}
	d.open.Add(1)
	file := &File{of: d, f: f, block: block}
	if d.fs.Remove(name) != nil { // not every system removes open files
		file.name = name
	}
	return file, nil
}

// Close frees the file's room. It does nothing for a nil File, or the second time.
func (f *File) Close() error {
	if f == nil || f.f == nil {
		return nil
	}
	err := f.f.Close()
	f.f = nil
	f.of.open.Add(-1)
	if f.name != "" {
		err = errors.Join(err, f.of.fs.Remove(f.name))
	}
	return err
}

// Block is the size of a block, in bytes.
func (f *File) Block() int { return f.block }

// take returns a free block, or a further one at the end.
func (f *File) take() (int64, error) {
	if n := len(f.free); n > 0 {
		at := f.free[n-1]
		f.free = f.free[:n-1]
		return at, nil
	}
	if f.end >= f.look {
		if err := f.of.room(); err != nil {
			return 0, err
		}
		f.look = f.end + int64(max(1, between/f.block))
	}
	f.end++
	return f.end - 1, nil
}

// room returns an error unless there is room for the next writes besides the room that is left.
func (d *Disk) room() error {
	usage, err := d.fs.GetDiskUsage(d.dir)
	if err != nil { // not known here: a write will fail if there is no room
		return nil
	}
	if left := min(leftBytes, usage.TotalBytes/leftPart); usage.AvailBytes < left+between {
		return wire.Errorf(wire.OutOfDiskSpace, "Failed to spill to disk: %d bytes are available, and %d are left to the data", usage.AvailBytes, left)
	}
	return nil
}

// told returns the error for clients.
func told(err error) error {
	switch {
	case disk.IsFull(err):
		return wire.Errorf(wire.OutOfDiskSpace, "Failed to spill to disk: there is no room on it")
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return wire.Errorf(wire.OperationFailed, "Failed to spill to disk: the server has no file descriptors left")
	}
	return fmt.Errorf("spill: %w", err)
}

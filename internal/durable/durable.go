// Package durable replaces files so that a reader never sees half of one, and a loss of power leaves the old or the new.
package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile puts raw in place of the file at path, with mode 0600. When it returns nil, the new content is on disk.
func WriteFile(path string, raw []byte) error {
	next := path + ".next"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// MakeDir makes a directory with mode 0700, and those that it is in, unless they are there. When it returns nil, they are
// on disk.
func MakeDir(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := MakeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := SyncDir(parent); err != nil {
		return err
	}
	_, err := os.ReadDir(dir) // what is there may be no directory
	return err
}

// SyncDir makes the directory's entries durable, such as a name that has just been given.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// CheckRoom returns an error if a small file finds no room in a directory. It leaves nothing behind.
func CheckRoom(dir string) error {
	f, err := os.CreateTemp(dir, ".room-")
	if err != nil {
		return err
	}
	const small = 64 << 10 // bytes
	_, err = f.Write(make([]byte, small))
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}

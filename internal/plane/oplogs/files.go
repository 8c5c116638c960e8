package oplogs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/durable"
)

// Names are the names of the log's pieces, the oldest first.
func (l Log) Names() ([]string, error) {
	all, err := l.pieces()
	return names(all), err
}

func names(all []piece) (list []string) {
	for _, p := range all {
		list = append(list, p.name)
	}
	return list
}

// Order is a text by which the names of pieces sort from the oldest to the newest; "" for what is no piece.
func Order(name string) string {
	if _, ok := parse(name); !ok {
		return ""
	}
	return name[17:33] + name[:16] // the last entry, and then the one that it comes after
}

// Open opens a piece for reading.
func (l Log) Open(name string) (*os.File, error) { return os.Open(filepath.Join(l.dir, name)) }

// Add puts a file of another copy of the log into this one, in place of one of that name. Other files are left out.
func (l Log) Add(name string, content io.Reader) error {
	if name != CoveredName && Order(name) == "" {
		return nil
	}
	if err := durable.MakeDir(l.dir); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(l.dir, unfinished))
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(l.dir, name)); err != nil {
		return err
	}
	return durable.SyncDir(l.dir)
}

// unfinished is the name of a file that is being written.
const unfinished = "unfinished"

// Covered is the content of the file that says up to when the log is complete; nil if there is none.
func (l Log) Covered() ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(l.dir, CoveredName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return raw, err
}

// ParseCovered reads the content of that file: the time from before which the log has all changes, in seconds since 1970.
func ParseCovered(raw []byte) (int64, error) { return strconv.ParseInt(string(raw), 10, 64) }

// Old are the names of the pieces of which no entry is after a time. The newest piece stays, as the log goes on after it.
func (l Log) Old(before bson.Timestamp) ([]string, error) {
	all, err := l.pieces()
	for i, p := range all {
		if i == len(all)-1 || p.last.After(before) {
			return names(all[:i]), err
		}
	}
	return nil, err
}

// Remove removes pieces.
func (l Log) Remove(pieces []string) error {
	for _, name := range pieces {
		if err := os.Remove(filepath.Join(l.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Package manifest says which files a snapshot consists of, so that a file that is missing or has changed is found before
// it is used. The manifest is a file beside the others, written when all of them are complete.
package manifest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/durable"
)

// Name is the name of the manifest's file.
const Name = "snapshot.json"

// Manifest lists a snapshot's files. Its own file begins with a line that has the checksum of the rest.
type Manifest struct {
	Cluster string         `json:"cluster,omitempty"` // whose data it has; "" for snapshots that were taken before there were manifests
	Dataset string         `json:"dataset,omitempty"` // which of the cluster's data
	At      bson.Timestamp `json:"at,omitzero"`       // of the last change that is in it
	Files   []File         `json:"files"`
}

// File is one file of a snapshot.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // in hexadecimal digits
}

// ErrDamaged is the error for a snapshot of which a file is missing or has changed.
var ErrDamaged = errors.New("the snapshot is damaged")

// Known returns the checksum of a file that has been read before, or "".
type Known func(name string, info fs.FileInfo) string

// List returns all files of a directory with their checksums, and reads those that are not known. read is called with the
// number of bytes that were read since its last call.
func List(ctx context.Context, dir string, known Known, read func(bytes int64)) (files []File, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Name() == Name {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		f := File{Name: e.Name(), Size: info.Size(), SHA256: known(e.Name(), info)}
		if f.SHA256 == "" {
			if f.SHA256, err = sum(ctx, filepath.Join(dir, f.Name), read); err != nil {
				return nil, err
			}
		}
		files = append(files, f)
	}
	return files, nil
}

// sum is the checksum of a file's content.
func sum(ctx context.Context, path string, read func(bytes int64)) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h, buf := sha256.New(), make([]byte, 1<<20)
	for ctx.Err() == nil {
		n, err := f.Read(buf)
		h.Write(buf[:n])
		read(int64(n))
		if err == io.EOF {
			return hex.EncodeToString(h.Sum(nil)), nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", ctx.Err()
}

// Encode returns the content of the manifest's file.
func (m *Manifest) Encode() ([]byte, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	of := sha256.Sum256(body)
	return fmt.Appendf(nil, "%x\n%s", of, body), nil
}

// Decode reads the content of a manifest's file.
func Decode(raw []byte) (*Manifest, error) {
	line, body, _ := bytes.Cut(raw, []byte{'\n'})
	m := new(Manifest)
	if of := sha256.Sum256(body); string(line) != hex.EncodeToString(of[:]) || json.Unmarshal(body, m) != nil {
		return nil, fmt.Errorf("%w: its manifest has changed", ErrDamaged)
	}
	return m, nil
}

// Write writes the manifest into its directory. When it returns nil, it is on disk.
func (m *Manifest) Write(dir string) error {
	raw, err := m.Encode()
	if err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(dir, Name), raw)
}

// Read reads the manifest of a directory. The error is fs.ErrNotExist if there is none.
func Read(dir string) (*Manifest, error) {
	raw, err := os.ReadFile(filepath.Join(dir, Name))
	if err != nil {
		return nil, err
	}
	return Decode(raw)
}

// Size is how many bytes the files have together.
func (m *Manifest) Size() (total int64) {
	for _, f := range m.Files {
		total += f.Size
	}
	return total
}

// Verify reads all files of a directory and compares them with the manifest. The error is ErrDamaged if one is missing or
// has changed.
func (m *Manifest) Verify(ctx context.Context, dir string, read func(bytes int64)) error {
	for _, f := range m.Files {
		got, err := sum(ctx, filepath.Join(dir, f.Name), read)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%w: the file %s is missing", ErrDamaged, f.Name)
		case err != nil:
			return err
		case got != f.SHA256:
			return fmt.Errorf("%w: the file %s has changed", ErrDamaged, f.Name)
		}
	}
	return nil
}

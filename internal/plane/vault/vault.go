// Package vault keeps snapshots and the logs of changes between them in a bucket, from which every node can take them:
//
//	snapshots/<snapshot id>                a snapshot's manifest, written when all of its files are there
//	files/<cluster id>/<SHA-256>           the content of a file, once for all snapshots of the cluster that have it
//	oplogs/<cluster id>/<dataset>/<name>   a file of a log, as package oplogs names it
package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"

	"github.com/telamon-db/telamon/internal/bucket"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane/manifest"
)

// Vault is a bucket with snapshots. It is safe for concurrent use, but nobody may sweep a cluster's files while a snapshot
// of the cluster is being put.
type Vault struct {
	bucket *bucket.Bucket

	mu   sync.Mutex
	sent map[string]sent // of each log, by its folder
}

// New returns the vault that a bucket is.
func New(b *bucket.Bucket) *Vault { return &Vault{bucket: b, sent: map[string]sent{}} }

func snapshotName(snapshot model.ID) string { return "snapshots/" + snapshot }

func filesOf(cluster model.ID) string { return "files/" + cluster }

// Has reports whether a snapshot is there as a whole.
func (v *Vault) Has(ctx context.Context, snapshot model.ID) (bool, error) {
	return v.bucket.Has(ctx, snapshotName(snapshot))
}

// Put stores a snapshot, whose files are in dir. Files that the cluster's other snapshots have are there already. sent is
// told how many bytes have been sent, or need not be. The error is manifest.ErrDamaged if a file is not what m says.
func (v *Vault) Put(ctx context.Context, snapshot model.ID, m *manifest.Manifest, dir string, sent func(bytes int64)) error {
	there := map[string]bool{}
	for name, err := range v.bucket.List(ctx, filesOf(m.Cluster)) {
		if err != nil {
			return err
		}
		there[path.Base(name)] = true
	}
	for _, f := range m.Files {
		if !there[f.SHA256] {
			if err := v.putFile(ctx, m.Cluster, f, dir); err != nil {
				return err
			}
			there[f.SHA256] = true
		}
		sent(f.Size)
	}
	raw, err := m.Encode()
	if err != nil {
		return err
	}
	return v.bucket.Put(ctx, snapshotName(snapshot), bytes.NewReader(raw), int64(len(raw)))
}

// putFile stores the content of a file, which it compares with its checksum on the way.
func (v *Vault) putFile(ctx context.Context, cluster model.ID, f manifest.File, dir string) error {
	src, err := os.Open(filepath.Join(dir, f.Name))
	if err != nil {
		return err
	}
	defer src.Close()
	h, name := sha256.New(), path.Join(filesOf(cluster), f.SHA256)
	if err := v.bucket.Put(ctx, name, io.TeeReader(src, h), f.Size); err != nil {
		return err
	}
	if hex.EncodeToString(h.Sum(nil)) != f.SHA256 {
		return errors.Join(fmt.Errorf("%w: the file %s has changed", manifest.ErrDamaged, f.Name), v.bucket.Delete(ctx, name))
	}
	return nil
}

// longest bounds what is read of a manifest, in bytes: a line of it is some 130.
const longest = 64 << 20

// Manifest reads the manifest of a snapshot. The error is fs.ErrNotExist if there is no such snapshot, and
// manifest.ErrDamaged if its manifest cannot be believed.
func (v *Vault) Manifest(ctx context.Context, snapshot model.ID) (*manifest.Manifest, error) {
	r, err := v.bucket.Get(ctx, snapshotName(snapshot))
	if errors.Is(err, bucket.ErrNotFound) {
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(r, longest))
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	m, err := manifest.Decode(raw)
	if err != nil {
		return nil, err
	}
	for _, f := range m.Files {
		if f.Name != filepath.Base(f.Name) || !filepath.IsLocal(f.Name) {
			return nil, fmt.Errorf("%w: it has a file of the name %q", manifest.ErrDamaged, f.Name)
		}
	}
	return m, nil
}

// Fetch copies the files of a snapshot into dir, which it makes. The error is manifest.ErrDamaged if one of them is not
// what was written. read is told how many bytes have come.
func (v *Vault) Fetch(ctx context.Context, m *manifest.Manifest, dir string, read func(bytes int64)) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, f := range m.Files {
		dst, err := os.OpenFile(filepath.Join(dir, f.Name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		err = v.read(ctx, m.Cluster, f, dst, read)
		if err := errors.Join(err, dst.Sync(), dst.Close()); err != nil {
			return err
		}
	}
	return nil
}

// Verify reads all files of a snapshot but those that are known to be whole, by their checksums, to which it adds. The
// error is manifest.ErrDamaged if one is missing or has changed.
func (v *Vault) Verify(ctx context.Context, m *manifest.Manifest, whole map[string]bool, read func(bytes int64)) error {
	for _, f := range m.Files {
		if whole[f.SHA256] {
			read(f.Size)
			continue
		}
		if err := v.read(ctx, m.Cluster, f, io.Discard, read); err != nil {
			return err
		}
		whole[f.SHA256] = true
	}
	return nil
}

// read copies the content of a file, and compares it with its checksum.
func (v *Vault) read(ctx context.Context, cluster model.ID, f manifest.File, to io.Writer, read func(bytes int64)) error {
	src, err := v.bucket.Get(ctx, path.Join(filesOf(cluster), f.SHA256))
	if errors.Is(err, bucket.ErrNotFound) {
		return fmt.Errorf("%w: the file %s is missing", manifest.ErrDamaged, f.Name)
	}
	if err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(to, h, counter(read)), io.LimitReader(src, f.Size+1)) // no more than it may have
	if err := errors.Join(err, src.Close()); err != nil {
		return err
	}
	if n != f.Size || hex.EncodeToString(h.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("%w: the file %s has changed", manifest.ErrDamaged, f.Name)
	}
	return nil
}

// counter is a writer that tells how much is written to it.
type counter func(bytes int64)

// Write counts.
func (c counter) Write(p []byte) (int, error) {
	c(int64(len(p)))
	return len(p), nil
}

// Drop removes a snapshot. Its files stay until its cluster is swept.
func (v *Vault) Drop(ctx context.Context, snapshot model.ID) error {
	return v.bucket.Delete(ctx, snapshotName(snapshot))
}

// Sweep removes the files of a cluster that none of the snapshots needs which are kept. A kept snapshot that is not there
// as a whole has no files to lose.
func (v *Vault) Sweep(ctx context.Context, cluster model.ID, kept []model.ID) error {
	needed := map[string]bool{}
	for _, id := range kept {
		m, err := v.Manifest(ctx, id)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return err
		}
		for _, f := range m.Files {
			needed[f.SHA256] = true
		}
	}
	for name, err := range v.bucket.List(ctx, filesOf(cluster)) {
		if err == nil && !needed[path.Base(name)] {
			err = v.bucket.Delete(ctx, name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

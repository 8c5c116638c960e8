package plane

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/durable"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane/manifest"
)

// Taken describes a snapshot that has been taken.
type Taken struct {
	Size    int64          // of its files, in bytes
	At      bson.Timestamp // of the last change that is in it
	Dataset string         // of the cluster, that it is a copy of
	Stored  bool           // it is in the bucket of snapshots
}

// ErrSnapshotDamaged is the error for a snapshot of which a file is missing or has changed.
var ErrSnapshotDamaged = manifest.ErrDamaged

// Snapshot copies the cluster's data as of one instant, unless the snapshot exists already, makes its manifest, and stores
// it in the bucket of snapshots, if there is one. A directory that an interrupted attempt leaves is not taken for a snapshot.
func (p *Plane) Snapshot(ctx context.Context, cluster, snapshot model.ID) (t Taken, err error) {
	defer p.storing.lock(cluster)()
	m, err := p.sealed(ctx, snapshot)
	if errors.Is(err, fs.ErrNotExist) && p.cfg.Vault != nil {
		m, err = p.cfg.Vault.Manifest(ctx, snapshot)
	}
	if errors.Is(err, fs.ErrNotExist) {
		m, err = p.take(ctx, cluster, snapshot)
	}
	if err != nil {
		return t, err
	}
	return Taken{Size: m.Size(), At: m.At, Dataset: m.Dataset, Stored: p.cfg.Vault != nil}, p.store(ctx, snapshot, m)
}

// take copies a running cluster's data.
func (p *Plane) take(ctx context.Context, cluster, snapshot model.ID) (*manifest.Manifest, error) {
	d, err := p.get(cluster)
	if err != nil {
		return nil, err
	}
	db, dataset := d.current()
	if db == nil {
		return nil, fmt.Errorf("plane: the database of cluster %s is not open", cluster)
	}
	dir := p.snapshot(snapshot)
	next := dir + unfinished
	if err := errors.Join(os.RemoveAll(next), durable.MakeDir(filepath.Dir(dir))); err != nil {
		return nil, err
	}
	m, err := p.unchanged(cluster, dataset, db.Last(), next)
	if m == nil && err == nil {
		m = &manifest.Manifest{Cluster: cluster, Dataset: dataset}
		err = p.checkpoint(ctx, snapshot, db, next, m)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(next)) // a full disk needs the room
	}
	return m, settle(next, dir)
}

// checkpoint copies a database's files, and completes their manifest.
func (p *Plane) checkpoint(ctx context.Context, snapshot model.ID, db Database, dir string, m *manifest.Manifest) (err error) {
	if p.cfg.Vault != nil { // a log is stored whole with each snapshot, a table once
		if err := db.Flush(ctx); err != nil {
			return err
		}
	}
	if m.At, err = db.Checkpoint(ctx, dir); err != nil {
		return err
	}
	return p.seal(ctx, snapshot, dir, m)
}

// unchanged makes a snapshot of the files of the cluster's last one, if its data have not changed since: the bucket has all
// of them already. Otherwise it returns nil.
func (p *Plane) unchanged(cluster model.ID, dataset string, at bson.Timestamp, dir string) (*manifest.Manifest, error) {
	last, from := p.lastSnapshot(cluster)
	if p.cfg.Vault == nil || last == nil || last.Dataset != dataset || last.At != at {
		return nil, nil
	}
	defer p.copying.lock(filepath.Base(from))()
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	for _, f := range last.Files {
		if err := os.Link(filepath.Join(from, f.Name), filepath.Join(dir, f.Name)); err != nil {
			return nil, err
		}
	}
	return last, last.Write(dir)
}

// current returns the database that is open and the name of its dataset.
func (d *deployment) current() (Database, string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.slot.database(), d.dataset
}

// sealed returns a snapshot's manifest, and makes one for a snapshot that an earlier program has taken without one. The
// error is fs.ErrNotExist if there is no such snapshot.
func (p *Plane) sealed(ctx context.Context, snapshot model.ID) (*manifest.Manifest, error) {
	dir := p.snapshot(snapshot)
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	m, err := manifest.Read(dir)
	if errors.Is(err, fs.ErrNotExist) {
		m = new(manifest.Manifest)
		err = p.seal(ctx, snapshot, dir, m)
	}
	return m, err
}

// seal completes the manifest of a snapshot's files and writes it.
func (p *Plane) seal(ctx context.Context, snapshot model.ID, dir string, m *manifest.Manifest) (err error) {
	total, err := sizeOf(dir)
	if err != nil {
		return err
	}
	task := p.board.Begin("snapshot", snapshot, total)
	defer func() { task.End(err) }()
	if m.Files, err = manifest.List(ctx, dir, p.known(m.Cluster), task.Read); err != nil {
		return err
	}
	return m.Write(dir)
}

// known returns the checksums of the tables that are the same file (a hard link) in the cluster's last snapshot. They are
// not read again: that would take as long as a whole copy, and if a table has changed since, the old checksum is the right
// one.
func (p *Plane) known(cluster model.ID) manifest.Known {
	last, dir := p.lastSnapshot(cluster)
	sums := map[string]string{}
	if last != nil {
		for _, f := range last.Files {
			sums[f.Name] = f.SHA256
		}
	}
	return func(name string, info fs.FileInfo) string {
		if filepath.Ext(name) != tables {
			return ""
		}
		if before, err := os.Stat(filepath.Join(dir, name)); err != nil || !os.SameFile(before, info) {
			return ""
		}
		return sums[name]
	}
}

// lastSnapshot returns the manifest of the newest snapshot of a cluster on this node, and its directory, or nil.
func (p *Plane) lastSnapshot(cluster model.ID) (*manifest.Manifest, string) {
	for _, id := range slices.Backward(p.snapshotIDs()) { // ids are in the order of time
		if m, err := manifest.Read(p.snapshot(id)); err == nil && cluster != "" && m.Cluster == cluster {
			return m, p.snapshot(id)
		}
	}
	return nil, ""
}

// snapshotIDs are the ids of the finished snapshots, in order.
func (p *Plane) snapshotIDs() (ids []model.ID) {
	entries, err := os.ReadDir(filepath.Join(p.cfg.DataDir, "snapshots"))
	if err != nil {
		return nil // the first one makes the directory
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), unfinished) {
			ids = append(ids, e.Name())
		}
	}
	return ids
}

// verify reads a snapshot that is on this node and compares it with its manifest. The error is ErrSnapshotDamaged if a file
// is missing or has changed, and fs.ErrNotExist if the snapshot is not here.
func (p *Plane) verify(ctx context.Context, snapshot model.ID) (err error) {
	m, err := p.sealed(ctx, snapshot)
	if err != nil {
		return err
	}
	task := p.board.Begin("verify", snapshot, m.Size())
	defer func() { task.End(err) }()
	return m.Verify(ctx, p.snapshot(snapshot), task.Read)
}

// remove removes a directory, finished or not.
func remove(dir string) error {
	gone := dir + unfinished // a name that is not taken for a whole directory
	err := os.RemoveAll(gone)
	if renamed := os.Rename(dir, gone); renamed != nil && !errors.Is(renamed, fs.ErrNotExist) {
		err = errors.Join(err, renamed)
	}
	return errors.Join(err, os.RemoveAll(gone))
}

// unfinished is the end of the name of a directory that is being made.
const unfinished = ".next"

// tables is the end of the names of files that never change once they are written.
const tables = ".sst"

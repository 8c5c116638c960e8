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
}

// ErrSnapshotDamaged is the error for a snapshot of which a file is missing or has changed.
var ErrSnapshotDamaged = manifest.ErrDamaged

// Snapshot copies the cluster's data as of one instant, unless the snapshot exists already, and makes its manifest. A
// directory that an interrupted attempt leaves is not taken for a snapshot.
func (p *Plane) Snapshot(ctx context.Context, cluster, snapshot model.ID) (t Taken, err error) {
	dir := p.snapshot(snapshot)
	if m, err := p.sealed(ctx, snapshot); !errors.Is(err, fs.ErrNotExist) {
		return takenAs(m), err
	}
	d, err := p.get(cluster)
	if err != nil {
		return t, err
	}
	db, dataset := d.current()
	if db == nil {
		return t, fmt.Errorf("plane: the database of cluster %s is not open", cluster)
	}
	next := dir + unfinished
	if err := errors.Join(os.RemoveAll(next), durable.MakeDir(filepath.Dir(dir))); err != nil {
		return t, err
	}
	m := &manifest.Manifest{Cluster: cluster, Dataset: dataset}
	if m.At, err = db.Checkpoint(ctx, next); err == nil {
		err = p.seal(ctx, snapshot, next, m)
	}
	if err != nil {
		return t, errors.Join(err, os.RemoveAll(next)) // a full disk needs the room
	}
	return takenAs(m), settle(next, dir)
}

func takenAs(m *manifest.Manifest) (t Taken) {
	if m != nil {
		t = Taken{Size: m.Size(), At: m.At, Dataset: m.Dataset}
	}
	return t
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

// Verify reads a snapshot and compares it with its manifest. The error is ErrSnapshotDamaged if a file is missing or has
// changed.
func (p *Plane) Verify(ctx context.Context, snapshot model.ID) (err error) {
	m, err := p.sealed(ctx, snapshot)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: its files are gone", ErrSnapshotDamaged)
	}
	if err != nil {
		return err
	}
	task := p.board.Begin("verify", snapshot, m.Size())
	defer func() { task.End(err) }()
	return m.Verify(ctx, p.snapshot(snapshot), task.Read)
}

// DropSnapshot removes a snapshot, finished or not.
func (p *Plane) DropSnapshot(snapshot model.ID) error { return remove(p.snapshot(snapshot)) }

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

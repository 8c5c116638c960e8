package plane

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/telamon-db/telamon/internal/durable"
	"github.com/telamon-db/telamon/internal/model"
)

// Snapshot copies the cluster's data as of one instant, unless the snapshot exists already. It returns its size in
// bytes. What an attempt leaves that a crash interrupts is not taken for a snapshot.
func (p *Plane) Snapshot(ctx context.Context, cluster, snapshot model.ID) (size int64, err error) {
	dir := p.snapshot(snapshot)
	if _, err := os.Stat(dir); err == nil {
		return sizeOf(dir)
	}
	d, err := p.get(cluster)
	if err != nil {
		return 0, err
	}
	db := d.slot.database()
	if db == nil {
		return 0, fmt.Errorf("plane: the database of cluster %s is not open", cluster)
	}
	next := dir + unfinished
	if err := errors.Join(os.RemoveAll(next), durable.MakeDir(filepath.Dir(dir))); err != nil {
		return 0, err
	}
	if err := db.Checkpoint(ctx, next); err != nil {
		return 0, errors.Join(err, os.RemoveAll(next)) // a full disk needs the room
	}
	if err := settle(next, dir); err != nil {
		return 0, err
	}
	return sizeOf(dir)
}

// DropSnapshot removes a snapshot, finished or not.
func (p *Plane) DropSnapshot(snapshot model.ID) error { return remove(p.snapshot(snapshot)) }

// remove removes a directory, finished or not.
func remove(dir string) error { return errors.Join(os.RemoveAll(dir+unfinished), os.RemoveAll(dir)) }

// unfinished is the end of the name of a directory that is being made.
const unfinished = ".next"

// Lay copies a snapshot into a new dataset of a cluster, unless it is there already, and makes sure that it can be
// opened. The cluster goes on with its present dataset until Start switches it.
func (p *Plane) Lay(ctx context.Context, snapshot, cluster model.ID, dataset string) error {
	dir := p.dataset(cluster, dataset)
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	next := dir + unfinished
	if err := errors.Join(os.RemoveAll(next), durable.MakeDir(filepath.Dir(dir))); err != nil {
		return err
	}
	if err := copyTree(ctx, p.snapshot(snapshot), next); err != nil {
		return err
	}
	if err := p.tryOut(next); err != nil {
		return err
	}
	return settle(next, dir)
}

// tryOut opens and closes the database in a directory.
func (p *Plane) tryOut(dir string) error {
	db, err := p.cfg.Databases.Open(dir, true)
	if err != nil {
		return err
	}
	return db.Close()
}

// Unlay removes a dataset that Lay made and that the cluster does not use after all. If the cluster is gone, it removes
// its directory too.
func (p *Plane) Unlay(cluster model.ID, dataset string) error {
	err := remove(p.dataset(cluster, dataset))
	_ = os.Remove(p.cluster(cluster)) // refuses while there is anything in it, as there should be
	return err
}

// Pause closes the cluster's database, so that nothing more is written to a dataset that is about to be replaced. Its
// clients are told to try again until Start opens a dataset.
func (p *Plane) Pause(cluster model.ID) error {
	d, err := p.get(cluster)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.slot.empty()
}

// settle gives a finished directory its final name. From then on it survives a crash.
func settle(next, dir string) error {
	if err := durable.SyncDir(next); err != nil {
		return err
	}
	if err := os.Rename(next, dir); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(dir))
}

// copyTree copies a directory's files. Tables never change once written, so they are shared by hard links.
func copyTree(ctx context.Context, from, to string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		switch {
		case e.IsDir():
			return os.MkdirAll(target, 0o700)
		case filepath.Ext(path) == ".sst":
			return os.Link(path, target)
		}
		return copyFile(path, target)
	})
}

func copyFile(from, to string) (err error) {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Sync(), dst.Close())
}

func sizeOf(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return total, err
}

package plane

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/telamon-db/telamon/internal/durable"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane/manifest"
)

// Lay copies a snapshot into a new dataset of a cluster, unless the dataset exists already, replays the legs on it, if any,
// and makes sure that it can be opened. The cluster stays on its present dataset until Start switches it. Errors:
// ErrSnapshotDamaged if the snapshot's files have changed, ErrNoHistory if entries between the snapshot and the end of a
// leg are missing.
func (p *Plane) Lay(ctx context.Context, snapshot model.ID, legs []Leg, cluster model.ID, dataset string) (err error) {
	dir := p.dataset(cluster, dataset)
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := p.sound(ctx, snapshot); err != nil {
		return err
	}
	next := dir + unfinished
	if err := errors.Join(os.RemoveAll(next), durable.MakeDir(filepath.Dir(dir))); err != nil {
		return err
	}
	if err := p.copyTold(ctx, snapshot, next, dataset); err != nil {
		return errors.Join(err, os.RemoveAll(next))
	}
	if err := errors.Join(p.bringForward(ctx, next, legs, dataset), p.tryOut(next)); err != nil {
		return errors.Join(err, os.RemoveAll(next)) // a full disk needs the room
	}
	return settle(next, dir)
}

// copyTold copies a snapshot's files, and tells how far it is under an id.
func (p *Plane) copyTold(ctx context.Context, snapshot model.ID, to string, id model.ID) (err error) {
	total, err := sizeOf(p.snapshot(snapshot)) // 0 if it is not here
	if ignoreMissing(err) != nil {
		return err
	}
	task := p.board.Begin("restore", id, total)
	defer func() { task.End(err) }()
	return p.copySnapshot(ctx, snapshot, to, task.Read)
}

// tryOut opens and closes the database in a directory.
func (p *Plane) tryOut(dir string) error {
	db, err := p.cfg.Databases.View(dir)
	if err != nil {
		return err
	}
	return db.Close()
}

// Unlay removes a dataset that Lay made and that the cluster does not use after all. If the cluster is gone, it removes
// its directory too.
func (p *Plane) Unlay(cluster model.ID, dataset string) error {
	err := remove(p.dataset(cluster, dataset))
	_ = os.Remove(p.cluster(cluster)) // fails if there is anything else in it, as it should
	return err
}

// Pause closes the cluster's database, so that nothing more is written to a dataset that is about to be replaced, and
// copies the rest of its oplog if oplogs of the cluster are kept. Clients get an error that tells them to try again until
// Start opens a dataset.
func (p *Plane) Pause(ctx context.Context, cluster model.ID, now time.Time) error {
	d, err := p.get(cluster)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.slot.filled() {
		return nil
	}
	if err := d.slot.empty(); err != nil {
		return err
	}
	return p.shipRest(ctx, cluster, d.dataset, now)
}

// settle gives a finished directory its final name, and returns when both are on the disk.
func settle(next, dir string) error {
	if err := durable.SyncDir(next); err != nil {
		return err
	}
	if err := os.Rename(next, dir); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(dir))
}

// copyTree copies a snapshot's files, all but its manifest. Tables never change once written, so they are shared by hard
// links. copied is told how many bytes there are more.
func copyTree(ctx context.Context, from, to string, copied func(bytes int64)) error {
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
		case rel == manifest.Name:
			return nil
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		defer copied(info.Size())
		if filepath.Ext(path) == tables {
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

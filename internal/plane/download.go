package plane

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/telamon-db/telamon/internal/durable"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane/dump"
)

// Pack makes the file of a download: an archive of a snapshot's content by package dump, in a directory called root. It
// does nothing if the file exists. The error is ErrSnapshotDamaged if the snapshot cannot be used.
func (p *Plane) Pack(ctx context.Context, snapshot, download model.ID, root string, modified time.Time) (err error) {
	path := p.download(download)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := errors.Join(p.sound(ctx, snapshot), durable.MakeDir(filepath.Dir(path))); err != nil {
		return err
	}
	task := p.board.Begin("download", download, 0)
	defer func() { task.End(err) }()
	f, err := os.OpenFile(path+unfinished, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = p.read(ctx, snapshot, func(r *dump.Reader) error { return dump.Archive(ctx, f, r, root, modified, task) })
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name())) // a full disk needs the room
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(path))
}

// Packed opens the file of a download. The error is fs.ErrNotExist if it is not, or no longer, on this node.
func (p *Plane) Packed(download model.ID) (*os.File, error) { return os.Open(p.download(download)) }

// DropPack removes the file of a download, finished or not.
func (p *Plane) DropPack(download model.ID) (err error) {
	for _, path := range []string{p.download(download) + unfinished, p.download(download)} {
		if gone := os.Remove(path); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

func (p *Plane) download(id model.ID) string {
	return filepath.Join(p.cfg.DataDir, "downloads", id+".tar.gz")
}

package plane

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane/dump"
)

// Export says what is exported, and where to.
type Export struct {
	Snapshot   model.ID
	Bucket     string // its name
	Prefix     string // of the names of all objects
	ReplicaSet string // of the snapshot's cluster, which is in the names of the collections' files
	Complete   []byte // content of the object PREFIX/.complete, which is written last
}

// ErrNoBuckets is the error where the server is not configured with a service that has buckets.
var ErrNoBuckets = errors.New("plane: no service with buckets is configured")

// Export writes a snapshot's collections into a bucket, in the form of package dump. Existing objects are overwritten, so
// an export that a crash has interrupted can start over. exported is called with the number of collections that are done
// and the number of all.
func (p *Plane) Export(ctx context.Context, e Export, exported func(collections, total int)) (err error) {
	if p.cfg.Buckets == nil {
		return ErrNoBuckets
	}
	to, err := p.cfg.Buckets(e.Bucket)
	if err != nil {
		return err
	}
	task := p.board.Begin("export", e.Snapshot, 0)
	defer func() { task.End(err) }()
	put := func(ctx context.Context, name string, content io.Reader) error { return to.Put(ctx, name, content, -1) }
	err = p.read(ctx, e.Snapshot, func(r *dump.Reader) error {
		return dump.Export(ctx, put, r, e.Prefix, e.ReplicaSet, task, exported)
	})
	if err != nil {
		return err
	}
	return to.Put(ctx, path.Join(e.Prefix, ".complete"), bytes.NewReader(e.Complete), int64(len(e.Complete)))
}

// CheckBucket writes a small object into a bucket and removes it, to learn whether snapshots can be exported to it.
func (p *Plane) CheckBucket(ctx context.Context, name string) error {
	if p.cfg.Buckets == nil {
		return ErrNoBuckets
	}
	to, err := p.cfg.Buckets(name)
	if err != nil {
		return err
	}
	const probe = "exported_snapshots/.permissioncheck" // as the service calls it
	return errors.Join(to.Put(ctx, probe, bytes.NewReader(nil), 0), to.Delete(ctx, probe))
}

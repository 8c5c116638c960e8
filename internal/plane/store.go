package plane

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/telamon-db/telamon/internal/durable"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane/manifest"
	"github.com/telamon-db/telamon/internal/plane/oplogs"
)

// store puts a snapshot into the bucket, if there is one, unless it is there. Older ones of the cluster that are in the
// bucket too are removed from this node. The cluster's lock of storing is held.
func (p *Plane) store(ctx context.Context, snapshot model.ID, m *manifest.Manifest) (err error) {
	if p.cfg.Vault == nil {
		return nil
	}
	if there, err := p.cfg.Vault.Has(ctx, snapshot); err != nil || there {
		return err
	}
	task := p.board.Begin("store", snapshot, m.Size())
	defer func() { task.End(err) }()
	if err := p.cfg.Vault.Put(ctx, snapshot, m, p.snapshot(snapshot), task.Read); err != nil {
		return err
	}
	return p.thin(ctx, snapshot, m.Cluster)
}

// thin removes from this node the snapshots of a cluster that are in the bucket, all but one.
func (p *Plane) thin(ctx context.Context, but, cluster model.ID) error {
	for _, id := range p.snapshotIDs() {
		m, err := manifest.Read(p.snapshot(id))
		if err != nil || m.Cluster != cluster || id == but {
			continue // the daily reading tells of damage
		}
		if there, err := p.cfg.Vault.Has(ctx, id); err != nil {
			return err
		} else if !there {
			continue
		}
		if err := p.dropCopy(id); err != nil {
			return err
		}
	}
	return nil
}

// dropCopy removes a snapshot from this node when nobody is copying it.
func (p *Plane) dropCopy(snapshot model.ID) error {
	defer p.copying.lock(snapshot)()
	return remove(p.snapshot(snapshot))
}

// DropSnapshot removes a snapshot, finished or not, from this node and from the bucket. Files in the bucket that no other
// snapshot needs go when the cluster is swept.
func (p *Plane) DropSnapshot(ctx context.Context, snapshot model.ID) error {
	if err := p.dropCopy(snapshot); err != nil || p.cfg.Vault == nil {
		return err
	}
	return p.cfg.Vault.Drop(ctx, snapshot)
}

// Sweep removes from the bucket the files of a cluster that none of its kept snapshots needs and, if nobody needs them
// either, its oplogs.
func (p *Plane) Sweep(ctx context.Context, cluster model.ID, kept []model.ID, oplogs bool) error {
	if p.cfg.Vault == nil {
		return nil
	}
	defer p.storing.lock(cluster)()
	err := p.cfg.Vault.Sweep(ctx, cluster, kept)
	if oplogs {
		err = errors.Join(err, p.cfg.Vault.DropLogs(ctx, cluster))
	}
	return err
}

// copySnapshot copies a snapshot's files into a directory, from this node or from the bucket. What comes from the bucket
// is compared with its manifest. copied is told of what is copied from this node.
func (p *Plane) copySnapshot(ctx context.Context, snapshot model.ID, to string, copied func(bytes int64)) error {
	release := p.copying.lock(snapshot)
	_, err := os.Stat(p.snapshot(snapshot))
	if !errors.Is(err, fs.ErrNotExist) || p.cfg.Vault == nil {
		defer release()
		return copyTree(ctx, p.snapshot(snapshot), to, copied)
	}
	release()
	return p.fetch(ctx, snapshot, to)
}

// sound makes sure that a snapshot is what was written, if it is on this node. One that is in the bucket alone is compared
// when it comes. The error is ErrSnapshotDamaged if it cannot be used.
func (p *Plane) sound(ctx context.Context, snapshot model.ID) error {
	err := p.verifyHere(ctx, snapshot)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if p.cfg.Vault != nil {
		if there, err := p.cfg.Vault.Has(ctx, snapshot); err != nil || there {
			return err
		}
	}
	return errLost
}

// verifyHere is verify, but a damaged copy of what is in the bucket is removed from this node: the error is fs.ErrNotExist
// then.
func (p *Plane) verifyHere(ctx context.Context, snapshot model.ID) error {
	damage := p.verify(ctx, snapshot)
	if !errors.Is(damage, ErrSnapshotDamaged) || p.cfg.Vault == nil {
		return damage
	}
	there, err := p.cfg.Vault.Has(ctx, snapshot)
	if err != nil || !there {
		return errors.Join(damage, err)
	}
	p.cfg.Logger.Warn("a copy of a snapshot in the bucket is damaged, and removed", "snapshot", snapshot, "error", damage)
	return errors.Join(p.dropCopy(snapshot), fs.ErrNotExist)
}

var errLost = fmt.Errorf("%w: its files are gone", ErrSnapshotDamaged)

// fetch copies a snapshot's files from the bucket.
func (p *Plane) fetch(ctx context.Context, snapshot model.ID, to string) (err error) {
	m, err := p.cfg.Vault.Manifest(ctx, snapshot)
	if err != nil {
		return err
	}
	task := p.board.Begin("fetch", snapshot, m.Size())
	defer func() { task.End(err) }()
	return p.cfg.Vault.Fetch(ctx, m, to, task.Read)
}

// VerifyAll reads snapshots, on this node and in the bucket, and compares them with their manifests. It returns an
// ErrSnapshotDamaged for each that is not what was written.
func (p *Plane) VerifyAll(ctx context.Context, snapshots []model.ID) (damaged map[model.ID]error, err error) {
	damaged, whole := map[model.ID]error{}, map[model.ID]map[string]bool{}
	for _, id := range snapshots {
		err := p.verifyHere(ctx, id)
		missing := errors.Is(err, fs.ErrNotExist)
		switch {
		case missing && p.cfg.Vault == nil:
			err = errLost
		case (missing || err == nil) && p.cfg.Vault != nil:
			err = p.verifyStored(ctx, id, whole, missing)
		}
		if errors.Is(err, ErrSnapshotDamaged) {
			damaged[id] = err
			continue
		}
		if err != nil {
			return damaged, err
		}
	}
	return damaged, nil
}

// verifyStored reads a snapshot in the bucket, all but the files that are known to be whole, by their cluster. A snapshot
// from before there was a bucket need not be there.
func (p *Plane) verifyStored(ctx context.Context, snapshot model.ID, whole map[model.ID]map[string]bool, must bool) (err error) {
	m, err := p.cfg.Vault.Manifest(ctx, snapshot)
	if errors.Is(err, fs.ErrNotExist) {
		if must {
			return errLost
		}
		return nil
	}
	if err != nil {
		return err
	}
	if whole[m.Cluster] == nil {
		whole[m.Cluster] = map[string]bool{}
	}
	task := p.board.Begin("verify", snapshot, m.Size())
	defer func() { task.End(err) }()
	return p.cfg.Vault.Verify(ctx, m, whole[m.Cluster], task.Read)
}

// Send copies into the bucket what has been kept of a cluster's oplogs.
func (p *Plane) Send(ctx context.Context, cluster model.ID) error {
	if p.cfg.Vault == nil {
		return nil
	}
	p.sending.Lock()
	defer p.sending.Unlock()
	sets, err := p.logged(cluster)
	if err != nil {
		return err
	}
	for _, dataset := range sets {
		if err := p.cfg.Vault.SendLog(ctx, cluster, dataset, p.oplog(cluster, dataset)); err != nil {
			return err
		}
	}
	return nil
}

// history is the kept oplog of a leg: that of this node or, of a cluster that has been elsewhere, a copy of what the
// bucket has, which release removes.
func (p *Plane) history(ctx context.Context, leg Leg) (log oplogs.Log, release func(), err error) {
	log = p.oplog(leg.Cluster, leg.Dataset)
	if _, begun, err := log.Last(); err != nil || begun || p.cfg.Vault == nil {
		return log, func() {}, err
	}
	parent := filepath.Join(p.cfg.DataDir, views)
	if err := durable.MakeDir(parent); err != nil {
		return log, nil, err
	}
	dir, err := os.MkdirTemp(parent, "oplog-")
	if err != nil {
		return log, nil, err
	}
	log = oplogs.At(dir)
	if err := p.cfg.Vault.FetchLog(ctx, leg.Cluster, leg.Dataset, log); err != nil {
		return log, nil, errors.Join(err, os.RemoveAll(dir))
	}
	return log, func() { _ = os.RemoveAll(dir) }, nil // the next process removes what stays
}

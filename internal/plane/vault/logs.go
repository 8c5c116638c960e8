package vault

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/telamon-db/telamon/internal/bucket"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/plane/oplogs"
)

// sent is what the bucket has of a log: all pieces up to one, and the file that says up to when the log is complete.
type sent struct {
	last    string // the order of the newest piece
	covered []byte
}

func logsOf(cluster model.ID) string { return "oplogs/" + cluster }

func logOf(cluster model.ID, dataset string) string { return path.Join(logsOf(cluster), dataset) }

// SendLog copies what a log has and the bucket has not. One goroutine at a time may send a log.
func (v *Vault) SendLog(ctx context.Context, cluster model.ID, dataset string, log oplogs.Log) error {
	folder := logOf(cluster, dataset)
	done, err := v.sentOf(ctx, folder)
	if err != nil {
		return err
	}
	pieces, err := log.Names()
	if err != nil {
		return err
	}
	for _, name := range pieces {
		if oplogs.Order(name) <= done.last {
			continue
		}
		if err := v.sendPiece(ctx, folder, name, log); err != nil {
			return err
		}
		done.last = oplogs.Order(name)
		v.note(folder, done)
	}
	covered, err := log.Covered()
	if err != nil || covered == nil || bytes.Equal(covered, done.covered) {
		return err
	}
	if err := v.bucket.Put(ctx, path.Join(folder, oplogs.CoveredName), bytes.NewReader(covered), int64(len(covered))); err != nil {
		return err
	}
	done.covered = covered
	v.note(folder, done)
	return nil
}

func (v *Vault) sendPiece(ctx context.Context, folder, name string, log oplogs.Log) error {
	f, err := log.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return v.bucket.Put(ctx, path.Join(folder, name), f, info.Size())
}

// sentOf is what the bucket has of a log, as it tells itself the first time.
func (v *Vault) sentOf(ctx context.Context, folder string) (done sent, err error) {
	v.mu.Lock()
	done, known := v.sent[folder]
	v.mu.Unlock()
	if known {
		return done, nil
	}
	for name, err := range v.bucket.List(ctx, folder) {
		if err != nil {
			return done, err
		}
		done.last = max(done.last, oplogs.Order(path.Base(name)))
	}
	v.note(folder, done)
	return done, nil
}

func (v *Vault) note(folder string, done sent) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sent[folder] = done
}

// FetchLog adds to a log the pieces that the bucket has and the log has not.
func (v *Vault) FetchLog(ctx context.Context, cluster model.ID, dataset string, log oplogs.Log) error {
	has, err := log.Names()
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, name := range has {
		there[name] = true
	}
	for name, err := range v.bucket.List(ctx, logOf(cluster, dataset)) {
		if err != nil {
			return err
		}
		if there[path.Base(name)] {
			continue
		}
		if err := v.fetchPiece(ctx, name, log); err != nil {
			return err
		}
	}
	return nil
}

func (v *Vault) fetchPiece(ctx context.Context, name string, log oplogs.Log) error {
	r, err := v.bucket.Get(ctx, name)
	if err != nil {
		return err
	}
	return errors.Join(log.Add(path.Base(name), r), r.Close())
}

// Covered is the time from before which the bucket has all changes of a log, in seconds since 1970; 0 if it has none.
func (v *Vault) Covered(ctx context.Context, cluster model.ID, dataset string) (int64, error) {
	r, err := v.bucket.Get(ctx, path.Join(logOf(cluster, dataset), oplogs.CoveredName))
	if errors.Is(err, bucket.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	raw, err := io.ReadAll(io.LimitReader(r, 64))
	if err := errors.Join(err, r.Close()); err != nil {
		return 0, err
	}
	return oplogs.ParseCovered(raw)
}

// DropPieces removes files of a log.
func (v *Vault) DropPieces(ctx context.Context, cluster model.ID, dataset string, names []string) error {
	for _, name := range names {
		if err := v.bucket.Delete(ctx, path.Join(logOf(cluster, dataset), name)); err != nil {
			return err
		}
	}
	return nil
}

// DropLog removes a log.
func (v *Vault) DropLog(ctx context.Context, cluster model.ID, dataset string) error {
	return v.dropLogs(ctx, logOf(cluster, dataset))
}

// DropLogs removes all logs of a cluster.
func (v *Vault) DropLogs(ctx context.Context, cluster model.ID) error {
	return v.dropLogs(ctx, logsOf(cluster))
}

func (v *Vault) dropLogs(ctx context.Context, folder string) error {
	for name, err := range v.bucket.List(ctx, folder) {
		if err == nil {
			err = v.bucket.Delete(ctx, name)
		}
		if err != nil {
			return err
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for log := range v.sent {
		if strings.HasPrefix(log+"/", folder+"/") {
			delete(v.sent, log)
		}
	}
	return nil
}

package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/record"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/wal"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// Flush writes what is in memory only, beside the log, into tables. A checkpoint after it has little of the log.
func (s *Store) Flush(ctx context.Context) error {
	if err := s.Enter(); err != nil {
		return err
	}
	defer s.Leave()
	if err := s.refusal(); err != nil {
		return err
	}
	err, _ := s.beside(ctx, s.db.Flush)
	return err
}

// Checkpoint writes a copy of the database at one instant into dir, which must not exist, and returns the timestamp of
// the last change in it. The copy shares its immutable files with the original by hard links. Writes wait while it is
// made, and so do reads that need durable data.
func (s *Store) Checkpoint(ctx context.Context, dir string) (bson.Timestamp, error) {
	if err := ctx.Err(); err != nil {
		return bson.Timestamp{}, err
	}
	if err := s.Enter(); err != nil {
		return bson.Timestamp{}, err
	}
	defer s.Leave()
	if err := s.refusal(); err != nil {
		return bson.Timestamp{}, err
	}
	var last bson.Timestamp
	err, left := s.beside(ctx, func() (err error) {
		if last, err = s.copyTo(dir); err != nil {
			return err
		}
		return trimLog(s.disk, dir)
	})
	switch {
	case left:
		return bson.Timestamp{}, fmt.Errorf("docdb: checkpoint: %w", err)
	case errors.Is(err, os.ErrExist):
		return last, fmt.Errorf("docdb: checkpoint: %s exists", filepath.Base(dir))
	case err != nil:
		return last, fmt.Errorf("docdb: checkpoint: %w", err)
	}
	return last, nil
}

func (s *Store) copyTo(dir string) (last bson.Timestamp, err error) {
	s.commitMu.Lock()
	defer s.commitMu.Unlock()
	err = s.db.Checkpoint(dir, pebble.WithFlushedWAL())
	return s.oplog.last, err
}

// trimLog cuts from the newest log of a copy what follows its last record. Pebble writes logs into the files of older ones,
// whose end stays: megabytes that no two snapshots would share.
func trimLog(fs vfs.FS, dir string) error {
	logs, err := wal.Scan(wal.Dir{FS: fs, Dirname: dir})
	if err != nil || len(logs) == 0 {
		return err
	}
	newest := logs[len(logs)-1]
	end, err := logEnd(newest)
	if err != nil || end < 0 {
		return err
	}
	_, path := newest.SegmentLocation(newest.NumSegments() - 1)
	short := path + ".short"
	if err := vfs.LimitedCopy(fs, path, short, end); err != nil {
		return err
	}
	if err := fs.Rename(short, path); err != nil {
		return err
	}
	in, err := fs.OpenDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(in.Sync(), in.Close())
}

// logEnd is where the records of a log end in its file; -1: where the file ends.
func logEnd(log wal.LogicalLog) (int64, error) {
	r := log.OpenForRead()
	defer r.Close()
	for {
		switch _, at, err := r.NextRecord(); {
		case errors.Is(err, io.EOF):
			return -1, nil
		case errors.Is(err, record.ErrUnexpectedEOF): // so it is if no later record follows
			return at.Physical, nil
		case err != nil:
			return -1, err
		}
	}
}

package storage

import (
	"context"
	"errors"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/telamon-db/telamon/internal/docdb/disk"
	"github.com/telamon-db/telamon/internal/wire"
)

// Trouble returns why nothing can be written at the moment, or nil: the disk is full, or the process has no file
// descriptors left. Writing goes on by itself when that is over.
func (s *Store) Trouble() error { return s.disk.Trouble() }

// refusal returns the error for clients that want to write while nothing can be written, or nil.
func (s *Store) refusal() error {
	if err := s.disk.Trouble(); err != nil {
		return told(err)
	}
	return nil
}

func told(trouble error) error {
	if disk.IsFull(trouble) {
		return wire.Errorf(wire.OutOfDiskSpace, "the disk is full: nothing can be written until there is room")
	}
	return wire.Errorf(wire.OperationFailed, "the server has no file descriptors left: nothing can be written at the moment")
}

// errLate is the error of a command whose time is over.
var errLate = context.DeadlineExceeded

// beside runs fn, which may have to wait for the disk, in a goroutine, and waits until fn ends, ctx's time is over or the
// database is stuck. left says that fn has not ended; Close waits for it.
func (s *Store) beside(ctx context.Context, fn func() error) (err error, left bool) {
	stuck := s.disk.Stuck()
	done := make(chan error, 1)
	s.others.Go(func() { done <- fn() })
	late, stop := deadline(ctx)
	defer stop()
	select {
	case err = <-done:
		return err, false
	case <-late:
		return errLate, true
	case <-stuck:
		return s.tooLate(), true
	}
}

// tooLate returns the error for clients whose write has waited too long for a stuck database.
func (s *Store) tooLate() error {
	if err := s.refusal(); err != nil {
		return err
	}
	return told(syscall.ENOSPC)
}

// deadline returns a channel that delivers when ctx's time is over, until stop is called. It does not when ctx ends for
// another reason, such as that the database is closed: then commands wait for commits that will soon be done.
func deadline(ctx context.Context) (late <-chan time.Time, stop func()) {
	at, ok := ctx.Deadline()
	if !ok {
		return nil, func() {}
	}
	timer := time.NewTimer(time.Until(at))
	return timer.C, func() { timer.Stop() }
}

// Settle waits until all visible changes are durable.
func (s *Store) Settle(ctx context.Context) error {
	if s.commitMu.TryLock() {
		n := s.applied
		s.commitMu.Unlock()
		if s.durable.Load() >= n {
			return nil
		}
	}
	err, _ := s.beside(ctx, s.settle)
	return err
}

func (s *Store) settle() error {
	s.commitMu.Lock()
	n := s.applied
	s.commitMu.Unlock()
	if s.durable.Load() >= n {
		return nil
	}
	if err := s.db.LogData(nil, pebble.Sync); err != nil {
		return err
	}
	return s.raiseDurable(n)
}

// raiseDurable records that the first n batches are on the disk. If the disk has been frozen, they may not be, and it
// returns an error.
func (s *Store) raiseDurable(n uint64) error {
	if err := s.disk.Frozen(); err != nil {
		return told(err)
	}
	for {
		old := s.durable.Load()
		if old >= n || s.durable.CompareAndSwap(old, n) {
			return nil
		}
	}
}

// openOn opens the directory. If there is not enough room for that, it fails and leaves everything as it was.
func (s *Store) openOn(dir string) (*pebble.DB, error) {
	opened := make(chan struct{})
	watched := make(chan struct{})
	stuck := s.disk.Stuck()
	go func() {
		defer close(watched)
		select {
		case <-stuck:
			s.disk.End()
		case <-opened:
		}
	}()
	db, err := pebble.Open(dir, s.pebbleOptions())
	close(opened)
	<-watched
	if full := s.disk.Frozen(); full != nil {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
		return nil, errors.Join(full, err)
	}
	return db, err
}

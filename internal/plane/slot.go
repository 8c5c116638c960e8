package plane

import (
	"context"
	"errors"
	"sync"
	"syscall"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/wire"
)

// slot has the database of a cluster's gateways. While it is empty, clients wait for a while, and then get an error that
// tells them to try again. If the database cannot be opened, they get an error that says why.
type slot struct {
	mu     sync.Mutex
	db     Database
	broken *wire.Error   // why the database cannot be opened; nil: it is being replaced
	change chan struct{} // closed when the slot is filled or broken; nil: nobody waits
}

// replaceTime is how long a client waits for a database that is being replaced, which seldom takes a second.
const replaceTime = 5 * time.Second

// NewSession opens a session on the database that is in the slot, or that soon will be.
func (s *slot) NewSession(ctx context.Context, user wire.User) (gateway.Session, error) {
	db, err := s.wait(ctx)
	if err != nil {
		return nil, err
	}
	one, err := db.NewSession(ctx, user)
	if err != nil {
		return nil, err
	}
	return &session{slot: s, ctx: ctx, user: user, db: db, Session: one}, nil
}

// LastTimestamp returns the time of the newest change.
func (s *slot) LastTimestamp() (last bson.Timestamp) {
	if db := s.database(); db != nil {
		last = db.LastTimestamp()
	}
	return last
}

// wait returns the database that is in the slot, or that soon will be.
func (s *slot) wait(ctx context.Context) (Database, error) {
	ctx, cancel := context.WithTimeout(ctx, replaceTime)
	defer cancel()
	for {
		s.mu.Lock()
		db, broken, change := s.db, s.broken, s.change
		if db == nil && broken == nil && change == nil {
			change = make(chan struct{})
			s.change = change
		}
		s.mu.Unlock()
		switch {
		case db != nil:
			return db, nil
		case broken != nil:
			return nil, broken
		}
		select {
		case <-change:
		case <-ctx.Done():
			return nil, wire.Errorf(wire.ShutdownInProgress, "the database is being replaced; try again")
		}
	}
}

// changed wakes those who wait for the slot. The slot is locked.
func (s *slot) changed() {
	if s.change != nil {
		close(s.change)
		s.change = nil
	}
}

// configure applies the cluster's declaration to the database, if there is one.
func (s *slot) configure(c *model.Cluster) {
	if db := s.database(); db != nil {
		db.Configure(c)
	}
}

func (s *slot) filled() bool { return s.database() != nil }

func (s *slot) database() Database {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.db
}

func (s *slot) fill(db Database) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.db, s.broken = db, nil
	s.changed()
}

// fail makes clients get an error that says that the database cannot be opened. It does not ask them to retry, because
// somebody has to repair the database first.
func (s *slot) fail(err error) {
	told := wire.Errorf(wire.OperationFailed, "the database of this cluster cannot be opened; the server's log has the cause")
	switch {
	case errors.Is(err, syscall.ENOSPC):
		told = wire.Errorf(wire.OutOfDiskSpace, "the database of this cluster cannot be opened: the disk is full")
	case errors.Is(err, ErrDamaged):
		told = wire.Errorf(wire.DataCorruptionDetected, "the data of this cluster is damaged or lost; a snapshot can be restored")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = told
	s.changed()
}

// empty closes the database and waits for the commands that run on it.
func (s *slot) empty() error {
	s.mu.Lock()
	db := s.db
	s.db, s.broken = nil, nil
	s.mu.Unlock()
	if db == nil {
		return nil
	}
	return db.Close()
}

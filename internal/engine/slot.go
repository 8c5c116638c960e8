package engine

import (
	"context"
	"errors"
	"sync"
	"syscall"
	"time"

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/wire"
)

// slot is where a gateway finds its database. While it is empty, clients are told to try again, or what is wrong with it.
type slot struct {
	mu     sync.Mutex
	db     *docdb.Engine
	broken *wire.Error // why the database cannot be opened; nil: it is being replaced
}

// NewSession opens a session on the database that is in the slot.
func (s *slot) NewSession(ctx context.Context, user wire.User) (gateway.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.db != nil:
		return s.db.NewSession(ctx, user), nil
	case s.broken != nil:
		return nil, s.broken
	}
	return nil, wire.Errorf(wire.ShutdownInProgress, "the database is being replaced; try again")
}

// configure sets the parameters of the database, if there is one.
func (s *slot) configure(p docdb.Parameters) {
	if db := s.engine(); db != nil {
		db.Configure(p)
	}
}

// parameters are what a cluster's process arguments are for the engine, as far as it has what they are about.
func parameters(p *model.Process) (out docdb.Parameters) {
	if p.OplogMB != nil {
		out.OplogBytes = int64(*p.OplogMB) << 20
	}
	if p.OplogHours != nil {
		out.OplogKeeps = time.Duration(*p.OplogHours * float64(time.Hour))
	}
	if p.DefaultMaxTimeMS != nil {
		out.ReadTime = time.Duration(*p.DefaultMaxTimeMS) * time.Millisecond
	}
	out.IndexedOnly = p.NoTableScan != nil && *p.NoTableScan
	return out
}

func (s *slot) filled() bool { return s.engine() != nil }

func (s *slot) engine() *docdb.Engine {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.db
}

func (s *slot) fill(db *docdb.Engine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.db, s.broken = db, nil
}

// fail has clients told that the database cannot be opened. They need not try again soon: it takes somebody to mend it.
func (s *slot) fail(err error) {
	told := wire.Errorf(wire.OperationFailed, "the database of this cluster cannot be opened; the server's log has the cause")
	switch {
	case errors.Is(err, syscall.ENOSPC):
		told = wire.Errorf(wire.OutOfDiskSpace, "the database of this cluster cannot be opened: the disk is full")
	case docdb.Damaged(err):
		told = wire.Errorf(wire.DataCorruptionDetected, "the data of this cluster is damaged or lost; a snapshot can be restored")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = told
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

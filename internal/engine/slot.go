package engine

import (
	"context"
	"sync"

	"github.com/telamon-db/telamon/internal/docdb"
	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/wire"
)

// slot is where a gateway finds its database. While it is empty, clients are told to try again.
type slot struct {
	mu sync.Mutex
	db *docdb.Engine
}

// NewSession opens a session on the database that is in the slot.
func (s *slot) NewSession(ctx context.Context, user wire.User) (gateway.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == nil {
		return nil, wire.Errorf(wire.ShutdownInProgress, "the database is being replaced; try again")
	}
	return s.db.NewSession(ctx, user), nil
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
	s.db = db
}

// empty closes the database and waits for the commands that run on it.
func (s *slot) empty() error {
	s.mu.Lock()
	db := s.db
	s.db = nil
	s.mu.Unlock()
	if db == nil {
		return nil
	}
	return db.Close()
}

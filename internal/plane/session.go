package plane

import (
	"context"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/wire"
)

// session is a gateway's session on the database that is in the slot. If a database is closed, to be replaced, before it
// has started a command, the command runs on the database that replaces it.
type session struct {
	slot *slot
	ctx  context.Context
	user wire.User
	db   Database
	mu   sync.Mutex // held while Session is replaced
	gateway.Session
}

// Interrupt interrupts the command that runs.
func (s *session) Interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Session.Interrupt()
}

// Run runs a command.
func (s *session) Run(dst []byte, m *wire.Msg) []byte {
	out := s.Session.Run(dst, m)
	if s.slot.database() == s.db || !notBegun(out[len(dst):]) {
		return out
	}
	db, err := s.slot.wait(s.ctx)
	if err != nil {
		return append(out[:len(dst)], wire.Reply(err)...)
	}
	next, err := db.NewSession(s.ctx, s.user)
	if err != nil {
		return append(out[:len(dst)], wire.Reply(err)...)
	}
	s.Close()
	s.mu.Lock()
	s.db, s.Session = db, next
	s.mu.Unlock()
	return s.Session.Run(out[:len(dst)], m)
}

// notBegun reports whether a reply says that the database was closed before the command reached it.
func notBegun(reply bson.Raw) bool {
	code, _ := reply.Lookup("code").AsInt64OK()
	return int32(code) == wire.ShutdownInProgress.Number
}

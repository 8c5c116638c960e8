package docdb

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// sessionTable holds the sessions, for currentOp and killOp to look at the commands that they run.
type sessionTable struct {
	lastCall atomic.Int64

	mu   sync.Mutex
	last int64 // id of a session
	open map[*Session]struct{}
}

// join lists a session until it parts, and gives it its id.
func (t *sessionTable) join(s *Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	s.id = t.last
	if t.open == nil {
		t.open = map[*Session]struct{}{}
	}
	t.open[s] = struct{}{}
}

// created is how many sessions there have been.
func (t *sessionTable) created() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last
}

// part ends the listing of a session, and reports whether it was listed.
func (t *sessionTable) part(s *Session) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, was := t.open[s]
	delete(t.open, s)
	return was
}

// list returns the sessions, the oldest first.
func (t *sessionTable) list() []*Session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.SortedFunc(maps.Keys(t.open), func(a, b *Session) int { return cmp.Compare(a.id, b.id) })
}

// interrupt ends the running commands that match.
func (t *sessionTable) interrupt(match func(*call) bool) {
	for _, s := range t.list() {
		s.mu.Lock()
		if s.running != nil && match(s.running) {
			s.interrupt()
		}
		s.mu.Unlock()
	}
}

// Interrupt ends the command that the session runs, if it runs one, with Interrupted.
func (s *Session) Interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		s.interrupt()
	}
}

// begin shows that the session runs c, until end, and returns the context of c.
func (s *Session) begin(c *call, now time.Time) context.Context {
	c.id, c.began = s.e.sessions.lastCall.Add(1), now
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = c
	if s.commands.Err() != nil { // of an earlier command, or of the session, which then is that of the new one too
		s.commands, s.interrupt = context.WithCancel(s.ctx)
	}
	return s.commands
}

func (s *Session) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = nil
}

// command is what the session runs, or nil. What it says of itself does not change.
func (s *Session) command() *call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running
}

// runKillOp interrupts a command. One that is not there, perhaps because it has just ended, is no error, as in MongoDB.
func runKillOp(c *call) (bson.D, error) {
	id, ok := wire.Integer(c.Get("op"))
	if !ok {
		return nil, wire.Errorf(wire.TypeMismatch, "Did not provide a whole number as \"op\"")
	}
	c.e.sessions.interrupt(func(other *call) bool { return other.id == id })
	return bson.D{{Key: "info", Value: "attempting to kill op"}}, nil
}

package docdb

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// operationTable holds the sessions and the commands that they run now, for currentOp and killOp.
type operationTable struct {
	mu       sync.Mutex
	last     int64 // id of a session or a command
	sessions map[*Session]struct{}
	byID     map[int64]*operation
}

// operation is a running command. It never changes.
type operation struct {
	id     int64
	began  time.Time
	c      *call
	cancel context.CancelFunc
}

// join lists a session until it parts, and gives it its id.
func (t *operationTable) join(s *Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	s.id = t.last
	if t.sessions == nil {
		t.sessions = map[*Session]struct{}{}
	}
	t.sessions[s] = struct{}{}
}

func (t *operationTable) part(s *Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.sessions, s)
}

// begin lists c until the function that it returns is called. Cancel interrupts it.
func (t *operationTable) begin(c *call, cancel context.CancelFunc, now time.Time) (end func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	op := &operation{t.last, now, c, cancel}
	if t.byID == nil {
		t.byID = map[int64]*operation{}
	}
	t.byID[op.id] = op
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.byID, op.id)
	}
}

// list returns the running commands, the oldest first.
func (t *operationTable) list() []*operation {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.SortedFunc(maps.Values(t.byID), func(a, b *operation) int { return cmp.Compare(a.id, b.id) })
}

// idle returns the sessions that run none of the commands, the oldest first.
func (t *operationTable) idle(running []*operation) []*Session {
	t.mu.Lock()
	defer t.mu.Unlock()
	idle := maps.Clone(t.sessions)
	for _, op := range running {
		delete(idle, op.c.s)
	}
	return slices.SortedFunc(maps.Keys(idle), func(a, b *Session) int { return cmp.Compare(a.id, b.id) })
}

// kill interrupts the commands that match.
func (t *operationTable) kill(match func(*operation) bool) {
	for _, op := range t.list() {
		if match(op) {
			op.cancel()
		}
	}
}

// runKillOp interrupts a command. One that is not there, perhaps because it has just ended, is no error, as in MongoDB.
func runKillOp(c *call) (bson.D, error) {
	id, ok := integer(c.get("op"))
	if !ok {
		return nil, wire.Errorf(wire.TypeMismatch, "Did not provide a whole number as \"op\"")
	}
	c.e.operations.kill(func(op *operation) bool { return op.id == id })
	return bson.D{{Key: "info", Value: "attempting to kill op"}}, nil
}

package sqlkit

import (
	"sync"

	"github.com/telamon-db/telamon/internal/store"
)

// Gate counts the transactions of a store, with what they run after their commit, so that closing waits for them. The
// zero value is open.
type Gate struct {
	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// Enter begins a transaction, which Leave ends, or returns store.ErrClosed.
func (g *Gate) Enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return store.ErrClosed
	}
	g.running.Add(1)
	return nil
}

// Leave ends a transaction that Enter began.
func (g *Gate) Leave() { g.running.Done() }

// Close refuses new transactions and waits for the running ones. It reports whether it was called before.
func (g *Gate) Close() (again bool) {
	g.mu.Lock()
	again = g.closed
	g.closed = true
	g.mu.Unlock()
	g.running.Wait()
	return again
}

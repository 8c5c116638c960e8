// Package quota bounds how much data a database keeps.
package quota

import (
	"sync"
	"sync/atomic"

	"github.com/telamon-db/telamon/internal/wire"
)

// Quota is a bound for the bytes of a database's documents. Its zero value bounds nothing. It is safe for concurrent use.
//
// The data is not measured at every write: after a measurement, half of what was left may be written before the next.
// Writes that run at the same time may exceed the bound by their own size.
type Quota struct {
	left atomic.Int64 // bytes that may be written before the next measurement

	mu     sync.Mutex
	most   int64 // bytes; 0: no bound
	shared bool
}

const mb = 1 << 20

// Set bounds the data to most bytes; 0 is no bound. shared says that the database shares its hardware with others: then the
// error is the one that the service has for such databases.
func (q *Quota) Set(most int64, shared bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.most, q.shared = most, shared
	q.left.Store(0)
}

// Take announces that the data will grow by n bytes. The error says that there is no room for them. It is nil if n is 0 or
// less.
func (q *Quota) Take(n int, measure func() (int64, error)) error {
	if n <= 0 || q.left.Add(-int64(n)) >= 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.most == 0 {
		q.left.Store(1 << 62)
		return nil
	}
	used, err := measure()
	if err != nil {
		return err
	}
	left := q.most - used - int64(n)
	if left < 0 {
		q.left.Store(0)
		return q.full(used)
	}
	q.left.Store(left / 2)
	return nil
}

// full is MongoDB's error for a full disk, or the service's for databases that share one.
func (q *Quota) full(used int64) error {
	if q.shared {
		return wire.Errorf(wire.AtlasError, "you are over your space quota, using %d MB of %d MB", used/mb, q.most/mb)
	}
	return wire.Errorf(wire.OutOfDiskSpace, "the cluster's disk is full: %d MB of %d MB are used; delete documents, or give the cluster a larger disk", used/mb, q.most/mb)
}

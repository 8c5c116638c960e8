package docdb

import (
	"bytes"
	"context"
	"iter"
	"math/rand/v2"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/reply"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// replies is what the replies of all engines of the process hold together until they are sent, beside small ones, and the
// documents that cursors keep for the next one. Each engine has a share of it, and each user a share of the engine's.
var replies = memory.NewBudget(256 * mb)

// Limits of cursors. Source: MongoDB's cursorTimeoutMillis and first batch of 101; the number of cursors is our own.
const (
	cursorIdle  = 10 * time.Minute
	firstBatch  = 101
	replyRoom   = 16 << 10 // by which a document in a reply may be larger than a stored one
	maxCursors  = 1000     // of one session
	sweepPeriod = time.Minute
)

// cursor is a result that is handed out in batches.
type cursor struct {
	id      int64
	ns      storage.Namespace
	cancel  context.CancelFunc             // ends next
	next    func() (bson.Raw, error, bool) // the document lasts until the next one or rest
	stop    func()
	rest    func()         // between two batches
	pending bson.Raw       // a copy of what was read and did not fit the last batch
	room    memory.Account // for it
	left    int64          // documents until the limit; not above 0: no limit
	lsid    bson.Raw       // the logical session that opened it, or nil
	lasting bool           // may be idle for as long as its session lives
	of      uint64         // the collection that it reads, or 0
	work    *wire.Work     // of its scans, or nil

	// Guarded by the table's lock.
	owner *Session
	used  time.Time
	busy  bool
	gone  bool // to be closed by whoever is using it
}

// newCursor makes a cursor of results, which release gives back what it stands on.
func (s *Session) newCursor(ns storage.Namespace, results func(context.Context) value.Documents, release func()) *cursor {
	ctx, cancel := context.WithCancel(context.Background())
	next, stop := iter.Pull2(results(ctx))
	c := &cursor{ns: ns, cancel: cancel, next: next, rest: func() {}, room: s.share.Open("a document of a cursor", reply.Account)}
	c.stop = func() { cancel(); stop(); release(); c.room.Close() }
	return c
}

// fill reads into a batch until it is full. It reports whether there is nothing more.
func (c *cursor) fill(ctx context.Context, b *reply.Batch) (done bool, err error) {
	b.Partial = true
	defer context.AfterFunc(ctx, c.cancel)()
	for !b.Full() {
		doc := c.pending
		if c.pending = nil; doc == nil {
			var more bool
			if doc, err, more = c.next(); err == nil {
				err = sendable(doc)
			}
			if err != nil {
				return true, contextError(ctx, err)
			} else if !more {
				return true, nil
			}
		}
		if !b.Add(doc) {
			if b.Docs == 0 {
				return true, b.Err
			}
			return false, c.keep(doc)
		}
		c.room.Close()
		if c.left--; c.left == 0 {
			return true, nil
		}
	}
	return false, nil
}

// keep keeps a document for the next batch. Small ones are not counted.
func (c *cursor) keep(doc bson.Raw) error {
	if c.room.Close(); len(doc) > reply.Small {
		if err := c.room.Take(len(doc)); err != nil {
			return err
		}
	}
	c.pending = bytes.Clone(doc)
	return nil
}

// sendable refuses a computed document that no client would take.
func sendable(doc bson.Raw) error {
	if len(doc) > storage.MaxDocument+replyRoom {
		return wire.Errorf(wire.BSONObjectTooLarge, "BSONObj size: %d is invalid. Size must be between 0 and %d", len(doc), storage.MaxDocument+replyRoom)
	}
	return nil
}

// contextError is why ctx ended, if it did, and else err.
func contextError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// cursorTable holds an engine's open cursors. Drivers send getMore over any connection of their pool, so a cursor is found
// from every session; it belongs to the one that used it last.
type cursorTable struct {
	mu    sync.Mutex
	byID  map[int64]*cursor
	count map[*Session]int
	swept time.Time
}

func (t *cursorTable) init() {
	t.byID, t.count = map[int64]*cursor{}, map[*Session]int{}
}

// add gives the cursor an id. A session may have so many cursors and no more.
func (t *cursorTable) add(s *Session, c *cursor, now time.Time) error {
	c.rest()
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	if t.count[s] >= maxCursors {
		return wire.Errorf(wire.ExceededMemoryLimit, "too many open cursors on this connection (limit %d)", maxCursors)
	}
	for c.id == 0 || t.byID[c.id] != nil {
		c.id = rand.Int64()
	}
	c.owner, c.used = s, now
	t.byID[c.id] = c
	t.count[s]++
	return nil
}

// take finds a cursor for getMore, which must call back or drop.
func (t *cursorTable) take(s *Session, id int64, ns storage.Namespace) (*cursor, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.byID[id]
	switch {
	case c == nil || c.gone:
		return nil, wire.Errorf(wire.CursorNotFound, "cursor id %d not found", id)
	case c.ns != ns:
		return nil, wire.Errorf(wire.Unauthorized, "Requested getMore on namespace '%s', but cursor belongs to a different namespace", ns)
	case c.busy:
		return nil, wire.Errorf(wire.CursorInUse, "cursor id %d is already in use", id)
	}
	c.busy = true
	t.disown(c)
	c.owner = s
	t.count[s]++
	return c, nil
}

func (t *cursorTable) disown(c *cursor) {
	if t.count[c.owner]--; t.count[c.owner] <= 0 {
		delete(t.count, c.owner)
	}
}

// back returns a taken cursor, for another getMore if keep and it has not been killed meanwhile.
func (t *cursorTable) back(c *cursor, keep bool, now time.Time) {
	c.rest()
	t.mu.Lock()
	c.busy, c.used = false, now
	end := !keep || c.gone || c.owner.ctx.Err() != nil
	if end {
		t.forget(c)
	}
	t.mu.Unlock()
	if end {
		c.stop()
	}
}

func (t *cursorTable) forget(c *cursor) {
	delete(t.byID, c.id)
	t.disown(c)
}

// kill closes the cursors that match; those in use are interrupted and closed by their user. It returns their ids.
func (t *cursorTable) kill(match func(*cursor) bool) []int64 {
	var killed []int64
	var idle []*cursor
	t.mu.Lock()
	for id, c := range t.byID {
		if c.gone || !match(c) {
			continue
		}
		killed = append(killed, id)
		if c.busy {
			c.gone = true
			c.cancel()
			continue
		}
		t.forget(c)
		idle = append(idle, c)
	}
	t.mu.Unlock()
	for _, c := range idle {
		c.stop()
	}
	return killed
}

func (t *cursorTable) closeAll() { t.kill(func(*cursor) bool { return true }) }

func (t *cursorTable) closeOf(s *Session) { t.kill(func(c *cursor) bool { return c.owner == s }) }

// sweep closes the cursors that nobody has used for long, unless they were asked to last. It runs with the commands, and
// from time to time when there are none: what cursors hold of the process's memory is wanted by other engines too.
func (t *cursorTable) sweep(now time.Time) {
	t.mu.Lock()
	due := now.Sub(t.swept) >= sweepPeriod
	if due {
		t.swept = now
	}
	t.mu.Unlock()
	if due {
		t.kill(func(c *cursor) bool { return !c.busy && !c.lasting && now.Sub(c.used) >= cursorIdle })
	}
}

func (t *cursorTable) open() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.byID)
}

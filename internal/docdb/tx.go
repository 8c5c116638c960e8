package docdb

import (
	"context"
	"errors"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// tx gathers what a write command changes in one collection. It is used under the collection's lock and by one goroutine.
type tx struct {
	e       *Engine
	ns      namespace
	coll    *collection // as this tx has it; nil if there is none
	now     time.Time
	batch   *pebble.Batch // reads through it see its own writes
	entries [][]byte      // oplog entries that await their timestamps
	size    int           // of these
	replays bool          // what is in an oplog already: the entries are taken from there
	delta   tally
	recast  bool        // the catalog has changed
	moved   *collection // the collection under its next name
	opTime  bson.Timestamp
	waiting *pebble.Batch // applied, perhaps not yet durable
	seq     uint64        // its number
}

// groupBytes is how large a batch may become before a command commits what it has done so far. Commands with less than
// that to change are atomic, and so are all that may be retried.
const groupBytes = 64 * mb

// write runs fn under the lock of ns, and of also, and makes what it did visible at once and durable before it returns. If
// fn fails, nothing of what it did since its last flush remains.
func (e *Engine) write(ctx context.Context, ns namespace, fn func(*tx) error, also ...namespace) (bson.Timestamp, error) {
	unlock, err := e.locks.lock(ctx, append(also, ns)...)
	if err != nil {
		return bson.Timestamp{}, err
	}
	t := &tx{e: e, ns: ns, coll: e.catalog.get(ns), now: e.opts.Now(), batch: e.db.NewIndexedBatch()}
	defer t.close()
	err = func() error {
		defer unlock()
		if err := fn(t); err != nil {
			return err
		}
		return t.apply()
	}()
	return t.opTime, errors.Join(err, t.wait())
}

// apply makes the batch visible.
func (t *tx) apply() error {
	if t.batch.Empty() && len(t.entries) == 0 {
		return nil
	}
	if err := t.writeTally(); err != nil {
		return err
	}
	e := t.e
	e.commitMu.Lock()
	defer e.commitMu.Unlock()
	for _, entry := range t.entries {
		t.opTime = e.oplog.stamp(entry, t.now)
		if err := t.batch.Set(oplogKey(t.opTime), entry, nil); err != nil {
			return err
		}
	}
	if t.recast {
		e.catalog.mu.Lock()
		defer e.catalog.mu.Unlock()
	}
	e.oplog.show() // before: nobody is told of a time that is before what they have read
	if err := e.db.ApplyNoSyncWait(t.batch, pebble.Sync); err != nil {
		return err
	}
	if t.recast {
		e.catalog.set(t.ns, t.coll)
		if t.moved != nil {
			e.catalog.set(t.moved.ns, t.moved)
		}
	}
	e.applied++
	t.seq = e.applied
	t.waiting, t.batch = t.batch, nil
	t.entries, t.size, t.recast, t.moved = nil, 0, false, nil
	return e.trimOplog(t.now)
}

// wait returns when everything that this tx did or saw is durable. What it saw may be another's batch that is visible and
// still on its way to the disk; an answer that depends on it must not outlive it.
func (t *tx) wait() error {
	if t.waiting == nil {
		return t.e.settle()
	}
	t.e.waiting.Add(1)
	err := t.waiting.SyncWait()
	t.e.waiting.Add(-1)
	if err == nil {
		t.e.raiseDurable(t.seq) // the log is in order: all before are durable too
	}
	err = errors.Join(err, t.waiting.Close())
	t.waiting = nil
	return err
}

// flush commits what has been gathered and starts a new batch.
func (t *tx) flush() error {
	if err := t.apply(); err != nil {
		return err
	}
	if t.batch == nil {
		t.batch = t.e.db.NewIndexedBatch()
	}
	return t.wait()
}

// held is how many bytes await their commit.
func (t *tx) held() int { return t.batch.Len() + t.size }

func (t *tx) full() bool { return t.held() > t.e.group }

func (t *tx) close() {
	if t.batch != nil {
		t.batch.Close()
	}
}

// settle waits until all that is visible is durable.
func (e *Engine) settle() error {
	e.commitMu.Lock()
	n := e.applied
	e.commitMu.Unlock()
	if e.durable.Load() >= n {
		return nil
	}
	if err := e.db.LogData(nil, pebble.Sync); err != nil {
		return err
	}
	e.raiseDurable(n)
	return nil
}

func (e *Engine) raiseDurable(n uint64) {
	for {
		old := e.durable.Load()
		if old >= n || e.durable.CompareAndSwap(old, n) {
			return
		}
	}
}

package storage

import (
	"context"
	"errors"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// Tx gathers what a write command changes in one collection. It is used under the collection's lock and by one goroutine.
type Tx struct {
	store   *Store
	NS      Namespace
	Coll    *Collection // as this tx has it; nil if there is none
	Now     time.Time
	batch   *pebble.Batch // reads through it see its own writes
	entries [][]byte      // oplog entries that await their timestamps
	size    int           // of these
	replays bool          // what is in an oplog already: the entries are taken from there
	delta   Tally
	recast  bool        // the catalog has changed
	moved   *Collection // the collection under its next name
	opTime  bson.Timestamp
	waiting *pebble.Batch // applied, perhaps not yet durable
	seq     uint64        // its number
}

// Write runs fn under the lock of ns, and of also, and makes what it did visible at once and durable before it returns. If
// fn fails, nothing of what it did since its last flush remains.
func (s *Store) Write(ctx context.Context, ns Namespace, fn func(*Tx) error, also ...Namespace) (bson.Timestamp, error) {
	unlock, err := s.Lock(ctx, append(also, ns)...)
	if err != nil {
		return bson.Timestamp{}, err
	}
	t := &Tx{store: s, NS: ns, Coll: s.catalog.get(ns), Now: s.opts.Now(), batch: s.db.NewIndexedBatch()}
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
func (t *Tx) apply() error {
	if t.batch.Empty() && len(t.entries) == 0 {
		return nil
	}
	if err := t.writeTally(); err != nil {
		return err
	}
	e := t.store
	e.commitMu.Lock()
	defer e.commitMu.Unlock()
	for _, entry := range t.entries {
		t.opTime = e.oplog.stamp(entry, t.Now)
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
		e.catalog.set(t.NS, t.Coll)
		if t.moved != nil {
			e.catalog.set(t.moved.NS, t.moved)
		}
	}
	e.applied++
	t.seq = e.applied
	t.waiting, t.batch = t.batch, nil
	t.entries, t.size, t.recast, t.moved = nil, 0, false, nil
	return e.trimOplog(t.Now)
}

// wait returns when everything that this tx did or saw is durable. What it saw may be another's batch that is visible and
// still on its way to the disk; an answer that depends on it must not outlive it.
func (t *Tx) wait() error {
	if t.waiting == nil {
		return t.store.Settle()
	}
	t.store.waiting.Add(1)
	err := t.waiting.SyncWait()
	t.store.waiting.Add(-1)
	if err == nil {
		t.store.raiseDurable(t.seq) // the log is in order: all before are durable too
	}
	err = errors.Join(err, t.waiting.Close())
	t.waiting = nil
	return err
}

// Flush commits what has been gathered and starts a new batch.
func (t *Tx) Flush() error {
	if err := t.apply(); err != nil {
		return err
	}
	if t.batch == nil {
		t.batch = t.store.db.NewIndexedBatch()
	}
	return t.wait()
}

// held is how many bytes await their commit.
func (t *Tx) held() int { return t.batch.Len() + t.size }

// Full reports whether it is time to flush, if what has been done may be committed by itself.
func (t *Tx) Full() bool { return t.held() > t.store.opts.GroupBytes }

// Overfull reports whether the batch is too large even for what must be one piece.
func (t *Tx) Overfull() bool { return t.held() > 4*t.store.opts.GroupBytes }

// Reader reads the database with what the transaction has changed.
func (t *Tx) Reader() pebble.Reader { return t.batch }

func (t *Tx) close() {
	if t.batch != nil {
		t.batch.Close()
	}
}

// Settle waits until all that is visible is durable.
func (s *Store) Settle() error {
	s.commitMu.Lock()
	n := s.applied
	s.commitMu.Unlock()
	if s.durable.Load() >= n {
		return nil
	}
	if err := s.db.LogData(nil, pebble.Sync); err != nil {
		return err
	}
	s.raiseDurable(n)
	return nil
}

func (s *Store) raiseDurable(n uint64) {
	for {
		old := s.durable.Load()
		if old >= n || s.durable.CompareAndSwap(old, n) {
			return
		}
	}
}

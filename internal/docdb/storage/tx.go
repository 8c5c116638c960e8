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
	ctx     context.Context
	NS      Namespace
	Coll    *Collection // as this tx has it; nil if there is none
	Now     time.Time
	unlock  func()        // gives the locks back; nil: they have been
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
	left    bool          // its commit ends it, and the command must not touch it any more
}

// Write runs fn under the lock of ns, and of also, and makes what it did visible at once and durable before it returns. If
// fn fails, nothing of what it did since its last flush remains. Nobody waits for a full disk for long: what has not begun
// is refused; what has may yet be done when there is room.
func (s *Store) Write(ctx context.Context, ns Namespace, fn func(*Tx) error, also ...Namespace) (bson.Timestamp, error) {
	if err := s.refusal(); err != nil {
		return bson.Timestamp{}, err
	}
	unlock, err := s.Lock(ctx, append(also, ns)...)
	if err != nil {
		return bson.Timestamp{}, err
	}
	t := &Tx{store: s, ctx: ctx, NS: ns, Coll: s.catalog.get(ns), Now: s.opts.Now(), unlock: unlock, batch: s.db.NewIndexedBatch()}
	defer t.close()
	if err = fn(t); err == nil {
		err = t.commit()
	}
	if t.left {
		return bson.Timestamp{}, err
	}
	t.release()
	if t.waiting == nil && t.seq == 0 { // what it saw may be another's batch, which is still on its way to the disk
		err = errors.Join(err, s.Settle(ctx))
	}
	return t.opTime, err
}

// commit makes what has been gathered visible, gives the locks back, and waits until it is durable.
func (t *Tx) commit() error {
	if t.empty() {
		return nil
	}
	return t.store.commits.run(t, true)
}

func (t *Tx) empty() bool { return t.batch.Empty() && len(t.entries) == 0 }

func (t *Tx) release() {
	if t.unlock != nil {
		t.unlock()
		t.unlock = nil
	}
}

// apply makes the batch visible.
func (t *Tx) apply() error {
	if t.empty() {
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
	e.waiting.Add(1)
	t.seq = e.applied
	t.waiting, t.batch = t.batch, nil
	t.entries, t.size, t.recast, t.moved = nil, 0, false, nil
	return e.trimOplog(t.Now)
}

// wait returns when what this tx has applied is durable.
func (t *Tx) wait() error {
	if t.waiting == nil {
		return nil
	}
	err := t.waiting.SyncWait()
	t.store.waiting.Add(-1)
	if err == nil {
		err = t.store.raiseDurable(t.seq) // the log is in order: all before are durable too
	}
	err = errors.Join(err, t.waiting.Close())
	t.waiting = nil
	return err
}

// Flush commits what has been gathered and starts a new batch.
func (t *Tx) Flush() error {
	if !t.empty() {
		if err := t.store.commits.run(t, false); err != nil {
			return err
		}
	}
	if t.batch == nil {
		t.batch = t.store.db.NewIndexedBatch()
	}
	return nil
}

// held is how many bytes await their commit.
func (t *Tx) held() int { return t.batch.Len() + t.size }

// Full reports whether it is time to flush, if what has been done may be committed by itself.
func (t *Tx) Full() bool { return t.held() > t.store.opts.GroupBytes }

// Overfull reports whether the batch is too large even for what must be one piece.
func (t *Tx) Overfull() bool { return t.held() > 4*t.store.opts.GroupBytes }

// Reader reads the database with what the transaction has changed.
func (t *Tx) Reader() pebble.Reader { return t.batch }

// close ends the transaction unless its commit does.
func (t *Tx) close() {
	if !t.left {
		t.end()
	}
}

func (t *Tx) end() {
	t.release()
	if t.batch != nil {
		t.batch.Close()
	}
}

package storage

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// Tx gathers the changes that a write command makes in one collection. It is used by one goroutine. It has the collection's
// lock, except between Pause and Resume.
type Tx struct {
	store          *Store
	ctx            context.Context
	NS             Namespace
	Coll           *Collection // with this tx's changes; nil if it does not exist
	Now            time.Time
	turn           *turn         // the present holding of the locks; nil: they have been released
	batch          *pebble.Batch // reads through it see its own writes
	reads          Reader        // of batch
	entries        [][]byte      // oplog entries that have no timestamps yet
	size           int           // bytes of entries
	replays        bool          // it replays an oplog: entries are copied from there, not made
	delta          Tally
	catalogChanged bool
	moved          *Collection // the collection with the name that Rename gave it
	opTime         bson.Timestamp
	waiting        *pebble.Batch // applied, perhaps not yet durable
	seq            uint64        // number of the batch that was applied last
	writes         uint64        // writes of the turn when the tx paused
	in             *Transaction  // the transaction of which it is a part, or nil
	over           *overlay      // the transaction's writes, if in is not nil
	others         []*Collection // further collections that the commit of a transaction changes
	left           bool          // the command has stopped waiting and must not use the tx: its commit ends it
}

// Write runs fn under the locks of ns and also. It makes the changes of fn visible, and returns when they are durable. If
// fn fails, its changes since the last Pause are undone. On a full disk a write that has not begun is refused; one that has
// begun returns an error after a while, and may still happen when there is room.
func (s *Store) Write(ctx context.Context, ns Namespace, fn func(*Tx) error, also ...Namespace) (bson.Timestamp, error) {
	for {
		at, err := s.write(ctx, ns, fn, also...)
		var other busy
		if !errors.As(err, &other) || at != (bson.Timestamp{}) { // a part is committed, so it cannot run again
			return at, err
		}
		select {
		case <-other.done:
		case <-ctx.Done():
			return at, ctx.Err()
		}
	}
}

func (s *Store) write(ctx context.Context, ns Namespace, fn func(*Tx) error, also ...Namespace) (bson.Timestamp, error) {
	if err := s.refusal(); err != nil {
		return bson.Timestamp{}, err
	}
	turn, err := s.take(ctx, append(also, ns)...)
	if err != nil {
		return bson.Timestamp{}, err
	}
	t := &Tx{store: s, ctx: ctx, NS: ns, Now: s.opts.Now()}
	t.begin(turn)
	defer t.close()
	if err = fn(t); err == nil && !t.left {
		err = t.commit()
	}
	if t.left {
		return bson.Timestamp{}, cmp.Or(err, errLate)
	}
	t.release()
	if t.waiting == nil && t.seq == 0 { // it may have read another's batch, which is not durable yet
		err = errors.Join(err, s.Settle(ctx))
	}
	return t.opTime, err
}

// commit makes the gathered changes visible, releases the locks, and waits until the changes are durable.
func (t *Tx) commit() error {
	if t.Clean() {
		return nil
	}
	return t.store.commits.run(t, true)
}

// begin starts a holding of the locks.
func (t *Tx) begin(turn *turn) {
	t.turn, t.Coll, t.seq = turn, t.store.catalog.get(t.NS), 0
	if t.batch == nil {
		t.batch = t.store.db.NewIndexedBatch()
		t.reads = of{t.batch}
	}
}

// Clean reports whether there is nothing to commit.
func (t *Tx) Clean() bool { return t.batch.Empty() && len(t.entries) == 0 }

func (t *Tx) release() {
	if t.turn != nil {
		t.turn.end()
		t.turn = nil
	}
}

// apply makes the batch visible.
func (t *Tx) apply() error {
	if t.Clean() {
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
	if t.catalogChanged {
		e.catalog.mu.Lock()
		defer e.catalog.mu.Unlock()
	}
	e.oplog.show() // before the changes are visible: a reply must not have a time before that of what it shows
	if err := e.db.ApplyNoSyncWait(t.batch, pebble.Sync); err != nil {
		return err
	}
	if t.catalogChanged {
		e.catalog.set(t.NS, t.Coll)
		if t.moved != nil {
			e.catalog.set(t.moved.NS, t.moved)
		}
		for _, coll := range t.others {
			e.catalog.set(coll.NS, coll)
		}
	}
	e.applied++
	t.turn.wrote()
	e.waiting.Add(1)
	t.seq = e.applied
	t.waiting, t.batch = t.batch, nil
	t.entries, t.size, t.catalogChanged, t.moved = nil, 0, false, nil
	return e.trimOplog(t.Now)
}

// wait returns when the batch that this tx has applied is durable.
func (t *Tx) wait() error {
	if t.waiting == nil {
		return nil
	}
	err := t.waiting.SyncWait()
	t.store.waiting.Add(-1)
	if err == nil {
		err = t.store.raiseDurable(t.seq) // the log is in order, so earlier batches are durable too
	}
	err = errors.Join(err, t.waiting.Close())
	t.waiting = nil
	return err
}

// Pause commits the gathered changes and releases the locks until Resume. It returns when the changes are durable, so that
// others need not wait for that. If it fails, Write's fn must fail, too.
func (t *Tx) Pause() error {
	if err := t.commit(); err != nil {
		return err
	}
	t.release()
	return nil
}

// PauseWith is Pause, and returns a view of the collection with the tx's changes.
func (t *Tx) PauseWith() (*View, error) {
	turn := t.turn
	if err := t.Pause(); err != nil {
		return nil, err
	}
	t.writes = turn.writes()
	return t.store.View(t.NS), nil
}

// Resume takes the locks again. The collection may have changed or be gone. If it fails, Write's fn must fail, too.
func (t *Tx) Resume(ctx context.Context) error {
	if t.left {
		return t.store.tooLate()
	}
	if t.turn != nil { // Pause has failed, and not released the locks
		return nil
	}
	turn, err := t.store.take(ctx, t.NS)
	if err == nil {
		t.begin(turn)
	}
	return err
}

// Yield lets others that wait for the locks have them once: it is Pause and Resume.
func (t *Tx) Yield(ctx context.Context) error {
	if err := t.Pause(); err != nil {
		return err
	}
	return t.Resume(ctx)
}

// Unchanged reports whether nobody has written to the collection between PauseWith and Resume. It may be false if somebody
// has written to another collection that shares a lock.
func (t *Tx) Unchanged() bool { return t.turn.writes() == t.writes }

// How long a tx that may pause holds the locks while others wait, and how many changes or bytes it makes at least before:
// small writes are not divided.
const (
	turnTime    = time.Millisecond
	turnChanges = 100
	turnBytes   = 1 * mb
)

// Due reports whether the tx should pause: others have waited long enough, or the batch is large.
func (t *Tx) Due() bool {
	large := len(t.entries) >= turnChanges || t.held() > turnBytes
	return t.full() || large && t.turn.wanted() && time.Since(t.turn.began) > turnTime
}

// Left reports whether the command has stopped waiting for a commit. Then the tx must not be used.
func (t *Tx) Left() bool { return t.left }

// held returns how many bytes have been gathered and not committed.
func (t *Tx) held() int { return t.batch.Len() + t.size }

// full reports whether the batch is so large that it should be committed, if the write may be divided.
func (t *Tx) full() bool { return t.held() > t.store.opts.GroupBytes }

// Overfull reports whether the batch is too large even for a write that must not be divided.
func (t *Tx) Overfull() bool { return t.held() > 4*t.store.opts.GroupBytes }

// Reader returns a reader of the database with the tx's changes.
func (t *Tx) Reader() Reader {
	if t.in != nil {
		return t.over
	}
	return t.reads
}

func (t *Tx) set(key, value []byte) error {
	if t.in != nil {
		return t.over.set(key, value)
	}
	return t.batch.Set(key, value, nil)
}

func (t *Tx) unset(key []byte) error {
	if t.in != nil {
		return t.over.unset(key)
	}
	return t.batch.Delete(key, nil)
}

// close ends the tx, unless its commit will.
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

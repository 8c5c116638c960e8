package storage

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// Tx gathers what a write command changes in one collection. It is used by one goroutine, under the collection's lock
// except between Pause and Resume.
type Tx struct {
	store          *Store
	ctx            context.Context
	NS             Namespace
	Coll           *Collection // as this tx has it; nil if there is none
	Now            time.Time
	turn           *turn         // in which it has the locks; nil: they have been given back
	batch          *pebble.Batch // reads through it see its own writes
	reads          Reader        // of batch
	entries        [][]byte      // oplog entries that await their timestamps
	size           int           // of these
	replays        bool          // what is in an oplog already: the entries are taken from there
	delta          Tally
	catalogChanged bool
	moved          *Collection // the collection under its next name
	opTime         bson.Timestamp
	waiting        *pebble.Batch // applied, perhaps not yet durable
	seq            uint64        // its number
	writes         uint64        // of the collection, when the tx paused
	in             *Transaction  // of which it is a part, or nil
	over           *overlay      // then: where it writes
	others         []*Collection // of a transaction: that have changed beside Coll
	left           bool          // its commit ends it, and the command must not touch it any more
}

// Write runs fn under the lock of ns, and of also, and makes what it did visible at once and durable before it returns.
// If fn fails, nothing of what it did since it last paused remains. Nobody waits long for a full disk: a write that has
// not begun is refused; one that has may still happen when there is room.
func (s *Store) Write(ctx context.Context, ns Namespace, fn func(*Tx) error, also ...Namespace) (bson.Timestamp, error) {
	for {
		at, err := s.write(ctx, ns, fn, also...)
		var other busy
		if !errors.As(err, &other) || at != (bson.Timestamp{}) { // what has been done is not done again
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
	if t.waiting == nil && t.seq == 0 { // what it saw may be another's batch, which is still on its way to the disk
		err = errors.Join(err, s.Settle(ctx))
	}
	return t.opTime, err
}

// commit makes what has been gathered visible, gives the locks back, and waits until it is durable.
func (t *Tx) commit() error {
	if t.Clean() {
		return nil
	}
	return t.store.commits.run(t, true)
}

// begin starts the tx's turn.
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
	e.oplog.show() // before: nobody is told of a time that is before what they have read
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

// Pause commits what has been gathered and lets others write, until Resume. It returns when that is durable, so that others
// need not wait for what this one has written. If it fails, so must Write's fn.
func (t *Tx) Pause() error {
	if err := t.commit(); err != nil {
		return err
	}
	t.release()
	return nil
}

// PauseWith pauses, and gives a view of the collection with what the tx has done.
func (t *Tx) PauseWith() (*View, error) {
	turn := t.turn
	if err := t.Pause(); err != nil {
		return nil, err
	}
	t.writes = turn.writes()
	return t.store.View(t.NS), nil
}

// Resume waits for the tx's next turn. The collection may have changed, and so may be gone. If it fails, so must Write's fn.
func (t *Tx) Resume(ctx context.Context) error {
	if t.left {
		return t.store.tooLate()
	}
	if t.turn != nil { // a failed pause has not given the locks back
		return nil
	}
	turn, err := t.store.take(ctx, t.NS)
	if err == nil {
		t.begin(turn)
	}
	return err
}

// Yield lets others have their turn.
func (t *Tx) Yield(ctx context.Context) error {
	if err := t.Pause(); err != nil {
		return err
	}
	return t.Resume(ctx)
}

// Unchanged reports whether nobody has written between PauseWith and Resume. It may be false when somebody has written to
// another collection.
func (t *Tx) Unchanged() bool { return t.turn.writes() == t.writes }

// How long a tx that may pause goes on while others wait, and how many changes or bytes it makes at least: what is small is
// done in one piece.
const (
	turnTime    = time.Millisecond
	turnChanges = 100
	turnBytes   = 1 * mb
)

// Due reports whether others should have their turn, or the batch has become large.
func (t *Tx) Due() bool {
	large := len(t.entries) >= turnChanges || t.held() > turnBytes
	return t.full() || large && t.turn.wanted() && time.Since(t.turn.began) > turnTime
}

// Left reports whether the command has stopped waiting for a commit. The tx must not be used any more.
func (t *Tx) Left() bool { return t.left }

// held is how many bytes await their commit.
func (t *Tx) held() int { return t.batch.Len() + t.size }

// full reports whether it is time to commit what has been done, if that may be committed by itself.
func (t *Tx) full() bool { return t.held() > t.store.opts.GroupBytes }

// Overfull reports whether the batch is too large even for changes that must be made in one piece.
func (t *Tx) Overfull() bool { return t.held() > 4*t.store.opts.GroupBytes }

// Reader reads the database with what the transaction has changed.
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

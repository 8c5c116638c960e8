package storage

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// A Transaction reads a snapshot together with its own writes, and writes to any number of collections in one step. It
// holds no lock while it is open. Until it ends it has a claim on the documents, and on the values in unique indexes, that
// it has changed: another transaction that wants to change one of these gets ErrConflict. A write outside of transactions
// waits for the end, and so does a change in the catalog of a collection that the transaction has written to. A transaction
// also gets ErrConflict if it wants to change what others have changed since its snapshot. It is used by one goroutine and
// ends with Commit or Abort.
type Transaction struct {
	store *Store
	snap  *pebble.Snapshot
	colls map[Namespace]*Collection // as of the snapshot
	own   *overlay
	parts map[Namespace]*share // of the collections that it has written to

	entries [][]byte
	claimed [][]byte
	done    chan struct{} // closed at its end
	over    bool
}

// share has a transaction's changes of one collection.
type share struct {
	coll  *Collection // with the multikey marks of the transaction
	delta Tally
}

var (
	// ErrConflict is the error of a transaction that wants to change what another has changed. The transaction must be
	// aborted.
	ErrConflict = wire.Errorf(wire.Code{Number: 112, Name: "WriteConflict"}, "Write conflict during plan execution and yielding is disabled")

	errOver      = errors.New("the transaction has ended")
	errNoCatalog = wire.Errorf(wire.Code{Number: 263, Name: "OperationNotSupportedInTransaction"}, "a transaction may not change the catalog here")
)

// busy is the error of a write that has to wait for a transaction to end.
type busy struct{ done <-chan struct{} }

func (busy) Error() string { return "a transaction has changed it" }

// claims are the documents and values that open transactions have changed.
type claims struct {
	n  atomic.Int64 // length of by
	mu sync.Mutex
	by map[string]*Transaction // by key of a document, or of a value in a unique index
	in map[uint64][]*Transaction
}

// Begin opens a transaction.
func (s *Store) Begin() *Transaction {
	s.catalog.mu.RLock()
	defer s.catalog.mu.RUnlock()
	x := &Transaction{store: s, snap: s.db.NewSnapshot(), colls: map[Namespace]*Collection{}, parts: map[Namespace]*share{}, done: make(chan struct{})}
	for ns, coll := range s.catalog.colls {
		x.colls[ns] = coll
	}
	x.own = s.overlay(of{x.snap})
	return x
}

// View returns a collection as the transaction sees it. It is valid until the next Write.
func (x *Transaction) View(ns Namespace) *View { return &View{Coll: x.coll(ns), R: x.own} }

func (x *Transaction) coll(ns Namespace) *Collection {
	if p := x.parts[ns]; p != nil {
		return p.coll
	}
	return x.colls[ns]
}

// Write runs fn, which may change documents of one collection. If fn fails, its changes are undone.
func (x *Transaction) Write(ctx context.Context, ns Namespace, fn func(*Tx) error) error {
	if x.over {
		return errOver
	}
	turn, err := x.store.take(ctx, ns)
	if err != nil {
		return err
	}
	defer turn.end()
	if !sameShape(x.colls[ns], x.store.catalog.get(ns)) {
		return ErrConflict
	}
	t := &Tx{store: x.store, ctx: ctx, NS: ns, Coll: x.coll(ns), Now: x.store.opts.Now(), turn: turn, in: x, over: x.store.overlay(x.own)}
	defer t.over.own.Close()
	if err := fn(t); err != nil {
		return err
	}
	if err := t.over.each(func(key, value []byte, kept bool) error { return x.own.put(key, value, kept) }); err != nil {
		return err
	}
	if x.parts[ns] == nil {
		x.parts[ns] = &share{}
	}
	p := x.parts[ns]
	p.coll = t.Coll
	p.delta.Docs += t.delta.Docs
	p.delta.Bytes += t.delta.Bytes
	x.entries = append(x.entries, t.entries...)
	return nil
}

// sameShape reports whether both collections exist and have the same indexes.
func sameShape(a, b *Collection) bool {
	return a != nil && b != nil && a.ID == b.ID && slices.EqualFunc(a.Indexes, b.Indexes, func(x, y Index) bool {
		return x.ID == y.ID && x.Building == y.Building
	})
}

// Commit makes the transaction's writes visible in one step, and durable. The transaction ends even if Commit fails.
func (x *Transaction) Commit(ctx context.Context) (at bson.Timestamp, err error) {
	if x.over {
		return at, errOver
	}
	defer x.Abort()
	if len(x.entries) == 0 {
		return at, x.store.Settle(ctx)
	}
	all := make([]Namespace, 0, len(x.parts))
	for ns := range x.parts {
		all = append(all, ns)
	}
	turn, err := x.store.take(ctx, all...)
	if err != nil {
		return at, err
	}
	t := &Tx{store: x.store, ctx: ctx, NS: all[0], Now: x.store.opts.Now()}
	t.begin(turn)
	defer t.close()
	if err := x.gather(t, all); err != nil {
		return at, err
	}
	return t.opTime, t.commit()
}

// gather adds the transaction's writes to the batch of t, which has the locks of all its collections.
func (x *Transaction) gather(t *Tx, all []Namespace) error {
	err := x.own.each(func(key, value []byte, kept bool) error {
		if kept {
			return t.batch.Set(key, value, nil)
		}
		return t.batch.Delete(key, nil)
	})
	if err != nil {
		return err
	}
	t.entries = x.entries
	for i, ns := range all {
		p := &Tx{store: x.store, NS: ns, Coll: x.store.catalog.get(ns), batch: t.batch, reads: t.reads, delta: x.parts[ns].delta}
		for j, ix := range x.parts[ns].coll.Indexes {
			if err := p.markMultikey(j, ix.Multikey); err != nil {
				return err
			}
		}
		if i == 0 {
			t.Coll, t.catalogChanged, t.delta = p.Coll, p.catalogChanged, p.delta
			continue
		}
		if err := p.writeTally(); err != nil {
			return err
		}
		if p.catalogChanged {
			t.catalogChanged, t.others = true, append(t.others, p.Coll)
		}
	}
	return nil
}

// Abort ends the transaction and drops its writes. After Commit it does nothing.
func (x *Transaction) Abort() {
	if x.over {
		return
	}
	x.over = true
	c := &x.store.claims
	c.mu.Lock()
	for _, key := range x.claimed {
		delete(c.by, string(key))
	}
	c.n.Add(-int64(len(x.claimed)))
	for id, list := range c.in {
		if list = slices.DeleteFunc(list, func(y *Transaction) bool { return x == y }); len(list) == 0 {
			delete(c.in, id)
		} else {
			c.in[id] = list
		}
	}
	c.mu.Unlock()
	close(x.done)
	_ = errors.Join(x.own.own.Close(), x.snap.Close()) // they are in memory only
}

// claim claims a key for the transaction. Outside of transactions it checks that no transaction has a claim on the key.
func (t *Tx) claim(key []byte) error {
	c := &t.store.claims
	if t.in == nil && c.n.Load() == 0 { // a claim is made under the collection's lock, which t has
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	holder := c.by[string(key)]
	switch {
	case t.in == nil && holder != nil:
		return busy{holder.done}
	case t.in == nil || holder == t.in:
		return nil
	case holder != nil:
		return ErrConflict
	}
	now, err := Read(of{t.store.db}, key)
	if err != nil {
		return err
	}
	was, err := Read(of{t.in.snap}, key)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, was) || (now == nil) != (was == nil) {
		return ErrConflict
	}
	c.keep(t, key)
	return nil
}

// keep records a claim.
func (c *claims) keep(t *Tx, key []byte) {
	if c.by == nil {
		c.by, c.in = map[string]*Transaction{}, map[uint64][]*Transaction{}
	}
	c.by[string(key)] = t.in
	c.n.Add(1)
	t.in.claimed = append(t.in.claimed, bytes.Clone(key))
	if id := t.Coll.ID; !slices.Contains(c.in[id], t.in) {
		c.in[id] = append(c.in[id], t.in)
	}
}

// alone checks that no open transaction has written to the collection, before its catalog entry is changed.
func (t *Tx) alone() error {
	if t.in != nil {
		return errNoCatalog
	}
	c := &t.store.claims
	if c.n.Load() == 0 || t.Coll == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if list := c.in[t.Coll.ID]; len(list) > 0 {
		return busy{list[0].done}
	}
	return nil
}

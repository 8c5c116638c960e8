package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/delta"
)

// ErrOplogGap is the error of a replay from an oplog whose entries after the checkpoint have been trimmed, or that is of
// another database than the checkpoint.
var ErrOplogGap = errors.New("the oplog does not go back to the checkpoint")

// replayChunk is how many documents are changed in one step, at most.
const replayChunk = 1000

// History yields the entries of an oplog after the one with the time last, oldest first. newest is the entry with that
// time, or nil if the caller does not have it. Each entry is valid until the next. The error is ErrOplogGap if some of the
// entries are gone, or if newest is of another database.
type History func(ctx context.Context, last bson.Timestamp, newest bson.Raw) iter.Seq2[bson.Raw, error]

// Replay applies the changes of a history, up to and including the one with the time until, to the database in dir. The
// directory must be a checkpoint of the history's database, and not be open. Afterwards the database has the oplog of that
// time, too, and another Replay can continue from there.
//
// If Replay fails, the directory is in a state between two changes, perhaps with half an index, and the caller must delete
// it. The error is ErrOplogGap if the history does not have all of the changes.
func Replay(ctx context.Context, dir string, o Options, history History, until bson.Timestamp) (err error) {
	e, err := OpenStill(dir, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close(func() {})) }()
	if e.oplog.last.After(until) {
		return fmt.Errorf("docdb: replay %s: the checkpoint is of %v, after %v", filepath.Base(dir), e.oplog.last, until)
	}
	if err := errors.Join(e.forgetBuilds(ctx), e.replay(ctx, history, until)); err != nil {
		return fmt.Errorf("docdb: replay %s: %w", filepath.Base(dir), err)
	}
	return nil
}

// forgetBuilds removes the indexes that were being built. If one of them came into use later, the oplog has an entry of it.
func (s *Store) forgetBuilds(ctx context.Context) error {
	for coll, ids := range s.unfinished() {
		if _, err := s.Write(ctx, coll.NS, func(t *Tx) error { return t.abandon(ids) }); err != nil {
			return err
		}
	}
	return nil
}

// replay applies the changes in groups: consecutive changes of documents of one collection, or one change of the catalog.
func (s *Store) replay(ctx context.Context, history History, until bson.Timestamp) error {
	newest, err := Read(of{s.db}, oplogKey(s.oplog.last))
	if err != nil {
		return err
	}
	var group []Change
	size := 0
	flush := func() error {
		if len(group) == 0 {
			return nil
		}
		err := s.redo(ctx, group)
		group, size = group[:0], 0
		return err
	}
	for entry, err := range history(ctx, s.oplog.last, afterTotal(newest)) {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		next, err := parseEntry(entry)
		if err != nil {
			return err
		}
		if next.TS.After(until) {
			break
		}
		if len(group) > 0 && (len(group) == replayChunk || size > s.opts.GroupBytes || !group[0].joins(next)) {
			if err := flush(); err != nil {
				return err
			}
		}
		group = append(group, next)
		size += len(next.stored)
		if next.TS == until {
			break
		}
	}
	return flush()
}

// afterTotal returns a stored entry without the running total before it.
func afterTotal(stored []byte) bson.Raw {
	if len(stored) < totalLen {
		return nil
	}
	return stored[totalLen:]
}

// History is the History of the store's own oplog. It keeps the store open while it runs. It waits until the entries are
// durable before it yields them, so that a crash cannot remove from the store what a copy has.
func (s *Store) History(ctx context.Context, last bson.Timestamp, newest bson.Raw) iter.Seq2[bson.Raw, error] {
	return func(yield func(bson.Raw, error) bool) {
		if err := s.Enter(); err != nil {
			yield(nil, err)
			return
		}
		defer s.Leave()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(s.ctx, cancel)() // the store is not closed before this has ended
		it, err := s.oplogFrom(last, newest)
		if err != nil {
			yield(nil, err)
			return
		}
		defer it.Close()
		if err := s.Settle(ctx); err != nil {
			yield(nil, err)
			return
		}
		for ; it.Valid(); it.Next() {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(afterTotal(it.Value()), nil) {
				return
			}
		}
		if err := it.Error(); err != nil {
			yield(nil, err)
		}
	}
}

// oplogFrom returns an iterator at the first entry after the time last. There must be an entry with that time, equal to
// newest if that is not nil; or last is zero and the oplog has never been trimmed. Otherwise the error is ErrOplogGap.
func (s *Store) oplogFrom(last bson.Timestamp, newest bson.Raw) (*pebble.Iterator, error) {
	from := oplogKey(last)
	o := oplogBounds()
	o.LowerBound = from
	it, err := s.db.NewIter(o)
	if err != nil {
		return nil, err
	}
	whole := it.First() && bytes.Equal(it.Key(), from) && (newest == nil || bytes.Equal(afterTotal(it.Value()), newest))
	if whole {
		it.Next()
	} else if last.IsZero() {
		whole = s.untrimmed()
	}
	if !whole {
		return nil, errors.Join(ErrOplogGap, it.Error(), it.Close())
	}
	return it, nil
}

// untrimmed reports whether the oplog has all entries since the database was created.
func (s *Store) untrimmed() bool {
	s.commitMu.Lock()
	defer s.commitMu.Unlock()
	return s.oplog.trimmed == 0
}

// joins reports whether next may be applied in the same step as c.
func (c Change) joins(next Change) bool { return c.Op != "c" && next.Op != "c" && c.ns == next.ns }

// redo applies a group of changes in one transaction.
func (s *Store) redo(ctx context.Context, group []Change) error {
	first, also := group[0], []Namespace(nil)
	var ids []uint64
	switch first.command {
	case "renameCollection":
		also = append(also, SplitName(first.text("to")))
	case "createIndexes":
		var err error
		if ids, err = s.rebuild(ctx, first); err != nil {
			return err
		}
	}
	_, err := s.Write(ctx, first.ns, func(t *Tx) error {
		t.replays = true
		for _, c := range group {
			if err := t.redo(ctx, c, ids); err != nil {
				return fmt.Errorf("the change at %v: %w", c.TS, err)
			}
			t.entries = append(t.entries, c.stored)
		}
		return nil
	}, also...)
	return err
}

// rebuild builds the indexes of a change up to the step that takes them into use.
func (s *Store) rebuild(ctx context.Context, c Change) (ids []uint64, err error) {
	var spec bson.D
	if err := bson.Unmarshal(c.O, &spec); err != nil {
		return nil, err
	}
	raw, err := bson.Marshal(spec[1:]) // the first element is the collection's name
	if err != nil {
		return nil, err
	}
	ix, err := readIndex(raw)
	if err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, c.ns, func(t *Tx) (err error) {
		if t.Coll == nil {
			return errNotThere
		}
		ids, _, err = t.Announce([]Index{ix})
		return err
	})
	if err != nil {
		return nil, err
	}
	return ids, s.fill(ctx, c.ns, ids)
}

// errNotThere says that a change is of a document or collection that earlier entries have not made.
var errNotThere = errors.New("what is to be changed is not there")

func (t *Tx) redo(ctx context.Context, c Change, ids []uint64) error {
	if c.Op == "c" {
		return t.redoCatalog(ctx, c, ids)
	}
	if t.Coll == nil {
		return errNotThere
	}
	old, err := Read(t.Reader(), DocumentKey(t.Coll.ID, c.Key().Lookup("_id")))
	switch {
	case err != nil:
		return err
	case c.Op == "i":
		return t.Insert(c.O)
	case old == nil:
		return errNotThere
	case c.Op == "u":
		return t.redoUpdate(c, old)
	case c.Op == "d":
		return t.Remove(old)
	}
	return fmt.Errorf("unknown operation %q", c.Op)
}

func (t *Tx) redoUpdate(c Change, old bson.Raw) error {
	diff, err := c.diff()
	if err != nil {
		return err
	}
	if diff == nil {
		return t.Replace(old, c.O)
	}
	doc, err := delta.Apply(old, diff)
	if err != nil {
		return err
	}
	return t.Replace(old, doc)
}

func (t *Tx) redoCatalog(ctx context.Context, c Change, ids []uint64) error {
	if c.command == "create" {
		v, err := readValidation(c.O)
		if err != nil {
			return err
		}
		return t.setCollection(&Collection{NS: t.NS, ID: t.store.catalog.newID(), UUID: c.UI, Validation: v})
	}
	if t.Coll == nil {
		return errNotThere
	}
	switch c.command {
	case "drop":
		return t.Drop()
	case "renameCollection":
		return t.Rename(SplitName(c.text("to")), c.O.Lookup("dropTarget").Type != 0)
	case "collMod":
		return t.redoCollMod(c)
	case "createIndexes":
		return t.finish(ctx, ids)
	case "dropIndexes":
		i := slices.IndexFunc(t.Coll.Indexes, func(ix Index) bool { return ix.Name == c.text("index") })
		if i < 0 {
			return errNotThere
		}
		return t.DropIndex(t.Coll.Indexes[i])
	}
	return fmt.Errorf("unknown change of the catalog %q", c.command)
}

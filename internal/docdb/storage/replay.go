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

// ErrOplogGap is the error of a replay from an oplog that has been trimmed too far, or is of another database than the
// checkpoint.
var ErrOplogGap = errors.New("the oplog does not go back to the checkpoint")

// replayChunk is how many documents are changed in one step, at most.
const replayChunk = 1000

// History yields the entries of an oplog after the one of a time, oldest first. newest is that one; if it is nil, there
// is none or nobody knows it. Each entry is valid until the next. The error is ErrOplogGap if some of the entries are
// gone, or newest is of another database.
type History func(ctx context.Context, last bson.Timestamp, newest bson.Raw) iter.Seq2[bson.Raw, error]

// Replay brings the database in dir forward in time. The directory is a checkpoint of the database that the history is
// of; it must not be open. The changes after the checkpoint are applied, up to and including until. The oplog of the
// result is the one that the database had at that moment, and another Replay may go on from it.
//
// A replay that fails leaves the directory between two changes, and perhaps with half an index: the caller must delete
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

// forgetBuilds removes the indexes that were being built. The oplog tells when one of them came into use, if ever.
func (s *Store) forgetBuilds(ctx context.Context) error {
	for coll, ids := range s.unfinished() {
		if _, err := s.Write(ctx, coll.NS, func(t *Tx) error { return t.abandon(ids) }); err != nil {
			return err
		}
	}
	return nil
}

// replay applies the changes in groups: as many of the documents of one collection as follow one another, or one change
// of the catalog.
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

// afterTotal is an entry without the running total before it.
func afterTotal(stored []byte) bson.Raw {
	if len(stored) < totalLen {
		return nil
	}
	return stored[totalLen:]
}

// History is that of the store. It keeps the store open, and waits until all that it yields is durable: what somebody
// builds upon it, a crash does not take from the store.
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

// oplogFrom is placed on the first entry after a moment, which is that of an entry, newest, or before all of them. Another
// entry of the same moment tells of another database.
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

// untrimmed reports whether the oplog tells of everything from the beginning.
func (s *Store) untrimmed() bool {
	s.commitMu.Lock()
	defer s.commitMu.Unlock()
	return s.oplog.trimmed == 0
}

// joins reports whether next may be applied in the same step as c.
func (c Change) joins(next Change) bool { return c.Op != "c" && next.Op != "c" && c.ns == next.ns }

// redo applies a group of changes.
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

// rebuild builds an index up to where it comes into use.
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

// errNotThere says that the oplog speaks of something that its own entries have not made.
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

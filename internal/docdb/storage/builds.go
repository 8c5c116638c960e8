package storage

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// Indexes are built while writes go on. First the index enters the catalog, marked as being built: from then on writers
// maintain its entries, and nobody reads them. Then the existing documents get theirs, some at a time under the
// collection's lock. Each step may be repeated, so a build that a crash or Close has ended starts over when the engine
// is opened. At the end, under the lock, a unique index is searched for values that two documents have; then the index
// is in use, or gone. A command's indexes come into use together.

// BuildChunk is how many documents get their entries in one step.
const BuildChunk = 1000

// buildAborted is MongoDB's code for a build whose index or collection has been dropped.
var buildAborted = wire.Code{Number: 276, Name: "IndexBuildAborted"}

// Announce adds indexes that the collection does not have to the catalog, marked as being built. If another command is
// building one of them, Announce adds none; busy is closed when that build ends, and the caller must wait for it and try
// again.
func (t *Tx) Announce(wanted []Index) (ids []uint64, busy <-chan struct{}, err error) {
	if err := t.alone(); err != nil {
		return nil, nil, err
	}
	next := *t.Coll
	for _, ix := range wanted {
		there, err := next.hasIndex(ix)
		if err != nil {
			return nil, nil, err
		}
		i := slices.IndexFunc(next.Indexes, func(old Index) bool { return old.Name == ix.Name })
		switch {
		case there && i >= 0 && next.Indexes[i].Building && !slices.Contains(ids, next.Indexes[i].ID):
			return nil, t.store.buildOf(next.Indexes[i].ID), nil
		case !there:
			ix.ID, ix.Building = t.store.catalog.newID(), true
			ids = append(ids, ix.ID)
			next.Indexes = append(slices.Clip(next.Indexes), ix) // the collection's own list stays as it is
		}
	}
	if len(ids) == 0 {
		return nil, nil, nil
	}
	if len(next.AllIndexes()) > maxIndexes {
		return nil, nil, wire.Errorf(wire.CannotCreateIndex, "add index fails, too many indexes for %s", t.NS)
	}
	return ids, nil, t.setCollection(&next)
}

// buildOf returns a channel that is closed when the build of an index has ended.
func (s *Store) buildOf(id uint64) <-chan struct{} {
	s.buildMu.Lock()
	defer s.buildMu.Unlock()
	if done := s.builds[id]; done != nil {
		return done
	}
	ended := make(chan struct{})
	close(ended)
	return ended
}

// BeginBuild records that indexes are being built, so that others can wait, until end is called.
func (s *Store) BeginBuild(ids []uint64) (end func()) {
	done := make(chan struct{})
	s.buildMu.Lock()
	defer s.buildMu.Unlock()
	if s.builds == nil {
		s.builds = map[uint64]chan struct{}{}
	}
	for _, id := range ids {
		s.builds[id] = done
	}
	return func() {
		s.buildMu.Lock()
		defer s.buildMu.Unlock()
		for _, id := range ids {
			delete(s.builds, id)
		}
		close(done)
	}
}

// Build fills announced indexes and takes them into use. If that fails it removes them. A build that Close interrupts is
// continued by the next Open.
func (s *Store) Build(ctx context.Context, ns Namespace, ids []uint64) error {
	err := s.fill(ctx, ns, ids)
	if err == nil {
		_, err = s.Write(ctx, ns, func(t *Tx) error { return t.finish(ctx, ids) })
	}
	if err == nil || s.ctx.Err() != nil {
		return err
	}
	return errors.Join(err, s.drop(ns, ids))
}

// drop removes indexes whose build has failed. If nothing can be written at the moment, it removes them as soon as
// something can.
func (s *Store) drop(ns Namespace, ids []uint64) error {
	try := func() error {
		_, err := s.Write(s.ctx, ns, func(t *Tx) error { return t.abandon(ids) })
		return err
	}
	err := try()
	if err == nil || s.refusal() == nil {
		return err
	}
	s.others.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for err := err; err != nil; err = try() {
			select {
			case <-tick.C:
			case <-s.ctx.Done():
				return // the next Open continues the build
			}
		}
	})
	return nil
}

// unfinished returns the indexes that are being built according to the catalog, by collection.
func (s *Store) unfinished() map[*Collection][]uint64 {
	found := map[*Collection][]uint64{}
	for _, coll := range s.catalog.list("") {
		for _, ix := range coll.Indexes {
			if ix.Building {
				found[coll] = append(found[coll], ix.ID)
			}
		}
	}
	return found
}

// resumeBuilds resumes the builds of unfinished indexes.
func (s *Store) resumeBuilds() {
	for coll, ids := range s.unfinished() {
		end := s.BeginBuild(ids)
		s.tasks.Go(func() {
			defer end()
			if err := s.Build(s.ctx, coll.NS, ids); err != nil && s.ctx.Err() == nil {
				s.log.Error("building indexes", "collection", coll.NS.String(), "error", err)
			}
		})
	}
}

// fill adds the entries of the existing documents.
func (s *Store) fill(ctx context.Context, ns Namespace, ids []uint64) error {
	for from := []byte(nil); ; {
		_, err := s.Write(ctx, ns, func(t *Tx) (err error) {
			from, err = t.fillFrom(ids, from)
			return err
		})
		if err != nil || from == nil {
			return err
		}
	}
}

// fillFrom adds the entries of some documents, from a key on, and returns the key from which to go on, or nil after the
// last.
func (t *Tx) fillFrom(ids []uint64, from []byte) (next []byte, err error) {
	places, err := t.building(ids)
	if err != nil {
		return nil, err
	}
	prefix := DocumentPrefix(t.Coll.ID)
	if from == nil {
		from = prefix
	}
	it, err := t.store.db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: After(prefix)}) // the batch is still empty
	if err != nil {
		return nil, err
	}
	defer it.Close()
	n := 0
	for it.First(); it.Valid(); it.Next() {
		if n++; n > BuildChunk || t.full() {
			return bytes.Clone(it.Key()), nil
		}
		if err := t.enterIndexes(places, it.Key()[prefixLen:], it.Value()); err != nil {
			return nil, err
		}
	}
	return nil, it.Error()
}

// building returns the positions of indexes in the collection's list.
func (t *Tx) building(ids []uint64) (places []int, err error) {
	for _, id := range ids {
		i := -1
		if t.Coll != nil {
			i = slices.IndexFunc(t.Coll.Indexes, func(ix Index) bool { return ix.ID == id })
		}
		if i < 0 {
			return nil, wire.Errorf(buildAborted, "the index or its collection %s was dropped while the index was built", t.NS)
		}
		places = append(places, i)
	}
	return places, nil
}

func (t *Tx) enterIndexes(places []int, id []byte, doc bson.Raw) error {
	for _, i := range places {
		values, arrays, err := t.Coll.Indexes[i].Keys(doc)
		if err != nil {
			return err
		}
		if err := t.markMultikey(i, arrays); err != nil {
			return err
		}
		if err := t.writeEntries(t.Coll.Indexes[i], id, nil, values); err != nil {
			return err
		}
	}
	return nil
}

// finish takes filled indexes into use.
func (t *Tx) finish(ctx context.Context, ids []uint64) error {
	if err := t.alone(); err != nil {
		return err
	}
	places, err := t.building(ids)
	if err != nil {
		return err
	}
	next := *t.Coll
	next.Indexes = slices.Clone(next.Indexes)
	for _, i := range places {
		if err := t.checkAllUnique(ctx, next.Indexes[i]); err != nil {
			return err
		}
		next.Indexes[i].Building = false
		change := append(bson.D{{Key: "createIndexes", Value: t.NS.Coll}}, next.Indexes[i].Describe()...)
		if err := t.logCommand(change); err != nil {
			return err
		}
	}
	return t.setCollection(&next)
}

// checkAllUnique searches a unique index for a value that two documents have. Their entries are next to each other.
func (t *Tx) checkAllUnique(ctx context.Context, ix Index) error {
	if !ix.Unique {
		return nil
	}
	prefix := IndexPrefix(ix.ID)
	it, err := t.store.db.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: After(prefix)})
	if err != nil {
		return err
	}
	defer it.Close()
	var last []byte
	n := 0
	for it.First(); it.Valid(); it.Next() {
		if n++; n%Patience == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		value, id, ok := SplitIndexKey(it.Key(), it.Value())
		if !ok {
			return errors.New("malformed index entry")
		}
		if n > 1 && bytes.Equal(value, last) {
			doc, err := Read(of{t.store.db}, DocumentKeyOf(t.Coll.ID, id))
			return errors.Join(ix.duplicate(t.NS, doc, value), err)
		}
		last = append(last[:0], value...)
	}
	return it.Error()
}

// abandon removes indexes whose build has failed, if they still exist.
func (t *Tx) abandon(ids []uint64) error {
	if err := t.alone(); err != nil {
		return err
	}
	if t.Coll == nil {
		return nil
	}
	next := *t.Coll
	next.Indexes = slices.DeleteFunc(slices.Clone(next.Indexes), func(ix Index) bool { return slices.Contains(ids, ix.ID) })
	if len(next.Indexes) == len(t.Coll.Indexes) {
		return nil
	}
	for _, id := range ids {
		if err := t.deleteAll(IndexPrefix(id)); err != nil {
			return err
		}
	}
	return t.setCollection(&next)
}

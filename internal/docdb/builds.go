package docdb

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// Indexes are built while writes go on. First the catalog gets the index as one that is being built: from then on writers
// keep its entries, and nobody reads them. Then the documents that are there get theirs, some at a time under the
// collection's lock. Each step may be done again, so a build that a crash or Close has ended begins anew when the engine
// is opened. At the end, under the lock, a unique index is searched for values that two documents have; then the index
// is in use, or gone. A command's indexes come into use together.

// buildChunk is how many documents get their entries in one step.
const buildChunk = 1000

// buildAborted is MongoDB's code for a build whose index or collection has been dropped.
var buildAborted = wire.Code{Number: 276, Name: "IndexBuildAborted"}

// announce puts indexes that the collection does not have into the catalog as being built. busy is the end of another's
// build of one of them, for which to wait first.
func (t *tx) announce(wanted []index) (ids []uint64, busy <-chan struct{}, err error) {
	next := *t.coll
	for _, ix := range wanted {
		there, err := next.hasIndex(ix)
		if err != nil {
			return nil, nil, err
		}
		i := slices.IndexFunc(next.indexes, func(old index) bool { return old.Name == ix.Name })
		switch {
		case there && i >= 0 && next.indexes[i].Building && !slices.Contains(ids, next.indexes[i].ID):
			return nil, t.e.buildOf(next.indexes[i].ID), nil
		case !there:
			ix.ID, ix.Building = t.e.catalog.newID(), true
			ids = append(ids, ix.ID)
			next.indexes = append(slices.Clip(next.indexes), ix) // the collection's own list stays as it is
		}
	}
	if len(ids) == 0 {
		return nil, nil, nil
	}
	if len(next.allIndexes()) > maxIndexes {
		return nil, nil, wire.Errorf(wire.CannotCreateIndex, "add index fails, too many indexes for %s", t.ns)
	}
	return ids, nil, t.setCollection(&next)
}

// buildOf is closed when the build of an index has ended.
func (e *Engine) buildOf(id uint64) <-chan struct{} {
	e.buildMu.Lock()
	defer e.buildMu.Unlock()
	if done := e.builds[id]; done != nil {
		return done
	}
	ended := make(chan struct{})
	close(ended)
	return ended
}

// begin lets others wait for the build of indexes until end is called.
func (e *Engine) begin(ids []uint64) (end func()) {
	done := make(chan struct{})
	e.buildMu.Lock()
	defer e.buildMu.Unlock()
	if e.builds == nil {
		e.builds = map[uint64]chan struct{}{}
	}
	for _, id := range ids {
		e.builds[id] = done
	}
	return func() {
		e.buildMu.Lock()
		defer e.buildMu.Unlock()
		for _, id := range ids {
			delete(e.builds, id)
		}
		close(done)
	}
}

// build fills announced indexes and takes them into use; if that fails they are gone. A build that Close ends is left for
// the next Open.
func (e *Engine) build(ctx context.Context, ns namespace, ids []uint64) error {
	err := e.fill(ctx, ns, ids)
	if err == nil {
		_, err = e.write(ctx, ns, func(t *tx) error { return t.finish(ctx, ids) })
	}
	if err == nil || e.ctx.Err() != nil {
		return err
	}
	_, dropped := e.write(e.ctx, ns, func(t *tx) error { return t.abandon(ids) })
	return errors.Join(err, dropped)
}

// unfinished are the indexes that the catalog says are being built, by collection.
func (e *Engine) unfinished() map[*collection][]uint64 {
	found := map[*collection][]uint64{}
	for _, coll := range e.catalog.list("") {
		for _, ix := range coll.indexes {
			if ix.Building {
				found[coll] = append(found[coll], ix.ID)
			}
		}
	}
	return found
}

// resumeBuilds goes on with the builds that the catalog tells of.
func (e *Engine) resumeBuilds() {
	for coll, ids := range e.unfinished() {
		end := e.begin(ids)
		e.tasks.Go(func() {
			defer end()
			if err := e.build(e.ctx, coll.ns, ids); err != nil && e.ctx.Err() == nil {
				e.log.Error("building indexes", "collection", coll.ns.String(), "error", err)
			}
		})
	}
}

// fill gives the documents that are there their entries.
func (e *Engine) fill(ctx context.Context, ns namespace, ids []uint64) error {
	for from := []byte(nil); ; {
		_, err := e.write(ctx, ns, func(t *tx) (err error) {
			from, err = t.fillFrom(ids, from)
			return err
		})
		if err != nil || from == nil {
			return err
		}
	}
}

// fillFrom gives some documents their entries, from a key on, and returns the key from which to go on; nil: all are done.
func (t *tx) fillFrom(ids []uint64, from []byte) (next []byte, err error) {
	places, err := t.building(ids)
	if err != nil {
		return nil, err
	}
	prefix := idPrefix(spaceDocument, t.coll.id)
	if from == nil {
		from = prefix
	}
	it, err := t.e.db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: after(prefix)}) // the batch is empty yet
	if err != nil {
		return nil, err
	}
	defer it.Close()
	n := 0
	for it.First(); it.Valid(); it.Next() {
		if n++; n > buildChunk || t.full() {
			return bytes.Clone(it.Key()), nil
		}
		if err := t.enterIndexes(places, it.Key()[prefixLen:], it.Value()); err != nil {
			return nil, err
		}
	}
	return nil, it.Error()
}

// building finds the places of indexes in the collection's list.
func (t *tx) building(ids []uint64) (places []int, err error) {
	for _, id := range ids {
		i := -1
		if t.coll != nil {
			i = slices.IndexFunc(t.coll.indexes, func(ix index) bool { return ix.ID == id })
		}
		if i < 0 {
			return nil, wire.Errorf(buildAborted, "the index or its collection %s was dropped while the index was built", t.ns)
		}
		places = append(places, i)
	}
	return places, nil
}

func (t *tx) enterIndexes(places []int, id []byte, doc bson.Raw) error {
	for _, i := range places {
		values, arrays, err := t.coll.indexes[i].keys(doc)
		if err != nil {
			return err
		}
		if err := t.markMultikey(i, arrays); err != nil {
			return err
		}
		if err := t.writeEntries(t.coll.indexes[i], id, nil, values); err != nil {
			return err
		}
	}
	return nil
}

// finish takes filled indexes into use.
func (t *tx) finish(ctx context.Context, ids []uint64) error {
	places, err := t.building(ids)
	if err != nil {
		return err
	}
	next := *t.coll
	next.indexes = slices.Clone(next.indexes)
	for _, i := range places {
		if err := t.checkAllUnique(ctx, next.indexes[i]); err != nil {
			return err
		}
		next.indexes[i].Building = false
		change := append(bson.D{{Key: "createIndexes", Value: t.ns.coll}}, next.indexes[i].describe()...)
		if err := t.logCommand(change); err != nil {
			return err
		}
	}
	return t.setCollection(&next)
}

// checkAllUnique searches a unique index for a value that two documents have: their entries are neighbours.
func (t *tx) checkAllUnique(ctx context.Context, ix index) error {
	if !ix.Unique {
		return nil
	}
	prefix := idPrefix(spaceIndex, ix.ID)
	it, err := t.e.db.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return err
	}
	defer it.Close()
	var last []byte
	n := 0
	for it.First(); it.Valid(); it.Next() {
		if n++; n%patience == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		value, id, ok := splitIndexKey(it.Key(), it.Value())
		if !ok {
			return errors.New("malformed index entry")
		}
		if n > 1 && bytes.Equal(value, last) {
			doc, err := read(t.e.db, documentKeyOf(t.coll.id, id))
			return errors.Join(ix.duplicate(t.ns, doc, value), err)
		}
		last = append(last[:0], value...)
	}
	return it.Error()
}

// abandon removes indexes whose build has failed, as far as they are still there.
func (t *tx) abandon(ids []uint64) error {
	if t.coll == nil {
		return nil
	}
	next := *t.coll
	next.indexes = slices.DeleteFunc(slices.Clone(next.indexes), func(ix index) bool { return slices.Contains(ids, ix.ID) })
	if len(next.indexes) == len(t.coll.indexes) {
		return nil
	}
	for _, id := range ids {
		if err := t.deleteAll(idPrefix(spaceIndex, id)); err != nil {
			return err
		}
	}
	return t.setCollection(&next)
}

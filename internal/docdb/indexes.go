package docdb

import (
	"errors"
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

func indexCommands() []*command {
	return []*command{
		{name: "createIndexes", summary: "Creates indexes and builds them from the documents that are there.", target: onCollection,
			writes: true, run: runCreateIndexes, fields: fields("indexes!", isArray, "commitQuorum", isAny, "ignoreUnknownIndexOptions", isBool)},
		{name: "dropIndexes", alias: "deleteIndexes", summary: "Drops indexes by name or key pattern.", target: onCollection,
			writes: true, run: runDropIndexes, fields: fields("index!", isSelector)},
		{name: "listIndexes", summary: "Lists a collection's indexes.", target: onCollection, run: runListIndexes,
			fields: fields("cursor", isObject)},
	}
}

func runCreateIndexes(c *call) (bson.D, error) {
	docs, err := c.docs("indexes")
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return nil, wire.Errorf(wire.BadValue, "Must specify at least one index to create")
	}
	wanted := make([]index, len(docs))
	for i, doc := range docs {
		if wanted[i], err = parseIndex(doc); err != nil {
			return nil, err
		}
	}
	return c.write(func(t *tx) (bson.D, error) { return c.createIndexes(t, wanted) })
}

func (c *call) createIndexes(t *tx, wanted []index) (bson.D, error) {
	created := t.coll == nil
	if err := t.ensure(); err != nil {
		return nil, err
	}
	before := len(t.coll.allIndexes())
	next := *t.coll
	for _, ix := range wanted {
		there, err := next.hasIndex(ix)
		if err != nil {
			return nil, err
		}
		if !there {
			next.indexes = append(slices.Clip(next.indexes), ix) // the collection's own list stays as it is
		}
	}
	if err := c.addIndexes(t, &next); err != nil {
		return nil, err
	}
	after := len(t.coll.allIndexes())
	reply := bson.D{{Key: "numIndexesBefore", Value: int32(before)}, {Key: "numIndexesAfter", Value: int32(after)},
		{Key: "createdCollectionAutomatically", Value: created}}
	if before == after {
		reply = append(reply, bson.E{Key: "note", Value: "all indexes already exist"})
	}
	return reply, nil
}

// addIndexes builds the indexes that next has beyond the collection and puts next in its place: all of them are there
// then, or none. Entries of an index that is not in the catalog are seen by nobody, so a large build may commit them in
// groups. Its id may have been that of a build that a crash ended: what is left is deleted.
func (c *call) addIndexes(t *tx, next *collection) error {
	added := next.indexes[len(t.coll.indexes):]
	if len(added) == 0 {
		return nil
	}
	if len(next.allIndexes()) > maxIndexes {
		return wire.Errorf(wire.CannotCreateIndex, "add index fails, too many indexes for %s", t.ns)
	}
	for i := range added {
		added[i].ID = t.e.catalog.newID()
		err := t.deleteAll(idPrefix(spaceIndex, added[i].ID))
		if err == nil {
			err = c.buildIndex(t, &added[i])
		}
		if err != nil {
			return errors.Join(err, t.e.dropEntries(added[:i+1]))
		}
	}
	if err := t.setCollection(next); err != nil {
		return err
	}
	for _, ix := range added {
		if err := t.logCommand(append(bson.D{{Key: "createIndexes", Value: t.ns.coll}}, ix.describe()...)); err != nil {
			return err
		}
	}
	return nil
}

// dropEntries deletes what builds that have failed have committed already. It is garbage, so nobody waits for the disk.
func (e *Engine) dropEntries(indexes []index) error {
	for _, ix := range indexes {
		prefix := idPrefix(spaceIndex, ix.ID)
		if err := e.db.DeleteRange(prefix, after(prefix), pebble.NoSync); err != nil {
			return err
		}
	}
	return nil
}

// buildIndex adds the entries of the documents that are there. It reads them beside the transaction, whose batch may be
// committed meanwhile; the collection's lock keeps them as they are.
func (c *call) buildIndex(t *tx, ix *index) error {
	snap := t.e.db.NewSnapshot()
	defer snap.Close()
	s := &scan{r: snap, coll: t.coll, plan: wholeCollection}
	for doc, err := range s.documents(c.ctx) {
		if err != nil {
			return err
		}
		id := documentKey(t.coll.id, doc.Lookup("_id"))[prefixLen:]
		values, arrays, err := ix.keys(doc)
		if err != nil {
			return err
		}
		ix.Multikey = union(ix.Multikey, arrays)
		if err := t.checkUnique(*ix, id, values, doc); err != nil {
			return err
		}
		if err := t.writeEntries(*ix, id, nil, values); err != nil {
			return err
		}
		if t.full() {
			if err := t.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// describe is an index as listIndexes shows it.
func (ix index) describe() bson.D {
	d := bson.D{{Key: "v", Value: int32(2)}, {Key: "key", Value: ix.pattern()}, {Key: "name", Value: ix.Name}}
	if ix.Unique && ix.ID != idIndex.ID {
		d = append(d, bson.E{Key: "unique", Value: true})
	}
	if ix.Sparse {
		d = append(d, bson.E{Key: "sparse", Value: true})
	}
	if ix.Expire != nil {
		d = append(d, bson.E{Key: "expireAfterSeconds", Value: int32(*ix.Expire)})
	}
	return d
}

func runListIndexes(c *call) (bson.D, error) {
	coll, err := c.existing()
	if err != nil {
		return nil, err
	}
	var docs []bson.D
	for _, ix := range coll.allIndexes() {
		docs = append(docs, ix.describe())
	}
	return c.listReply(c.ns, docs, nil)
}

package docdb

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query"
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

// maxIndexes of a collection. Source: MongoDB Limits and Thresholds.
const maxIndexes = 64

var indexFields = fields("key!", isObject, "name", isString, "unique", isBool, "v", isInt, "background", isBool,
	"sparse", isBool, "hidden", isBool, "partialFilterExpression", isObject, "expireAfterSeconds", isInt, "collation", isObject,
	"storageEngine", isObject, "weights", isObject, "default_language", isString, "language_override", isString,
	"textIndexVersion", isInt, "2dsphereIndexVersion", isInt, "bits", isInt, "min", isInt, "max", isInt,
	"wildcardProjection", isObject, "clustered", isBool, "prepareUnique", isBool, "ns", isString)

// parseIndex reads one member of createIndexes' list.
func parseIndex(doc bson.Raw) (index, error) {
	a, err := statement("createIndexes.indexes", indexFields, doc)
	if err != nil {
		return index{}, err
	}
	if err := a.refuse("sparse", "hidden", "partialFilterExpression", "expireAfterSeconds", "weights", "wildcardProjection", "clustered", "prepareUnique"); err != nil {
		return index{}, wire.Errorf(wire.CannotCreateIndex, "%s", err.(*wire.Error).Message)
	}
	if err := a.refuseCollation(); err != nil {
		return index{}, wire.Errorf(wire.CannotCreateIndex, "index collations are not supported")
	}
	ix, err := parseIndexKey(a.doc("key"))
	if err != nil {
		return index{}, err
	}
	ix.Unique = a.bool("unique", false)
	if ix.Name = a.string("name"); ix.Name == "" {
		ix.Name = fmt.Sprintf("%s_%d", ix.Path, ix.Dir)
	}
	if ix.Name == "*" || strings.Contains(ix.Name, "\x00") {
		return index{}, wire.Errorf(wire.BadValue, "The index name '%s' is not valid", ix.Name)
	}
	return ix, nil
}

// parseIndexKey reads a key pattern of one field.
func parseIndexKey(key bson.Raw) (index, error) {
	elements, err := key.Elements()
	switch {
	case err != nil:
		return index{}, errMalformed
	case len(elements) == 0:
		return index{}, wire.Errorf(wire.CannotCreateIndex, "Index keys cannot be an empty document")
	case len(elements) > 1:
		return index{}, wire.Errorf(wire.CannotCreateIndex, "compound indexes are not supported")
	}
	path, v := elements[0].Key(), elements[0].Value()
	if kind, ok := v.StringValueOK(); ok {
		return index{}, wire.Errorf(wire.CannotCreateIndex, "indexes of kind '%s' are not supported", kind)
	}
	dir, ok := integer(v)
	if !ok || dir != 1 && dir != -1 {
		return index{}, wire.Errorf(wire.CannotCreateIndex, "an index key must be 1 or -1")
	}
	if strings.Contains(path, "$**") {
		return index{}, wire.Errorf(wire.CannotCreateIndex, "wildcard indexes are not supported")
	}
	if _, err := query.ParseSort(key); err != nil {
		return index{}, wire.Errorf(wire.CannotCreateIndex, "the path '%s' cannot be indexed", path)
	}
	return index{Path: path, Dir: int32(dir)}, nil
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

// hasIndex reports whether the collection has ix already. An index that is like it only in part is a conflict.
func (c *collection) hasIndex(ix index) (bool, error) {
	for _, old := range c.allIndexes() {
		sameKey := old.Path == ix.Path && old.Dir == ix.Dir
		switch {
		case sameKey && old.Path == "_id":
			return true, nil
		case sameKey && old.Name == ix.Name && old.Unique == ix.Unique:
			return true, nil
		case old.Name == ix.Name:
			return false, wire.Errorf(wire.IndexKeySpecsConflict, "An existing index has the same name as the requested index but differs in its specification: %s", ix.Name)
		case sameKey:
			return false, wire.Errorf(wire.IndexOptionsConflict, "Index already exists with a different name: %s", old.Name)
		}
	}
	return false, nil
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
	s := &scan{r: snap, coll: t.coll, plan: plan{stage: stageAll, ix: idIndex}}
	for doc, err := range s.documents(c.ctx) {
		if err != nil {
			return err
		}
		id := documentKey(t.coll.id, doc.Lookup("_id"))[prefixLen:]
		values := encodedValues(doc, ix.Path)
		ix.Multikey = ix.Multikey || len(values) > 1
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

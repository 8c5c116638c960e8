package docdb

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/wire"
)

// duplicateKey says that another document has the value in a unique index.
type duplicateKey struct {
	cause   *wire.Error
	pattern bson.D
	value   bson.D
}

func (d *duplicateKey) Error() string { return d.cause.Error() }
func (d *duplicateKey) Unwrap() error { return d.cause }

// read returns a copy of what is stored under key, or nil.
func read(r pebble.Reader, key []byte) ([]byte, error) {
	value, closer, err := r.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	return bytes.Clone(value), nil
}

// insert adds doc, which has a checked _id, to the collection.
func (t *tx) insert(doc bson.Raw) error {
	key := documentKey(t.coll.id, doc.Lookup("_id"))
	if old, err := read(t.batch, key); err != nil {
		return err
	} else if old != nil {
		return newDuplicateKey(t.ns, idIndex, []bson.RawValue{doc.Lookup("_id")})
	}
	if err := t.reindex(key, nil, doc); err != nil {
		return err
	}
	t.delta.docs++
	t.delta.bytes += int64(len(doc))
	t.log("i", doc, idOf(doc))
	return t.batch.Set(key, doc, nil)
}

// replace puts doc in the place of old, which has the same _id.
func (t *tx) replace(old, doc bson.Raw) error {
	key := documentKey(t.coll.id, old.Lookup("_id"))
	if err := t.reindex(key, old, doc); err != nil {
		return err
	}
	t.delta.bytes += int64(len(doc) - len(old))
	t.log("u", doc, idOf(doc))
	return t.batch.Set(key, doc, nil)
}

// remove deletes doc from the collection.
func (t *tx) remove(doc bson.Raw) error {
	key := documentKey(t.coll.id, doc.Lookup("_id"))
	if err := t.reindex(key, doc, nil); err != nil {
		return err
	}
	t.delta.docs--
	t.delta.bytes -= int64(len(doc))
	t.log("d", idOf(doc), nil)
	return t.batch.Delete(key, nil)
}

func (t *tx) log(op string, o, o2 bson.Raw) {
	t.addEntry(newEntry(op, t.ns.String(), t.coll, o, o2, t.now))
}

func (t *tx) addEntry(entry []byte) {
	if t.replays {
		return
	}
	t.entries = append(t.entries, entry)
	t.size += len(entry)
}

// idOf is the document {_id: ...} of doc.
func idOf(doc bson.Raw) bson.Raw {
	id := doc.Lookup("_id")
	at, dst := bsoncore.AppendDocumentStart(nil)
	dst = bsoncore.AppendValueElement(dst, "_id", bsoncore.Value{Type: bsoncore.Type(id.Type), Data: id.Value})
	dst, _ = bsoncore.AppendDocumentEnd(dst, at) // at is the start that this document began with
	return dst
}

// reindex changes the index entries of the document under key from those of old to those of doc; either may be nil.
// All indexes are asked before anything is written, so that a refused document leaves no trace.
func (t *tx) reindex(key []byte, old, doc bson.Raw) error {
	type change struct {
		ix           index
		drop, insert [][]byte
	}
	var changes []change
	id := key[prefixLen:]
	for i, ix := range t.coll.indexes {
		before, _, err := ix.keys(old)
		if err != nil && !ix.Building { // the build has not come to old yet
			return err
		}
		after, arrays, err := ix.keys(doc)
		if err != nil {
			return err
		}
		c := change{ix, without(before, after), without(after, before)}
		if err := t.checkUnique(ix, id, c.insert, doc); err != nil {
			return err
		}
		if err := t.markMultikey(i, arrays); err != nil {
			return err
		}
		changes = append(changes, c)
	}
	for _, c := range changes {
		if err := t.writeEntries(c.ix, id, c.drop, c.insert); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) writeEntries(ix index, id []byte, drop, insert [][]byte) error {
	for _, v := range drop {
		if err := t.batch.Delete(indexKey(ix.ID, v, id), nil); err != nil {
			return err
		}
	}
	for _, v := range insert {
		if err := t.batch.Set(indexKey(ix.ID, v, id), indexEntry(id), nil); err != nil {
			return err
		}
	}
	return nil
}

// checkUnique refuses doc if another document than that of the encoded id has one of the values in a unique index.
func (t *tx) checkUnique(ix index, id []byte, values [][]byte, doc bson.Raw) error {
	if !ix.Unique || ix.Building { // a build looks for duplicates at its end
		return nil
	}
	for _, v := range values {
		prefix := indexKey(ix.ID, v, nil)
		taken, err := anyBut(t.batch, prefix, id)
		if err != nil {
			return err
		}
		if taken {
			return ix.duplicate(t.ns, doc, v)
		}
	}
	return nil
}

// anyBut reports whether a key other than prefix followed by id begins with prefix.
func anyBut(r pebble.Reader, prefix, id []byte) (bool, error) {
	it, err := r.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return false, err
	}
	defer it.Close()
	for it.First(); it.Valid(); it.Next() {
		if !bytes.Equal(it.Key()[len(prefix):], id) {
			return true, nil
		}
	}
	return false, it.Error()
}

// without returns the members of the ordered list a that the ordered list b has not.
func without(a, b [][]byte) [][]byte {
	var rest [][]byte
	for _, v := range a {
		if _, found := slices.BinarySearchFunc(b, v, bytes.Compare); !found {
			rest = append(rest, v)
		}
	}
	return rest
}

// markMultikey records on which parts of index i a document has arrays, for that limits how the index may be used.
func (t *tx) markMultikey(i int, arrays []bool) error {
	marks := union(t.coll.indexes[i].Multikey, arrays)
	if !slices.Contains(marks, true) || slices.Equal(marks, t.coll.indexes[i].Multikey) {
		return nil
	}
	next := *t.coll
	next.indexes = slices.Clone(next.indexes)
	next.indexes[i].Multikey = marks
	return t.setCollection(&next)
}

// setCollection puts the changed collection into the catalog.
func (t *tx) setCollection(c *collection) error {
	value, err := c.encode()
	if err != nil {
		return fmt.Errorf("encode catalog entry: %w", err)
	}
	c.plans = new(planCache) // what had been chosen among other indexes
	t.coll, t.recast = c, true
	return t.batch.Set(catalogKey(t.ns), value, nil)
}

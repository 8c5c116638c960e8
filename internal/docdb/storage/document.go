package storage

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/delta"
	"github.com/telamon-db/telamon/internal/wire"
)

// DuplicateKey is the error of a write whose document has a value in a unique index that another document has.
type DuplicateKey struct {
	cause   *wire.Error
	Pattern bson.D
	Value   bson.D
}

// Error returns MongoDB's message.
func (d *DuplicateKey) Error() string { return d.cause.Error() }

// Unwrap returns the error with its code.
func (d *DuplicateKey) Unwrap() error { return d.cause }

// Read returns a copy of the value of key, or nil.
func Read(r Reader, key []byte) ([]byte, error) {
	value, closer, err := r.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	return append([]byte{}, value...), nil // not nil, even if it is empty
}

// Lend returns the document with an _id without copying it. It is valid until closer is closed. If there is none, both are
// nil.
func (s *Store) Lend(coll *Collection, id bson.RawValue) (doc bson.Raw, closer io.Closer, err error) {
	doc, closer, err = s.db.Get(DocumentKey(coll.ID, id))
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil, nil
	}
	return doc, closer, err
}

// Insert adds doc, which has a checked _id, to the collection.
func (t *Tx) Insert(doc bson.Raw) error {
	key := DocumentKey(t.Coll.ID, doc.Lookup("_id"))
	if err := t.claim(key); err != nil {
		return err
	}
	if old, err := Read(t.Reader(), key); err != nil {
		return err
	} else if old != nil {
		return newDuplicateKey(t.NS, IDIndex, []bson.RawValue{doc.Lookup("_id")})
	}
	if err := t.store.room.Take(len(doc), t.store.Data); err != nil {
		return err
	}
	if err := t.reindex(key, nil, doc); err != nil {
		return err
	}
	t.delta.Docs++
	t.delta.Bytes += int64(len(doc))
	t.log(news{op: "i", ns: t.NS.String(), o: doc, o2: idOf(doc)})
	return t.set(key, doc)
}

// Replace replaces old by doc, which has the same _id.
func (t *Tx) Replace(old, doc bson.Raw) error { return t.put(old, doc, doc) }

// Update replaces old by doc, which has the same _id. The oplog entry has what differs between them.
func (t *Tx) Update(old, doc bson.Raw) error {
	if t.replays {
		return t.put(old, doc, nil)
	}
	diff, ok := delta.Of(old, doc)
	if !ok {
		return t.Replace(old, doc)
	}
	return t.put(old, doc, changeOf(diff))
}

func (t *Tx) put(old, doc, told bson.Raw) error {
	if err := t.store.room.Take(len(doc)-len(old), t.store.Data); err != nil {
		return err
	}
	key := DocumentKey(t.Coll.ID, old.Lookup("_id"))
	if err := t.reindex(key, old, doc); err != nil {
		return err
	}
	t.delta.Bytes += int64(len(doc) - len(old))
	t.log(news{op: "u", ns: t.NS.String(), o: told, o2: idOf(doc), pre: t.preImage(old)})
	return t.set(key, doc)
}

// Remove deletes doc from the collection.
func (t *Tx) Remove(doc bson.Raw) error {
	key := DocumentKey(t.Coll.ID, doc.Lookup("_id"))
	if err := t.reindex(key, doc, nil); err != nil {
		return err
	}
	t.delta.Docs--
	t.delta.Bytes -= int64(len(doc))
	t.log(news{op: "d", ns: t.NS.String(), o: idOf(doc), pre: t.preImage(doc)})
	return t.unset(key)
}

// preImage returns old if the collection's oplog entries have documents as they were before a change, or nil.
func (t *Tx) preImage(old bson.Raw) bson.Raw {
	if !t.Coll.PreImages {
		return nil
	}
	return old
}

// log adds an entry to the oplog, unless the change is replayed from an oplog.
func (t *Tx) log(n news) {
	if t.replays {
		return
	}
	n.coll, n.wall = t.Coll, t.Now
	entry := n.encode()
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

// reindex replaces the index entries of old by those of doc, for the document stored under key; either may be nil. It
// checks all indexes before it writes, so that nothing is written for a refused document.
func (t *Tx) reindex(key []byte, old, doc bson.Raw) error {
	type change struct {
		ix           Index
		drop, insert [][]byte
	}
	if err := t.claim(key); err != nil {
		return err
	}
	var changes []change
	id := key[prefixLen:]
	for i, ix := range t.Coll.Indexes {
		before, _, err := ix.Keys(old)
		if err != nil && !ix.Building { // else the build has not reached old yet
			return err
		}
		after, arrays, err := ix.Keys(doc)
		if err != nil {
			return err
		}
		c := change{ix, without(before, after), without(after, before)}
		if err := t.claimValues(ix, id, c.drop, c.insert); err != nil {
			return err
		}
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

func (t *Tx) writeEntries(ix Index, id []byte, drop, insert [][]byte) error {
	for _, v := range drop {
		if err := t.unset(indexKey(ix.ID, v, id)); err != nil {
			return err
		}
	}
	for _, v := range insert {
		if err := t.set(indexKey(ix.ID, v, id), indexEntry(id)); err != nil {
			return err
		}
	}
	return nil
}

// claimValues claims for the transaction the values that a document loses and gains in a unique index.
func (t *Tx) claimValues(ix Index, id []byte, drop, insert [][]byte) error {
	if !ix.Unique || t.in == nil && t.store.claims.n.Load() == 0 {
		return nil
	}
	for _, v := range slices.Concat(drop, insert) {
		prefix := indexKey(ix.ID, v, nil)
		if err := t.claim(prefix); err != nil {
			return err
		}
		if t.in == nil {
			continue
		}
		now, err := anyBut(of{t.store.db}, prefix, id)
		if err != nil {
			return err
		}
		if was, err := anyBut(of{t.in.snap}, prefix, id); err != nil || was != now { // another write has changed it since
			return errors.Join(err, ErrConflict)
		}
	}
	return nil
}

// checkUnique refuses doc if another document than that of the encoded id has one of the values in a unique index.
func (t *Tx) checkUnique(ix Index, id []byte, values [][]byte, doc bson.Raw) error {
	if !ix.Unique || ix.Building { // a build checks for duplicates at its end
		return nil
	}
	for _, v := range values {
		prefix := indexKey(ix.ID, v, nil)
		taken, err := anyBut(t.Reader(), prefix, id)
		if err != nil {
			return err
		}
		if taken {
			return ix.duplicate(t.NS, doc, v)
		}
	}
	return nil
}

// anyBut reports whether a key other than prefix followed by id begins with prefix.
func anyBut(r Reader, prefix, id []byte) (bool, error) {
	it, err := r.Iter(prefix, After(prefix))
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

// without returns the members of the ordered list a that are not in the ordered list b.
func without(a, b [][]byte) [][]byte {
	var rest [][]byte
	for _, v := range a {
		if _, found := slices.BinarySearchFunc(b, v, bytes.Compare); !found {
			rest = append(rest, v)
		}
	}
	return rest
}

// markMultikey records in the catalog on which parts of index i a document has arrays, because these limit how queries may
// use the index.
func (t *Tx) markMultikey(i int, arrays []bool) error {
	marks := union(t.Coll.Indexes[i].Multikey, arrays)
	if !slices.Contains(marks, true) || slices.Equal(marks, t.Coll.Indexes[i].Multikey) {
		return nil
	}
	next := *t.Coll
	next.Indexes = slices.Clone(next.Indexes)
	next.Indexes[i].Multikey = marks
	if t.in != nil { // its commit changes the catalog
		t.Coll = &next
		return nil
	}
	return t.setCollection(&next)
}

// setCollection puts the changed collection into the catalog.
func (t *Tx) setCollection(c *Collection) error {
	if t.in != nil {
		return errNoCatalog
	}
	value, err := c.encode()
	if err != nil {
		return fmt.Errorf("encode catalog entry: %w", err)
	}
	c.notes = new(notes)
	t.Coll, t.catalogChanged = c, true
	return t.batch.Set(catalogKey(t.NS), value, nil)
}

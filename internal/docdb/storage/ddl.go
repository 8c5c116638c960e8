package storage

import (
	"slices"

	"github.com/google/uuid"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// Ensure creates the transaction's collection if it does not exist.
func (t *Tx) Ensure() error { return t.EnsureWith(nil) }

// EnsureWith is Ensure; a new collection has a validation.
func (t *Tx) EnsureWith(v *Validation) error {
	if t.Coll != nil {
		return nil
	}
	id, err := NewUUID()
	if err != nil {
		return err
	}
	coll := &Collection{NS: t.NS, ID: t.store.catalog.newID(), UUID: id, Validation: v}
	if err := t.setCollection(coll); err != nil {
		return err
	}
	return t.logCommand(append(bson.D{{Key: "create", Value: t.NS.Coll}, {Key: "idIndex", Value: IDIndex.Describe()}}, v.Describe()...))
}

// NewUUID makes a random UUID.
func NewUUID() (bson.Binary, error) {
	id, err := uuid.NewRandom()
	return bson.Binary{Subtype: bson.TypeBinaryUUID, Data: id[:]}, err
}

// logCommand adds a catalog change to the oplog.
func (t *Tx) logCommand(change bson.D) error {
	o, err := bson.Marshal(change)
	if err != nil {
		return err
	}
	t.log(news{op: "c", ns: t.NS.DB + ".$cmd", o: o})
	return nil
}

// KeepPreImages sets whether the oplog keeps the collection's documents as they were before a change. Source: MongoDB
// manual, "collMod", changeStreamPreAndPostImages.
func (t *Tx) KeepPreImages(keep bool) error {
	if err := t.alone(); err != nil {
		return err
	}
	next := *t.Coll
	next.PreImages = keep
	if err := t.setCollection(&next); err != nil {
		return err
	}
	return t.logCommand(bson.D{{Key: "collMod", Value: t.NS.Coll}, {Key: "changeStreamPreAndPostImages", Value: bson.D{{Key: "enabled", Value: keep}}}})
}

// Drop removes the collection and all that belongs to it.
func (t *Tx) Drop() error {
	if err := t.alone(); err != nil {
		return err
	}
	if err := t.logCommand(bson.D{{Key: "drop", Value: t.NS.Coll}}); err != nil {
		return err
	}
	if err := t.erase(t.Coll); err != nil {
		return err
	}
	t.Coll, t.catalogChanged, t.delta = nil, true, Tally{}
	return t.batch.Delete(catalogKey(t.NS), nil)
}

// erase removes the documents and index entries of coll. The caller changes the catalog.
func (t *Tx) erase(coll *Collection) error {
	for _, ix := range coll.Indexes {
		if err := t.deleteAll(IndexPrefix(ix.ID)); err != nil {
			return err
		}
	}
	if err := t.deleteAll(DocumentPrefix(coll.ID)); err != nil {
		return err
	}
	return t.batch.Delete(idPrefix(spaceCount, coll.ID), nil)
}

func (t *Tx) deleteAll(prefix []byte) error { return t.batch.DeleteRange(prefix, After(prefix), nil) }

// DropIndex removes an index.
func (t *Tx) DropIndex(ix Index) error {
	if err := t.alone(); err != nil {
		return err
	}
	next := *t.Coll
	next.Indexes = slices.DeleteFunc(slices.Clone(next.Indexes), func(x Index) bool { return x.ID == ix.ID })
	if err := t.deleteAll(IndexPrefix(ix.ID)); err != nil {
		return err
	}
	if err := t.setCollection(&next); err != nil {
		return err
	}
	if ix.Building {
		return nil // the oplog does not have it yet
	}
	return t.logCommand(bson.D{{Key: "dropIndexes", Value: t.NS.Coll}, {Key: "index", Value: ix.Name}})
}

// Rename renames the collection. The caller holds the lock of the new name, too.
func (t *Tx) Rename(to Namespace, dropTarget bool) error {
	if err := t.alone(); err != nil {
		return err
	}
	if t.Coll == nil {
		return wire.Errorf(wire.NamespaceNotFound, "Source collection %s does not exist", t.NS)
	}
	if len(t.Coll.Ready()) < len(t.Coll.AllIndexes()) {
		return wire.Errorf(wire.BackgroundOperation, "an index of %s is being built", t.NS)
	}
	change := bson.D{{Key: "renameCollection", Value: t.NS.String()}, {Key: "to", Value: to.String()}}
	if target := t.store.catalog.get(to); target != nil {
		if !dropTarget {
			return wire.Errorf(wire.NamespaceExists, "target namespace exists")
		}
		change = append(change, bson.E{Key: "dropTarget", Value: target.UUID})
		if err := t.erase(target); err != nil {
			return err
		}
	}
	if err := t.logCommand(change); err != nil {
		return err
	}
	moved := *t.Coll
	moved.NS = to
	value, err := moved.encode()
	if err != nil {
		return err
	}
	if err := t.batch.Set(catalogKey(to), value, nil); err != nil {
		return err
	}
	t.Coll, t.moved, t.catalogChanged = nil, &moved, true
	return t.batch.Delete(catalogKey(t.NS), nil)
}

// EnsureLike creates the transaction's collection, which must not exist, with the options and indexes of another, which may
// be nil.
func (t *Tx) EnsureLike(other *Collection) error {
	if other == nil {
		return t.Ensure()
	}
	if err := t.EnsureWith(other.Validation); err != nil {
		return err
	}
	next := *t.Coll
	next.PreImages = other.PreImages
	for _, ix := range other.Ready() {
		if ix.ID == IDIndex.ID {
			continue
		}
		ix.ID = t.store.catalog.newID()
		next.Indexes = append(next.Indexes, ix)
		if err := t.logCommand(append(bson.D{{Key: "createIndexes", Value: t.NS.Coll}}, ix.Describe()...)); err != nil {
			return err
		}
	}
	return t.setCollection(&next)
}

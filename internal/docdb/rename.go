package docdb

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// runRenameCollection gives a collection another name, perhaps in another database. Documents and indexes are stored under
// numbers, so only the catalog changes: it is one step wherever the collection goes, and however large it is.
// Source: MongoDB manual, "renameCollection".
func runRenameCollection(c *call) (bson.D, error) {
	full, ok := c.self.StringValueOK()
	if !ok {
		return nil, isString.mismatch("renameCollection.renameCollection", c.self)
	}
	from, err := splitNamespace(full)
	if err != nil {
		return nil, err
	}
	to, err := splitNamespace(c.string("to"))
	if err != nil {
		return nil, err
	}
	if from == to {
		return nil, wire.Errorf(wire.IllegalOperation, "Can't rename a collection to itself")
	}
	_, err = c.e.write(c.ctx, from, func(t *tx) error { return t.rename(to, c.bool("dropTarget", false)) }, to)
	return bson.D{}, err
}

// splitNamespace parts the full name of a collection that may be written.
func splitNamespace(full string) (namespace, error) {
	ns := splitName(full)
	if ns.db == "" {
		return ns, wire.Errorf(wire.InvalidNamespace, "Invalid namespace specified '%s'", full)
	}
	return ns, ns.checkWritable()
}

func splitName(full string) namespace {
	db, coll := wire.SplitNamespace(full)
	return namespace{db, coll}
}

// rename moves the collection to a name whose lock is held too.
func (t *tx) rename(to namespace, dropTarget bool) error {
	if t.coll == nil {
		return wire.Errorf(wire.NamespaceNotFound, "Source collection %s does not exist", t.ns)
	}
	if len(t.coll.ready()) < len(t.coll.allIndexes()) {
		return wire.Errorf(wire.BackgroundOperation, "an index of %s is being built", t.ns)
	}
	change := bson.D{{Key: "renameCollection", Value: t.ns.String()}, {Key: "to", Value: to.String()}}
	if target := t.e.catalog.get(to); target != nil {
		if !dropTarget {
			return wire.Errorf(wire.NamespaceExists, "target namespace exists")
		}
		change = append(change, bson.E{Key: "dropTarget", Value: target.uuid})
		if err := t.erase(target); err != nil {
			return err
		}
	}
	if err := t.logCommand(change); err != nil {
		return err
	}
	moved := *t.coll
	moved.ns = to
	value, err := moved.encode()
	if err != nil {
		return err
	}
	if err := t.batch.Set(catalogKey(to), value, nil); err != nil {
		return err
	}
	t.coll, t.moved, t.recast = nil, &moved, true
	return t.batch.Delete(catalogKey(t.ns), nil)
}

package docdb

import (
	"github.com/google/uuid"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

func catalogCommands() []*command {
	return []*command{
		{name: "create", summary: "Creates a collection.", target: onCollection, writes: true, run: runCreate, fields: createFields},
		{name: "drop", summary: "Drops a collection with its indexes.", target: onCollection, writes: true, run: runDrop},
		{name: "renameCollection", summary: "Renames a collection, also into another database.", admin: true, writes: true,
			run: runRenameCollection, fields: fields("to!", isString, "dropTarget", isBool, "stayTemp", isBool)},
		{name: "dropDatabase", summary: "Drops all collections of a database.", writes: true, run: runDropDatabase},
		{name: "listCollections", summary: "Lists a database's collections.", run: runListCollections,
			fields: fields("filter", isObject, "nameOnly", isBool, "authorizedCollections", isBool, "cursor", isObject)},
		{name: "listDatabases", admin: true, summary: "Lists databases with their sizes.", run: runListDatabases,
			fields: fields("filter", isObject, "nameOnly", isBool, "authorizedDatabases", isBool)},
		{name: "collStats", alias: "collstats", summary: "Gives a collection's sizes.", target: onCollection, run: runCollStats,
			fields: fields("scale", isInt)},
		{name: "dbStats", alias: "dbstats", summary: "Gives a database's sizes.", run: runDBStats,
			fields: fields("scale", isInt, "freeStorage", isInt)},
		{name: "validate", summary: "Checks that a collection's documents, indexes and sizes agree.", target: onCollection,
			run: runValidate, fields: fields("full", isBool, "background", isBool, "repair", isBool, "checkBSONConformance", isBool, "metadata", isBool)},
	}
}

var createFields = fields("capped", isBool, "size", isInt, "max", isInt, "timeseries", isObject, "expireAfterSeconds", isInt,
	"clusteredIndex", isUpdate, "changeStreamPreAndPostImages", isObject, "validator", isObject, "validationLevel", isString,
	"validationAction", isString, "indexOptionDefaults", isObject, "storageEngine", isObject, "viewOn", isString, "pipeline", isArray,
	"collation", isObject, "encryptedFields", isObject, "autoIndexId", isBool, "idIndex", isObject)

// ensure creates the transaction's collection if it is not there.
func (t *tx) ensure() error {
	if t.coll != nil {
		return nil
	}
	id, err := newUUID()
	if err != nil {
		return err
	}
	coll := &collection{ns: t.ns, id: t.e.catalog.newID(), uuid: id}
	if err := t.setCollection(coll); err != nil {
		return err
	}
	return t.logCommand(bson.D{{Key: "create", Value: t.ns.coll}, {Key: "idIndex", Value: idIndex.describe()}})
}

func newUUID() (bson.Binary, error) {
	id, err := uuid.NewRandom()
	return bson.Binary{Subtype: bson.TypeBinaryUUID, Data: id[:]}, err
}

// logCommand adds a catalog change to the oplog.
func (t *tx) logCommand(change bson.D) error {
	o, err := bson.Marshal(change)
	if err != nil {
		return err
	}
	t.addEntry(newEntry("c", t.ns.db+".$cmd", t.coll, o, nil, t.now))
	return nil
}

func runCreate(c *call) (bson.D, error) {
	if err := c.refuse("capped", "size", "max", "timeseries", "expireAfterSeconds", "clusteredIndex", "changeStreamPreAndPostImages",
		"validator", "viewOn", "pipeline", "encryptedFields", "storageEngine"); err != nil {
		return nil, err
	}
	if err := c.refuseCollation(); err != nil {
		return nil, err
	}
	return c.write(func(t *tx) (bson.D, error) {
		if t.coll != nil {
			// Without options to compare, an existing collection is the one that is asked for.
			return bson.D{}, nil
		}
		return bson.D{}, t.ensure()
	})
}

func runDrop(c *call) (bson.D, error) {
	return c.write(func(t *tx) (bson.D, error) {
		if t.coll == nil {
			return bson.D{}, nil
		}
		n := len(t.coll.allIndexes())
		return bson.D{{Key: "nIndexesWas", Value: int32(n)}, {Key: "ns", Value: t.ns.String()}}, t.drop()
	})
}

// drop removes the collection and all that belongs to it.
func (t *tx) drop() error {
	if err := t.logCommand(bson.D{{Key: "drop", Value: t.ns.coll}}); err != nil {
		return err
	}
	if err := t.erase(t.coll); err != nil {
		return err
	}
	t.coll, t.recast, t.delta = nil, true, tally{}
	return t.batch.Delete(catalogKey(t.ns), nil)
}

// erase removes the documents and index entries of coll, and leaves the catalog to the caller.
func (t *tx) erase(coll *collection) error {
	for _, ix := range coll.indexes {
		if err := t.deleteAll(idPrefix(spaceIndex, ix.ID)); err != nil {
			return err
		}
	}
	if err := t.deleteAll(idPrefix(spaceDocument, coll.id)); err != nil {
		return err
	}
	return t.batch.Delete(idPrefix(spaceCount, coll.id), nil)
}

func (t *tx) deleteAll(prefix []byte) error { return t.batch.DeleteRange(prefix, after(prefix), nil) }

// runDropDatabase drops one collection after another; each drop is atomic.
func runDropDatabase(c *call) (bson.D, error) {
	colls := c.e.catalog.list(c.ns.db)
	for _, coll := range colls {
		_, err := c.e.write(c.ctx, coll.ns, func(t *tx) error {
			if t.coll == nil {
				return nil
			}
			return t.drop()
		})
		if err != nil {
			return nil, err
		}
	}
	if len(colls) == 0 {
		return bson.D{}, c.e.settle() // another's drop may be on its way to the disk
	}
	return bson.D{{Key: "dropped", Value: c.ns.db}}, nil
}

// existing is the command's collection; it is an error if there is none.
func (c *call) existing() (*collection, error) {
	coll := c.e.catalog.get(c.ns)
	if coll == nil {
		return nil, noNamespace(c.ns)
	}
	return coll, nil
}

func noNamespace(ns namespace) error {
	return wire.Errorf(wire.NamespaceNotFound, "ns does not exist: %s", ns)
}

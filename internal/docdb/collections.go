package docdb

import (
	"reflect"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/report"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

func catalogCommands() []*command {
	return []*command{
		{name: "create", summary: "Creates a collection.", target: onCollection, writes: true, run: runCreate, fields: createFields},
		{name: "collMod", summary: "Changes a collection's validation, and the visibility and the expiry of its indexes.", target: onCollection, writes: true,
			run: runCollMod, fields: collModFields},
		{name: "drop", summary: "Drops a collection with its indexes.", target: onCollection, writes: true, run: runDrop},
		{name: "renameCollection", summary: "Renames a collection, also into another database.", admin: true, writes: true,
			run: runRenameCollection, fields: fields("to!", isString, "dropTarget", isBool, "stayTemp", isBool)},
		{name: "dropDatabase", summary: "Drops all collections of a database.", writes: true, run: runDropDatabase},
		{name: "listCollections", summary: "Lists a database's collections.", run: runListCollections,
			fields: fields("filter", isObject, "nameOnly", isBool, "authorizedCollections", isBool, "cursor", isObject)},
		{name: "listDatabases", admin: true, summary: "Lists databases with their sizes.", run: runListDatabases,
			fields: fields("filter", isObject, "nameOnly", isBool, "authorizedDatabases", isBool)},
		{name: "collStats", alias: "collstats", summary: "Returns a collection's sizes.", target: onCollection, run: told(report.CollStats),
			fields: fields("scale", isInt)},
		{name: "dbStats", alias: "dbstats", summary: "Returns a database's sizes.", run: told(report.DBStats),
			fields: fields("scale", isInt, "freeStorage", isInt)},
		{name: "dataSize", summary: "Returns the number and the size of a collection's documents.", run: told(report.DataSize),
			fields: fields("keyPattern-", isObject, "min-", isObject, "max-", isObject, "estimate~", isBool)},
		{name: "dbHash", summary: "Returns the MD5 of each collection's documents.", run: told(report.DBHash), fields: fields("collections", isArray)},
		{name: "validate", summary: "Checks that a collection's documents, indexes and sizes agree.", target: onCollection,
			run: told(report.Validate), fields: fields("full~", isBool, "background~", isBool, "repair-", isBool, "checkBSONConformance~", isBool, "metadata~", isBool)},
	}
}

var createFields = fields("capped-", isBool, "size-", isInt, "max-", isInt, "timeseries-", isObject, "expireAfterSeconds-", isInt,
	"clusteredIndex-", isUpdate, "changeStreamPreAndPostImages-", isObject, "validator", isObject, "validationLevel", isString,
	"validationAction", isString, "indexOptionDefaults~", isObject, "storageEngine-", isObject, "viewOn-", isString, "pipeline-", isArray,
	"collation", isObject, "encryptedFields-", isObject, "autoIndexId~", isBool, "idIndex~", isObject)

func runCreate(c *call) (bson.D, error) {
	if err := c.RefuseCollation(); err != nil {
		return nil, err
	}
	v, err := c.parseValidation(nil)
	if err != nil {
		return nil, err
	}
	return c.write(func(t *storage.Tx) (bson.D, error) {
		if t.Coll != nil && !reflect.DeepEqual(t.Coll.Validation, v) {
			return nil, wire.Errorf(wire.NamespaceExists, "Collection %s already exists with different options", t.NS)
		}
		return bson.D{}, t.EnsureWith(v)
	})
}

func runDrop(c *call) (bson.D, error) {
	return c.write(func(t *storage.Tx) (bson.D, error) {
		if t.Coll == nil {
			return bson.D{}, nil
		}
		n := len(t.Coll.AllIndexes())
		return bson.D{{Key: "nIndexesWas", Value: int32(n)}, {Key: "ns", Value: t.NS.String()}}, t.Drop()
	})
}

// runDropDatabase drops one collection after another; each drop is atomic.
func runDropDatabase(c *call) (bson.D, error) {
	colls := c.e.store.Collections(c.ns.DB)
	for _, coll := range colls {
		_, err := c.e.store.Write(c.ctx, coll.NS, func(t *storage.Tx) error {
			if t.Coll == nil {
				return nil
			}
			return t.Drop()
		})
		if err != nil {
			return nil, err
		}
	}
	if len(colls) == 0 {
		return bson.D{}, c.e.store.Settle(c.ctx) // another's drop may be on its way to the disk
	}
	return bson.D{{Key: "dropped", Value: c.ns.DB}}, nil
}

// existing is the command's collection; it is an error if there is none.
func (c *call) existing() (*storage.Collection, error) {
	coll := c.e.store.Collection(c.ns)
	if coll == nil {
		return nil, storage.NoNamespace(c.ns)
	}
	return coll, nil
}

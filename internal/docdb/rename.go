package docdb

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// runRenameCollection gives a collection another name, perhaps in another database. Documents and indexes are stored under
// numbers, so only the catalog changes: it is one step wherever the collection goes, and however large it is.
// Source: MongoDB manual, "renameCollection".
func runRenameCollection(c *call) (bson.D, error) {
	full, ok := c.self.StringValueOK()
	if !ok {
		return nil, isString.Mismatch("renameCollection.renameCollection", c.self)
	}
	from, err := splitNamespace(full)
	if err != nil {
		return nil, err
	}
	to, err := splitNamespace(c.Text("to"))
	if err != nil {
		return nil, err
	}
	if from == to {
		return nil, wire.Errorf(wire.IllegalOperation, "Can't rename a collection to itself")
	}
	_, err = c.e.store.Write(c.ctx, from, func(t *storage.Tx) error { return t.Rename(to, c.Bool("dropTarget", false)) }, to)
	return bson.D{}, err
}

// splitNamespace parts the full name of a collection that may be written.
func splitNamespace(full string) (storage.Namespace, error) {
	ns := storage.SplitName(full)
	if ns.DB == "" {
		return ns, wire.Errorf(wire.InvalidNamespace, "Invalid namespace specified '%s'", full)
	}
	return ns, ns.CheckWritable()
}

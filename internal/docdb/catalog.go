package docdb

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// namespace names a collection.
type namespace struct{ db, coll string }

func (n namespace) String() string { return n.db + "." + n.coll }

// collection is what the catalog knows of a collection. It never changes: a change makes another value.
type collection struct {
	ns      namespace
	id      uint64
	uuid    bson.Binary
	indexes []index // without that of _id, which is the documents' own order
	plans   *planCache
}

// catalogEntry is a collection's stored form.
type catalogEntry struct {
	ID      uint64      `bson:"id"`
	UUID    bson.Binary `bson:"uuid"`
	Indexes []index     `bson:"indexes,omitempty"`
}

func (c *collection) encode() ([]byte, error) {
	return bson.Marshal(catalogEntry{c.id, c.uuid, c.indexes})
}

// catalog holds all collections in memory. Whoever changes it holds mu while the batch that tells of the change is
// applied; whoever takes a snapshot holds it too, so that snapshot and catalog agree.
type catalog struct {
	mu    sync.RWMutex
	colls map[namespace]*collection
	ids   uint64 // the last id given to a collection or index
}

func (c *catalog) load(db *pebble.DB) error {
	c.colls = map[namespace]*collection{}
	space := []byte{spaceCatalog}
	it, err := db.NewIter(&pebble.IterOptions{LowerBound: space, UpperBound: after(space)})
	if err != nil {
		return err
	}
	defer it.Close()
	for it.First(); it.Valid(); it.Next() {
		dbName, collName, _ := strings.Cut(string(it.Key()[1:]), "\x00")
		var entry catalogEntry
		if err := bson.Unmarshal(it.Value(), &entry); err != nil {
			return fmt.Errorf("catalog entry of %s.%s: %w", dbName, collName, err)
		}
		coll := &collection{namespace{dbName, collName}, entry.ID, entry.UUID, entry.Indexes, new(planCache)}
		c.colls[coll.ns] = coll
		c.ids = max(c.ids, coll.id)
		for i, ix := range coll.indexes {
			c.ids = max(c.ids, ix.ID)
			if ix.Partial != nil {
				if err := coll.indexes[i].parsePartial(ix.Partial); err != nil {
					return fmt.Errorf("index %s of %s: %w", ix.Name, coll.ns, err)
				}
			}
		}
	}
	return it.Error()
}

// newID returns an id that no collection or index has had since the engine was opened.
func (c *catalog) newID() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids++
	return c.ids
}

// get returns the collection or nil.
func (c *catalog) get(ns namespace) *collection {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.colls[ns]
}

// set puts coll (nil: nothing) under ns. The caller holds mu.
func (c *catalog) set(ns namespace, coll *collection) {
	if coll == nil {
		delete(c.colls, ns)
	} else {
		c.colls[ns] = coll
	}
}

// list returns the collections of a database by name; of all databases if db is "".
func (c *catalog) list(db string) []*collection {
	c.mu.RLock()
	defer c.mu.RUnlock()
	found := slices.DeleteFunc(slices.Collect(maps.Values(c.colls)), func(x *collection) bool { return db != "" && x.ns.db != db })
	slices.SortFunc(found, func(a, b *collection) int {
		return cmp.Or(strings.Compare(a.ns.db, b.ns.db), strings.Compare(a.ns.coll, b.ns.coll))
	})
	return found
}

// check reports whether the namespace may be used.
func (n namespace) check() error {
	if n.db == "" {
		return errNoDB
	}
	return wire.CheckNamespace(n.db, n.coll)
}

// checkWritable refuses names under which the server keeps its own collections.
func (n namespace) checkWritable() error {
	if err := n.check(); err != nil {
		return err
	}
	if strings.HasPrefix(n.coll, "system.") {
		return wire.Errorf(wire.InvalidNamespace, "cannot write to '%s'", n)
	}
	return nil
}

func checkDB(db string) error {
	if db == "" {
		return errNoDB
	}
	return wire.CheckDatabase(db)
}

var errNoDB = wire.Errorf(wire.MissingDB, "OP_MSG requests require a $db argument")

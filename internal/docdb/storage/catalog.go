package storage

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

// Namespace names a collection.
type Namespace struct{ DB, Coll string }

// String is the full name, database and collection.
func (n Namespace) String() string { return n.DB + "." + n.Coll }

// NoNamespace is the error of a command on a collection that does not exist.
func NoNamespace(ns Namespace) error {
	return wire.Errorf(wire.NamespaceNotFound, "ns does not exist: %s", ns)
}

// SplitName splits the full name of a collection.
func SplitName(full string) Namespace {
	db, coll := wire.SplitNamespace(full)
	return Namespace{db, coll}
}

// Collection is what the catalog knows about a collection. It is immutable: a change makes another value.
type Collection struct {
	NS        Namespace
	ID        uint64
	UUID      bson.Binary
	PreImages bool    // the oplog has documents as they were before a change
	Indexes   []Index // without that of _id: documents are stored in its order
	notes     *notes  // what other packages have derived from this value

	Validation *Validation // nil: all documents are accepted
}

// catalogEntry is a collection's stored form.
type catalogEntry struct {
	ID        uint64      `bson:"id"`
	UUID      bson.Binary `bson:"uuid"`
	Indexes   []Index     `bson:"indexes,omitempty"`
	PreImages bool        `bson:"preImages,omitempty"`

	Validation *Validation `bson:"validation,omitempty"`
}

func (c *Collection) encode() ([]byte, error) {
	return bson.Marshal(catalogEntry{c.ID, c.UUID, c.Indexes, c.PreImages, c.Validation})
}

// notes has values that other packages have derived from a Collection. They are dropped with it. The zero value is empty.
type notes struct{ values sync.Map }

// Note returns the note that is kept under key with this value of the collection. The first call makes it with fresh.
func (c *Collection) Note(key any, fresh func() any) any {
	if v, ok := c.notes.values.Load(key); ok {
		return v
	}
	v, _ := c.notes.values.LoadOrStore(key, fresh())
	return v
}

// catalog has all collections in memory. A change holds mu while its batch is applied, and so does a reader while it takes
// a snapshot, so that snapshot and catalog agree.
type catalog struct {
	mu    sync.RWMutex
	colls map[Namespace]*Collection
	ids   uint64 // the last id given to a collection or index
}

func (c *catalog) load(db *pebble.DB) error {
	c.colls = map[Namespace]*Collection{}
	space := []byte{spaceCatalog}
	it, err := db.NewIter(&pebble.IterOptions{LowerBound: space, UpperBound: After(space)})
	if err != nil {
		return err
	}
	defer it.Close()
	for it.First(); it.Valid(); it.Next() {
		dbName, collName, _ := strings.Cut(string(it.Key()[1:]), "\x00")
		coll, err := decodeCollection(Namespace{dbName, collName}, it.Value())
		if err != nil {
			return err
		}
		c.colls[coll.NS] = coll
		c.ids = max(c.ids, coll.ID)
		for _, ix := range coll.Indexes {
			c.ids = max(c.ids, ix.ID)
		}
	}
	return it.Error()
}

// decodeCollection reads a collection's stored form.
func decodeCollection(ns Namespace, raw []byte) (*Collection, error) {
	var entry catalogEntry
	if err := bson.Unmarshal(raw, &entry); err != nil {
		return nil, fmt.Errorf("catalog entry of %s: %w", ns, err)
	}
	coll := &Collection{NS: ns, ID: entry.ID, UUID: entry.UUID, Indexes: entry.Indexes, PreImages: entry.PreImages, Validation: entry.Validation, notes: new(notes)}
	for i, ix := range coll.Indexes {
		if ix.Partial == nil {
			continue
		}
		if err := coll.Indexes[i].SetFilter(ix.Partial); err != nil {
			return nil, fmt.Errorf("index %s of %s: %w", ix.Name, ns, err)
		}
	}
	return coll, nil
}

// newID returns an id that no collection or index has, or has had since the engine was opened.
func (c *catalog) newID() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids++
	return c.ids
}

// get returns the collection or nil.
func (c *catalog) get(ns Namespace) *Collection {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.colls[ns]
}

// set puts coll (nil: nothing) under ns. The caller holds mu.
func (c *catalog) set(ns Namespace, coll *Collection) {
	if coll == nil {
		delete(c.colls, ns)
	} else {
		c.colls[ns] = coll
	}
}

// list returns the collections of a database by name; of all databases if db is "".
func (c *catalog) list(db string) []*Collection {
	c.mu.RLock()
	defer c.mu.RUnlock()
	found := slices.DeleteFunc(slices.Collect(maps.Values(c.colls)), func(x *Collection) bool { return db != "" && x.NS.DB != db })
	slices.SortFunc(found, func(a, b *Collection) int {
		return cmp.Or(strings.Compare(a.NS.DB, b.NS.DB), strings.Compare(a.NS.Coll, b.NS.Coll))
	})
	return found
}

// Collection returns the collection or nil.
func (s *Store) Collection(ns Namespace) *Collection { return s.catalog.get(ns) }

// Collections returns the collections of a database by name; of all databases if db is "".
func (s *Store) Collections(db string) []*Collection { return s.catalog.list(db) }

// Check returns an error if the namespace is not valid.
func (n Namespace) Check() error {
	if n.DB == "" {
		return errNoDB
	}
	return wire.CheckNamespace(n.DB, n.Coll)
}

// CheckWritable returns an error if the namespace is not valid, or is one in which the server keeps its own collections.
func (n Namespace) CheckWritable() error {
	if err := n.Check(); err != nil {
		return err
	}
	if strings.HasPrefix(n.Coll, "system.") {
		return wire.Errorf(wire.InvalidNamespace, "cannot write to '%s'", n)
	}
	return nil
}

// CheckDB returns an error if the name of a database is not valid.
func CheckDB(db string) error {
	if db == "" {
		return errNoDB
	}
	return wire.CheckDatabase(db)
}

var errNoDB = wire.Errorf(wire.MissingDB, "OP_MSG requests require a $db argument")

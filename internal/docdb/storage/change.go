package storage

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/delta"
	"github.com/telamon-db/telamon/internal/wire"
)

// A Change is an oplog entry.
type Change struct {
	TS  bson.Timestamp
	Op  string // i, u, d or c
	NS  string // namespace of the document; for a change of the catalog, the database's $cmd
	UI  bson.Binary
	O   bson.Raw
	O2  bson.Raw // nil: none
	Pre bson.Raw // the document before the change; nil: the entry does not have it

	ns      Namespace // of the collection
	command string    // name of the command that changes the catalog
	stored  []byte    // the entry with its running total
}

// deltaVersion is the form of the deltas in entries of updates.
const deltaVersion = 2

// changeOf returns the field o of an update's entry with a delta.
func changeOf(diff bson.Raw) bson.Raw {
	at, dst := bsoncore.AppendDocumentStart(make([]byte, 0, len(diff)+24))
	dst = bsoncore.AppendInt32Element(dst, "$v", deltaVersion)
	dst = bsoncore.AppendDocumentElement(dst, "diff", diff)
	dst, _ = bsoncore.AppendDocumentEnd(dst, at) // at is the start that this document began with
	return dst
}

// ParseChange reads an oplog entry. An entry that is truncated, or of an unknown kind, is an error.
func ParseChange(entry bson.Raw) (c Change, err error) {
	if err := wire.Validate(entry, MaxDepth+4); err != nil {
		return c, fmt.Errorf("oplog entry: %w", err)
	}
	var ok [4]bool
	c.TS.T, c.TS.I, ok[0] = entry.Lookup("ts").TimestampOK()
	c.Op, ok[1] = entry.Lookup("op").StringValueOK()
	c.NS, ok[2] = entry.Lookup("ns").StringValueOK()
	c.O, ok[3] = entry.Lookup("o").DocumentOK()
	if ok != [4]bool{true, true, true, true} {
		return c, fmt.Errorf("oplog entry at %v: a part is missing", c.TS)
	}
	c.UI.Subtype, c.UI.Data, _ = entry.Lookup("ui").BinaryOK() // a change of a whole database has none
	c.O2, _ = entry.Lookup("o2").DocumentOK()
	c.Pre, _ = entry.Lookup("pre").DocumentOK()
	c.ns = SplitName(c.NS)
	if err := c.check(); err != nil {
		return c, fmt.Errorf("oplog entry at %v: %w", c.TS, err)
	}
	return c, nil
}

// check reads what depends on the operation.
func (c *Change) check() error {
	switch c.Op {
	case "i", "d":
	case "u":
		if _, err := c.diff(); err != nil {
			return err
		}
	case "c":
		return c.readCommand()
	default:
		return fmt.Errorf("unknown operation %q", c.Op)
	}
	if c.Key().Lookup("_id").Type == 0 {
		return fmt.Errorf("the operation %q names no document", c.Op)
	}
	return nil
}

func (c *Change) readCommand() error {
	first, err := c.O.IndexErr(0)
	if err != nil {
		return err
	}
	c.command = first.Key()
	name, _ := first.Value().StringValueOK() // without one, the collection is not found
	if c.ns.Coll = name; c.command == "renameCollection" {
		c.ns = SplitName(name)
	}
	return nil
}

// text returns an argument of a catalog change.
func (c *Change) text(name string) string {
	s, _ := c.O.Lookup(name).StringValueOK()
	return s
}

// Key returns a document that has the _id of the changed document, and perhaps more fields.
func (c *Change) Key() bson.Raw {
	if c.Op == "u" && c.O2 != nil {
		return c.O2
	}
	return c.O
}

// diff returns what an update changed, or nil if it replaced the document.
func (c *Change) diff() (bson.Raw, error) {
	first, err := c.O.IndexErr(0)
	if err != nil || first.Key() != "$v" {
		return nil, nil // a stored document begins with its _id
	}
	diff, ok := c.O.Lookup("diff").DocumentOK()
	if v, known := first.Value().Int32OK(); !known || v != deltaVersion || !ok {
		return nil, fmt.Errorf("an update of a form that is not known: %s", first.Value())
	}
	_, err = delta.Describe(diff)
	return diff, err
}

// Description returns what an update changed. ok is false if the change replaced the document, or is no update.
func (c *Change) Description() (d delta.Description, ok bool, err error) {
	if c.Op != "u" {
		return d, false, nil
	}
	diff, err := c.diff()
	if err != nil || diff == nil {
		return d, false, err
	}
	d, err = delta.Describe(diff)
	return d, true, err
}

// parseEntry reads a copy of an entry, with room for the running total before it.
func parseEntry(entry bson.Raw) (Change, error) {
	own := append(make([]byte, totalLen, totalLen+len(entry)), entry...)
	c, err := ParseChange(own[totalLen:])
	c.stored = own
	return c, err
}

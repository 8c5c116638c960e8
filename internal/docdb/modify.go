package docdb

import (
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// modify calls fn with the documents of a selection as the transaction has them: with the first, or if multi with all.
func (c *call) modify(t *storage.Tx, sel *plan.Selection, multi bool, fn func(bson.Raw) error) error {
	if multi {
		return c.modifyAll(t, sel, fn)
	}
	doc, err := c.findOne(t, sel)
	if err != nil || doc == nil {
		return err
	}
	return fn(doc)
}

// findOne returns the first document of a selection, or nil.
func (c *call) findOne(t *storage.Tx, sel *plan.Selection) (bson.Raw, error) {
	sel.Limit = 1
	s, err := c.scan(sel, t.Reader(), t.Coll)
	if err != nil {
		return nil, err
	}
	for doc, err := range sel.Results(c.run(c.ctx), s) {
		return doc, err
	}
	return nil, nil
}

// modifyAll finds all documents first and changes them then, so that none is met again where its change has moved it.
// A large change is committed in groups, which bounds the memory that it takes.
func (c *call) modifyAll(t *storage.Tx, sel *plan.Selection, fn func(bson.Raw) error) error {
	if c.has("txnNumber") {
		return wire.Errorf(wire.InvalidOptions, "Cannot use retryable writes with multi-document statements")
	}
	found, err := c.findKeys(t, sel)
	if err != nil {
		return err
	}
	for n := 0; len(found) > 0; n++ {
		if err := c.ctx.Err(); n%storage.Patience == 0 && err != nil {
			return err
		}
		size, used := binary.Uvarint(found)
		key := found[used : used+int(size)]
		found = found[used+int(size):]
		doc, err := storage.Read(t.Reader(), key)
		if err != nil {
			return err
		}
		if err := fn(doc); err != nil {
			return err
		}
		if t.Full() {
			if err := t.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// foundBytes bounds what a statement remembers of the documents that it is to change.
const foundBytes = 256 * mb

// findKeys returns the keys of a selection's documents, each behind its length.
func (c *call) findKeys(t *storage.Tx, sel *plan.Selection) ([]byte, error) {
	s, err := c.scan(sel, t.Reader(), t.Coll)
	if err != nil {
		return nil, err
	}
	var found []byte
	for doc, err := range s.Documents(c.run(c.ctx)) {
		if err != nil {
			return nil, err
		}
		key := storage.DocumentKey(t.Coll.ID, doc.Lookup("_id"))
		found = append(binary.AppendUvarint(found, uint64(len(key))), key...)
		if len(found) > foundBytes {
			return nil, wire.Errorf(wire.ExceededMemoryLimit, "one statement may not change so many documents; narrow its filter")
		}
	}
	return found, nil
}

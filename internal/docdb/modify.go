package docdb

import (
	"context"
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// modify calls fn with the documents of a selection as the transaction has them: with the first, or if multi with all.
func (c *call) modify(t *tx, sel *selection, multi bool, fn func(bson.Raw) error) error {
	if multi {
		return c.modifyAll(t, sel, fn)
	}
	doc, err := t.findOne(c.ctx, sel)
	if err != nil || doc == nil {
		return err
	}
	return fn(doc)
}

// findOne returns the first document of a selection, or nil.
func (t *tx) findOne(ctx context.Context, sel *selection) (bson.Raw, error) {
	sel.limit = 1
	s, err := sel.scan(t.batch, t.coll)
	if err != nil {
		return nil, err
	}
	for doc, err := range sel.results(ctx, s, t.e.memory) {
		return doc, err
	}
	return nil, nil
}

// modifyAll finds all documents first and changes them then, so that none is met again where its change has moved it.
// A change of more than groupBytes is committed in groups, which bounds the memory that it takes.
func (c *call) modifyAll(t *tx, sel *selection, fn func(bson.Raw) error) error {
	if c.has("txnNumber") {
		return wire.Errorf(wire.InvalidOptions, "Cannot use retryable writes with multi-document statements")
	}
	found, err := t.findKeys(c.ctx, sel)
	if err != nil {
		return err
	}
	for n := 0; len(found) > 0; n++ {
		if err := c.ctx.Err(); n%patience == 0 && err != nil {
			return err
		}
		size, used := binary.Uvarint(found)
		key := found[used : used+int(size)]
		found = found[used+int(size):]
		doc, err := read(t.batch, key)
		if err != nil {
			return err
		}
		if err := fn(doc); err != nil {
			return err
		}
		if t.full() {
			if err := t.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// findKeys returns the keys of a selection's documents, each behind its length.
func (t *tx) findKeys(ctx context.Context, sel *selection) ([]byte, error) {
	s, err := sel.scan(t.batch, t.coll)
	if err != nil {
		return nil, err
	}
	var found []byte
	for doc, err := range s.documents(ctx) {
		if err != nil {
			return nil, err
		}
		key := documentKey(t.coll.id, doc.Lookup("_id"))
		found = append(binary.AppendUvarint(found, uint64(len(key))), key...)
		if len(found) > 4*groupBytes {
			return nil, wire.Errorf(wire.ExceededMemoryLimit, "one statement may not change so many documents; narrow its filter")
		}
	}
	return found, nil
}

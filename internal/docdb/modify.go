package docdb

import (
	"bytes"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// Scans do not hold up writes. A write searches for its documents under the collection's lock only as long as that is quick.
// Otherwise it releases the lock, finds the documents in a snapshot, and checks each again when it has the lock: like MongoDB,
// which yields. So conflicts are per document, and others may see part of a statement that changes many documents.

// nearby is how many keys and documents a write examines under the lock.
const nearby = 500

// searches is how often a write searches outside of the lock for a document that others change meanwhile.
const searches = 10

// killed is MongoDB's code for a write whose collection was dropped meanwhile.
var killed = wire.Code{Number: 175, Name: "QueryPlanKilled"}

// modify calls fn with the first document of a selection or, if multi, with all, as the transaction sees them.
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

// findOne returns the first document of a selection, or nil, under the lock.
func (c *call) findOne(t *storage.Tx, sel *plan.Selection) (bson.Raw, error) {
	doc, err := c.first(&storage.View{R: t.Reader(), Coll: t.Coll}, sel, nearby)
	if !errors.Is(err, plan.ErrFar) {
		return doc, err
	}
	if c.Has("txnNumber") && !t.Clean() { // which is one piece with what was done before
		return c.first(&storage.View{R: t.Reader(), Coll: t.Coll}, sel, 0)
	}
	for range searches {
		doc, sure, err := c.findOutside(t, sel)
		if sure || err != nil {
			return doc, err
		}
	}
	return c.first(&storage.View{R: t.Reader(), Coll: t.Coll}, sel, 0)
}

// findOutside searches for the document without the lock, and again if others have changed it meanwhile.
func (c *call) findOutside(t *storage.Tx, sel *plan.Selection) (doc bson.Raw, sure bool, err error) {
	v, err := t.PauseWith()
	if err != nil {
		return nil, false, err
	}
	defer v.Close()
	found, failed := c.first(v, sel, 0)
	if err := c.resume(t); err != nil || failed != nil {
		return nil, false, errors.Join(failed, err)
	}
	if t.Unchanged() {
		return found, true, nil
	}
	if found == nil || t.Coll == nil || t.Coll.ID != v.Coll.ID {
		return nil, false, nil
	}
	now, err := storage.Read(t.Reader(), storage.DocumentKey(t.Coll.ID, found.Lookup("_id")))
	if err != nil || now == nil {
		return nil, false, err
	}
	if bytes.Equal(now, found) || sel.Sort != nil {
		return now, bytes.Equal(now, found), nil
	}
	sure, err = c.matches(sel, now)
	return now, sure, err
}

// first is the first document of a selection, for which at most so many keys and documents are examined; 0: any number.
func (c *call) first(v *storage.View, sel *plan.Selection, most int64) (bson.Raw, error) {
	sel.Limit = 1
	s, err := c.scan(sel, v.R, v.Coll)
	if err != nil {
		return nil, err
	}
	s.Most = most
	for doc, err := range sel.Results(c.run(c.ctx), s) {
		return doc, err
	}
	return nil, nil
}

// modifyAll changes all documents of a snapshot of the collection that still match when it comes to them. A document that its
// change has moved in an index is not changed twice.
func (c *call) modifyAll(t *storage.Tx, sel *plan.Selection, fn func(bson.Raw) error) error {
	if c.Has("txnNumber") {
		return wire.Errorf(wire.InvalidOptions, "Cannot use retryable writes with multi-document statements")
	}
	v, err := t.PauseWith()
	if err != nil {
		return err
	}
	defer v.Close()
	failed := c.modifyView(t, v, sel, fn)
	return errors.Join(failed, t.Resume(c.ctx))
}

// How much of what is to be changed is held in memory.
const (
	chunkDocs  = 1000
	chunkBytes = 1 * mb
)

// modifyView changes the documents of a view, some at a time. The transaction pauses before and after it.
func (c *call) modifyView(t *storage.Tx, v *storage.View, sel *plan.Selection, fn func(bson.Raw) error) error {
	s, err := c.scan(sel, v.R, v.Coll)
	if err != nil {
		return err
	}
	var chunk []bson.Raw
	size := 0
	for doc, err := range s.Documents(c.run(c.ctx)) {
		if err != nil {
			return err
		}
		chunk, size = append(chunk, doc), size+len(doc)
		if len(chunk) < chunkDocs && size < chunkBytes {
			continue
		}
		if err := c.modifyChunk(t, v, sel, chunk, fn); err != nil {
			return err
		}
		chunk, size = chunk[:0], 0
	}
	return c.modifyChunk(t, v, sel, chunk, fn)
}

// modifyChunk changes some documents, in as many turns as it takes.
func (c *call) modifyChunk(t *storage.Tx, v *storage.View, sel *plan.Selection, chunk []bson.Raw, fn func(bson.Raw) error) error {
	if len(chunk) == 0 {
		return nil
	}
	if err := t.Resume(c.ctx); err != nil {
		return err
	}
	var failed error
	for i, doc := range chunk {
		if i > 0 && t.Due() {
			if err := t.Yield(c.ctx); err != nil {
				return err
			}
		}
		if failed = c.modifyFound(t, v, sel, doc, fn); failed != nil {
			break
		}
	}
	return errors.Join(failed, t.Pause())
}

// modifyFound changes a document of the view, if it still is one of the selection.
func (c *call) modifyFound(t *storage.Tx, v *storage.View, sel *plan.Selection, doc bson.Raw, fn func(bson.Raw) error) error {
	if t.Coll == nil || t.Coll.ID != v.Coll.ID {
		return wire.Errorf(killed, "the collection %s was dropped or renamed", t.NS)
	}
	now, err := storage.Read(t.Reader(), storage.DocumentKey(t.Coll.ID, doc.Lookup("_id")))
	if err != nil || now == nil {
		return err
	}
	if !bytes.Equal(now, doc) {
		if still, err := c.matches(sel, now); err != nil || !still {
			return err
		}
	}
	return fn(now)
}

func (c *call) matches(sel *plan.Selection, doc bson.Raw) (bool, error) {
	x := c.run(c.ctx).Evaluation()
	return sel.Filter.MatchIn(x, doc), x.Err()
}

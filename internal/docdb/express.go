package docdb

import (
	"errors"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// one is the _id of the only document that the selection may have, if nothing else is to be chosen or left out.
func (sel *selection) one() (id bson.RawValue, ok bool) {
	if sel.sort != nil || sel.skip > 0 || asksForSomething(sel.hint) {
		return id, false
	}
	return sel.filter.EqID()
}

// express answers with the document of one _id. To read it is one step, which takes neither a plan nor a view.
func (c *call) express(sel *selection, id bson.RawValue) error {
	b := newBatch(c.out, "firstBatch", 1)
	if coll := c.e.catalog.get(c.ns); coll != nil {
		doc, closer, err := c.e.db.Get(documentKey(coll.id, id))
		switch {
		case errors.Is(err, pebble.ErrNotFound):
		case err != nil:
			return err
		default:
			defer closer.Close()
			if err := b.addSelected(doc, sel); err != nil {
				return err
			}
		}
	}
	c.out = b.end(0, c.ns)
	return nil
}

// addSelected adds a document as the selection has it, if it does.
func (b *batch) addSelected(doc bson.Raw, sel *selection) (err error) {
	if !sel.filter.Match(doc) {
		return nil
	}
	if sel.projection != nil {
		if doc, err = sel.projection.Apply(doc); err == nil {
			err = sendable(doc)
		}
	}
	if err == nil {
		b.add(doc)
	}
	return err
}

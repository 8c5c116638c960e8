package docdb

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/reply"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// express answers with the document of one _id. To read it is one step, which takes neither a plan nor a view.
func (c *call) express(sel *plan.Selection, id bson.RawValue) error {
	b := c.newBatch("firstBatch", 1)
	if coll := c.e.store.Collection(c.ns); coll != nil {
		doc, closer, err := c.e.store.Lend(coll, id)
		if err != nil {
			return err
		}
		c.e.indexes.Note(coll.ID, storage.IDIndex.ID, c.e.store.Now)
		c.s.work = wire.Work{Keys: 1, Plan: plan.ByID}
		if doc != nil {
			c.s.work.Docs = 1
			defer closer.Close()
			if err := addSelected(&b, expression.NewEvaluation(c.ctx, nil), doc, sel); err != nil {
				return err
			}
		}
	}
	c.out = b.End(0, c.ns)
	return nil
}

// addSelected adds a document to a batch as the selection has it, if it does.
func addSelected(b *reply.Batch, x *expression.Evaluation, doc bson.Raw, sel *plan.Selection) (err error) {
	if !sel.Filter.MatchIn(x, doc) {
		return x.Err()
	}
	if sel.Projection != nil {
		if doc, err = sel.Projection.ApplyIn(x, doc); err == nil {
			err = sendable(doc)
		}
	}
	if err == nil && !b.Add(doc) {
		err = b.Err
	}
	return err
}

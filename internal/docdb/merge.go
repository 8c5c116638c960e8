package docdb

import (
	"bytes"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// mergeChunk is how many documents $merge writes in one turn.
const mergeChunk = 500

// merge writes documents into a collection, each for the one that has the same values in the stage's fields. What has been
// written before an error stays, as in MongoDB.
func (c *call) merge(r *stage.Run, m stage.Merge, ns storage.Namespace, docs value.Documents) error {
	if err := checkTarget(ns, 31320); err != nil {
		return err
	}
	if err := c.checkOn(m, ns); err != nil {
		return err
	}
	var chunk []bson.Raw
	size := 0
	for doc, err := range docs {
		if err != nil {
			return err
		}
		chunk, size = append(chunk, bytes.Clone(doc)), size+len(doc)
		if len(chunk) < mergeChunk && size < chunkBytes {
			continue
		}
		if err := c.mergeChunk(r, m, ns, chunk); err != nil {
			return err
		}
		chunk, size = chunk[:0], 0
	}
	if len(chunk) == 0 {
		return nil
	}
	return c.mergeChunk(r, m, ns, chunk)
}

// checkOn demands a unique index on the fields by which documents belong together.
func (c *call) checkOn(m stage.Merge, ns storage.Namespace) error {
	if slices.Equal(m.On, []string{"_id"}) {
		return nil
	}
	if coll := c.e.store.Collection(ns); coll != nil {
		for _, ix := range coll.Ready() {
			var paths []string
			for _, part := range ix.Parts {
				paths = append(paths, part.Path)
			}
			slices.Sort(paths)
			if ix.Unique && ix.Filter == nil && slices.Equal(paths, slices.Sorted(slices.Values(m.On))) {
				return nil
			}
		}
	}
	return wire.Errorf(wire.Code{Number: 51183, Name: "Location51183"}, "Cannot find index to verify that join fields will be unique")
}

func (c *call) mergeChunk(r *stage.Run, m stage.Merge, ns storage.Namespace, docs []bson.Raw) error {
	_, err := c.e.store.Write(c.ctx, ns, func(t *storage.Tx) error {
		for _, doc := range docs {
			if err := c.mergeOne(t, r, m, doc); err != nil {
				return err
			}
			if t.Due() {
				if err := t.Yield(c.ctx); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return err
}

func (c *call) mergeOne(t *storage.Tx, r *stage.Run, m stage.Merge, doc bson.Raw) error {
	if keys.Lookup(doc, "_id").Type == 0 && slices.Contains(m.On, "_id") {
		var err error
		if doc, err = storage.Storable(doc); err != nil {
			return err
		}
	}
	filter, err := m.Belonging(doc)
	if err != nil {
		return err
	}
	sel, err := plan.NewSelection(nil, filter, nil, nil, bson.RawValue{})
	if err != nil {
		return err
	}
	old, err := c.findOne(t, &sel)
	switch {
	case err != nil:
		return err
	case old != nil:
		return c.mergeMatched(t, r, m, old, doc)
	case m.NotMatched == "discard":
		return nil
	case m.NotMatched == "fail":
		return wire.Errorf(wire.Code{Number: 13113, Name: "MergeStageNoMatchingDocument"}, "$merge could not find a matching document in the target collection for at least one document in the source collection")
	}
	if doc, err = storage.Storable(doc); err == nil {
		err = t.Ensure()
	}
	if err == nil {
		err = c.validated(t, nil, doc)
	}
	if err != nil {
		return err
	}
	return t.Insert(t.Stamped(doc))
}

func (c *call) mergeMatched(t *storage.Tx, r *stage.Run, m stage.Merge, old, doc bson.Raw) error {
	switch m.Matched {
	case "keepExisting":
		return nil
	case "fail":
		return wire.Errorf(wire.DuplicateKey, "E11000 $merge failed: a document of the collection %s has the same %v", t.NS, m.On)
	}
	next, err := m.Combine(r, old, doc)
	if err != nil {
		return err
	}
	if next, err = storage.Storable(next); err != nil || bytes.Equal(next, old) {
		return err
	}
	if err := c.validated(t, old, next); err != nil {
		return err
	}
	if m.Matched == "pipeline" {
		return t.Update(old, next)
	}
	return t.Replace(old, t.Stamped(next))
}

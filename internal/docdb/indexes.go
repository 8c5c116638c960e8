package docdb

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

func indexCommands() []*command {
	return []*command{
		{name: "createIndexes", summary: "Creates indexes and builds them from the documents that are there.", target: onCollection,
			writes: true, run: runCreateIndexes, fields: fields("indexes!", isArray, "commitQuorum", isAny, "ignoreUnknownIndexOptions", isBool)},
		{name: "dropIndexes", alias: "deleteIndexes", summary: "Drops indexes by name or key pattern.", target: onCollection,
			writes: true, run: runDropIndexes, fields: fields("index!", isSelector)},
		{name: "listIndexes", summary: "Lists a collection's indexes.", target: onCollection, run: runListIndexes,
			fields: fields("cursor", isObject)},
	}
}

func runCreateIndexes(c *call) (bson.D, error) {
	docs, err := c.docs("indexes")
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return nil, wire.Errorf(wire.BadValue, "Must specify at least one index to create")
	}
	wanted := make([]index, len(docs))
	for i, doc := range docs {
		if wanted[i], err = parseIndex(doc); err != nil {
			return nil, err
		}
	}
	if err := c.ns.checkWritable(); err != nil {
		return nil, err
	}
	for {
		reply, busy, err := c.createIndexes(wanted)
		if err != nil || busy == nil {
			return reply, err
		}
		select {
		case <-busy:
		case <-c.ctx.Done():
			return nil, c.ctx.Err()
		}
	}
}

// createIndexes builds the indexes that are missing. busy says for which build to wait before trying again.
func (c *call) createIndexes(wanted []index) (reply bson.D, busy <-chan struct{}, err error) {
	var ids []uint64
	end := func() {}
	before, created := 0, false
	_, err = c.e.write(c.ctx, c.ns, func(t *tx) (err error) {
		created = t.coll == nil
		if err = t.ensure(); err != nil {
			return err
		}
		before = len(t.coll.ready())
		if ids, busy, err = t.announce(wanted); err == nil && len(ids) > 0 {
			end = c.e.begin(ids)
		}
		return err
	})
	defer func() { end() }()
	if err == nil && len(ids) > 0 {
		err = c.e.build(c.ctx, c.ns, ids)
	}
	if err != nil {
		return nil, nil, err
	}
	reply = bson.D{{Key: "numIndexesBefore", Value: int32(before)}, {Key: "numIndexesAfter", Value: int32(before + len(ids))},
		{Key: "createdCollectionAutomatically", Value: created}}
	if len(ids) == 0 {
		reply = append(reply, bson.E{Key: "note", Value: "all indexes already exist"})
	}
	return reply, busy, nil
}

// describe is an index as listIndexes shows it.
func (ix index) describe() bson.D {
	d := bson.D{{Key: "v", Value: int32(2)}, {Key: "key", Value: ix.pattern()}, {Key: "name", Value: ix.Name}}
	if ix.Unique && ix.ID != idIndex.ID {
		d = append(d, bson.E{Key: "unique", Value: true})
	}
	if ix.Sparse {
		d = append(d, bson.E{Key: "sparse", Value: true})
	}
	if ix.partial != nil {
		d = append(d, bson.E{Key: "partialFilterExpression", Value: ix.Partial})
	}
	if ix.Expire != nil {
		d = append(d, bson.E{Key: "expireAfterSeconds", Value: int32(*ix.Expire)})
	}
	return d
}

func runListIndexes(c *call) (bson.D, error) {
	coll, err := c.existing()
	if err != nil {
		return nil, err
	}
	var docs []bson.D
	for _, ix := range coll.ready() {
		docs = append(docs, ix.describe())
	}
	return c.listReply(c.ns, docs, nil)
}

package docdb

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/report"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

func indexCommands() []*command {
	return []*command{
		{name: "createIndexes", summary: "Creates indexes and builds them from the documents that are there.", target: onCollection,
			writes: true, run: runCreateIndexes, fields: fields("indexes!", isArray, "commitQuorum~", isAny, "ignoreUnknownIndexOptions", isBool)},
		{name: "dropIndexes", alias: "deleteIndexes", summary: "Drops indexes by name or key pattern.", target: onCollection,
			writes: true, run: runDropIndexes, fields: fields("index!", isSelector)},
		{name: "listIndexes", summary: "Lists a collection's indexes.", target: onCollection, run: runListIndexes,
			fields: fields("cursor", isObject)},
		{name: "planCacheClear", summary: "Forgets which indexes were chosen: for queries of one shape, or all.", target: onCollection,
			run: told(report.PlanCacheClear), fields: fields("query", isObject, "sort", isObject, "projection", isObject)},
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
	wanted := make([]storage.Index, len(docs))
	for i, doc := range docs {
		if wanted[i], err = parseIndex(doc, c.Bool("ignoreUnknownIndexOptions", false)); err != nil {
			return nil, err
		}
	}
	if err := c.ns.CheckWritable(); err != nil {
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
func (c *call) createIndexes(wanted []storage.Index) (reply bson.D, busy <-chan struct{}, err error) {
	var ids []uint64
	end := func() {}
	before, created := 0, false
	_, err = c.e.store.Write(c.ctx, c.ns, func(t *storage.Tx) (err error) {
		created = t.Coll == nil
		if err = t.Ensure(); err != nil {
			return err
		}
		before = len(t.Coll.Ready())
		if ids, busy, err = t.Announce(wanted); err == nil && len(ids) > 0 {
			end = c.e.store.BeginBuild(ids)
		}
		return err
	})
	defer func() { end() }()
	if err == nil && len(ids) > 0 {
		err = c.e.store.Build(c.ctx, c.ns, ids)
	}
	if err != nil {
		return nil, nil, err
	}
	c.countIndexes(ids)
	reply = bson.D{{Key: "numIndexesBefore", Value: int32(before)}, {Key: "numIndexesAfter", Value: int32(before + len(ids))},
		{Key: "createdCollectionAutomatically", Value: created}}
	if len(ids) == 0 {
		reply = append(reply, bson.E{Key: "note", Value: "all indexes already exist"})
	}
	return reply, busy, nil
}

// countIndexes begins to count the use of indexes that have been made.
func (c *call) countIndexes(ids []uint64) {
	coll := c.e.store.Collection(c.ns)
	if coll == nil {
		return // dropped meanwhile
	}
	c.e.indexes.Keep(func(id uint64) bool {
		return slices.ContainsFunc(c.e.store.Collections(""), func(coll *storage.Collection) bool { return coll.ID == id })
	})
	for _, id := range ids {
		c.e.indexes.Begin(coll.ID, id, c.e.store.Now())
	}
}

func runListIndexes(c *call) (bson.D, error) {
	coll, err := c.existing()
	if err != nil {
		return nil, err
	}
	var docs []bson.D
	for _, ix := range coll.Ready() {
		docs = append(docs, ix.Describe())
	}
	return c.listReply(c.ns, docs, nil)
}

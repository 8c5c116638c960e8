package docdb

import (
	"context"
	"iter"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// listReply answers with a list of documents as a cursor, as the listing commands do.
func (c *call) listReply(ns storage.Namespace, docs []bson.D, filter *match.Filter) (bson.D, error) {
	kept, err := filtered(docs, filter)
	if err != nil {
		return nil, err
	}
	size, err := c.cursorSize()
	if err != nil {
		return nil, err
	}
	results := func(context.Context) iter.Seq2[bson.Raw, error] { return listed(kept) }
	return nil, c.openCursor(newCursor(ns, results, func() {}), size)
}

func listed(docs []bson.Raw) iter.Seq2[bson.Raw, error] {
	return func(yield func(bson.Raw, error) bool) {
		for _, doc := range docs {
			if !yield(doc, nil) {
				return
			}
		}
	}
}

// filtered encodes the documents that the filter matches.
func filtered(docs []bson.D, filter *match.Filter) ([]bson.Raw, error) {
	kept, x := []bson.Raw{}, expression.Evaluation{}
	for _, doc := range docs {
		raw, err := bson.Marshal(doc)
		if err != nil {
			return nil, err
		}
		if filter.MatchIn(&x, raw) {
			kept = append(kept, raw)
		}
	}
	return kept, x.Err()
}

func runListCollections(c *call) (bson.D, error) {
	filter, err := match.Parse(nil, c.doc("filter"))
	if err != nil {
		return nil, err
	}
	var docs []bson.D
	for _, coll := range c.e.store.Collections(c.ns.DB) {
		doc := bson.D{{Key: "name", Value: coll.NS.Coll}, {Key: "type", Value: "collection"}}
		if !c.bool("nameOnly", false) {
			info := bson.D{{Key: "readOnly", Value: false}, {Key: "uuid", Value: coll.UUID}}
			doc = append(doc, bson.E{Key: "options", Value: coll.Validation.Describe()}, bson.E{Key: "info", Value: info},
				bson.E{Key: "idIndex", Value: storage.IDIndex.Describe()})
		}
		docs = append(docs, doc)
	}
	return c.listReply(storage.Namespace{DB: c.ns.DB, Coll: "$cmd.listCollections"}, docs, filter)
}

func runListDatabases(c *call) (bson.D, error) {
	filter, err := match.Parse(nil, c.doc("filter"))
	if err != nil {
		return nil, err
	}
	nameOnly := c.bool("nameOnly", false)
	sizes, total, err := c.databaseSizes(nameOnly)
	if err != nil {
		return nil, err
	}
	kept, err := filtered(sizes, filter)
	if err != nil {
		return nil, err
	}
	reply := bson.D{{Key: "databases", Value: kept}}
	if !nameOnly {
		reply = append(reply, bson.E{Key: "totalSize", Value: total}, bson.E{Key: "totalSizeMb", Value: total / mb})
	}
	return reply, nil
}

// databaseSizes lists the databases by name, with their sizes unless they are not wanted.
func (c *call) databaseSizes(nameOnly bool) (docs []bson.D, total int64, err error) {
	sizes := map[string]int64{}
	var names []string
	for _, coll := range c.e.store.Collections("") {
		if _, known := sizes[coll.NS.DB]; !known {
			names = append(names, coll.NS.DB)
			sizes[coll.NS.DB] = 0
		}
		if nameOnly {
			continue
		}
		stats, err := c.e.store.Measure(coll)
		if err != nil {
			return nil, 0, err
		}
		sizes[coll.NS.DB] += stats.Total()
		total += stats.Total()
	}
	for _, name := range names {
		doc := bson.D{{Key: "name", Value: name}}
		if !nameOnly {
			doc = append(doc, bson.E{Key: "sizeOnDisk", Value: sizes[name]}, bson.E{Key: "empty", Value: false})
		}
		docs = append(docs, doc)
	}
	return docs, total, nil
}

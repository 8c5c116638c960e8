package docdb

import (
	"context"
	"iter"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/report"
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
	return nil, c.openCursor(c.s.newCursor(ns, results, func() {}), size)
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
	filter, err := match.Parse(nil, c.Doc("filter"))
	if err != nil {
		return nil, err
	}
	return c.listReply(storage.Namespace{DB: c.ns.DB, Coll: "$cmd.listCollections"}, report.Collections(c.on()), filter)
}

func runListDatabases(c *call) (bson.D, error) {
	filter, err := match.Parse(nil, c.Doc("filter"))
	if err != nil {
		return nil, err
	}
	sizes, total, err := report.Databases(c.on())
	if err != nil {
		return nil, err
	}
	kept, err := filtered(sizes, filter)
	if err != nil {
		return nil, err
	}
	reply := bson.D{{Key: "databases", Value: kept}}
	if !c.Bool("nameOnly", false) {
		reply = append(reply, bson.E{Key: "totalSize", Value: total}, bson.E{Key: "totalSizeMb", Value: total / mb})
	}
	return reply, nil
}

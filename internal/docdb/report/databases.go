package report

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// Collections are those of the database as listCollections shows them.
func Collections(on On) (docs []bson.D) {
	for _, coll := range on.Store.Collections(on.NS.DB) {
		doc := bson.D{{Key: "name", Value: coll.NS.Coll}, {Key: "type", Value: "collection"}}
		if !on.Bool("nameOnly", false) {
			info := bson.D{{Key: "readOnly", Value: false}, {Key: "uuid", Value: coll.UUID}}
			doc = append(doc, bson.E{Key: "options", Value: coll.Validation.Describe()}, bson.E{Key: "info", Value: info},
				bson.E{Key: "idIndex", Value: storage.IDIndex.Describe()})
		}
		docs = append(docs, doc)
	}
	return docs
}

// Databases are all databases by name, with their sizes and the sum of these, unless only names are wanted.
func Databases(on On) (docs []bson.D, total int64, err error) {
	nameOnly := on.Bool("nameOnly", false)
	sizes := map[string]int64{}
	var names []string
	for _, coll := range on.Store.Collections("") {
		if _, known := sizes[coll.NS.DB]; !known {
			names = append(names, coll.NS.DB)
			sizes[coll.NS.DB] = 0
		}
		if nameOnly {
			continue
		}
		stats, err := on.Store.Measure(coll)
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

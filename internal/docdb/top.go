package docdb

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/docdb/usage"
)

// noteUse counts a command that has taken a time to its collection.
func (c *call) noteUse(took time.Duration) {
	if c.cmd.target == onServer || c.ns.Coll == "" {
		return
	}
	c.e.uses.Note(usage.Name(c.ns), c.cmd.heading(), c.cmd.writes, took, func(name usage.Name) bool { return c.e.store.Collection(storage.Namespace(name)) != nil })
}

func runTop(c *call) (bson.D, error) {
	totals := bson.D{{Key: "note", Value: "all times in microseconds"}}
	for _, coll := range c.e.store.Collections("") {
		totals = append(totals, bson.E{Key: coll.NS.String(), Value: c.e.uses.Document(usage.Name(coll.NS))})
	}
	return bson.D{{Key: "totals", Value: totals}}, nil
}

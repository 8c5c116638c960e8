package docdb

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// noteUse counts a command that has taken a time to its collection.
func (c *call) noteUse(took time.Duration) {
	if c.cmd.target == onServer || c.ns.Coll == "" {
		return
	}
	c.e.uses.Note(c.ns.String(), c.cmd.heading(), c.cmd.writes, took, func(name string) bool { return c.e.store.Collection(storage.SplitName(name)) != nil })
}

func runTop(c *call) (bson.D, error) {
	totals := bson.D{{Key: "note", Value: "all times in microseconds"}}
	for _, coll := range c.e.store.Collections("") {
		totals = append(totals, bson.E{Key: coll.NS.String(), Value: c.e.uses.Document(coll.NS.String())})
	}
	return bson.D{{Key: "totals", Value: totals}}, nil
}

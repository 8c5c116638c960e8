package docdb

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

var collStatsFields = fields("storageStats", isObject, "count", isObject, "latencyStats", isObject, "queryExecStats", isObject)

// collStatsStage is the one document that $collStats makes. Source: MongoDB manual, "$collStats".
func (c *call) collStatsStage(a args) ([]bson.D, error) {
	for _, name := range []string{"latencyStats", "queryExecStats"} {
		if a.has(name) {
			return nil, wire.Errorf(wire.NotImplemented, "the option '%s' is not supported", name)
		}
	}
	doc := bson.D{{Key: "ns", Value: c.ns.String()}, {Key: "localTime", Value: c.e.store.Now()}}
	if a.has("storageStats") {
		asked, err := statement("$collStats.storageStats", fields("scale", isInt), a.doc("storageStats"))
		if err != nil {
			return nil, err
		}
		scale, err := asked.scale()
		if err != nil {
			return nil, err
		}
		sizes, err := c.collStats(scale)
		if err != nil {
			return nil, err
		}
		doc = append(doc, bson.E{Key: "storageStats", Value: sizes})
	}
	if a.has("count") {
		coll, err := c.existing()
		if err != nil {
			return nil, err
		}
		n, err := c.e.store.Tally(coll)
		if err != nil {
			return nil, err
		}
		doc = append(doc, bson.E{Key: "count", Value: n.Docs})
	}
	return []bson.D{doc}, nil
}

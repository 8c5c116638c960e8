package report

import (
	"os"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/usage"
)

// IndexStatsFields are the options of an $indexStats stage: there are none.
var IndexStatsFields = field.Of()

// IndexStats are the documents that $indexStats makes: how often each index was used since it was made, or since the engine
// was opened if that is later. Source: MongoDB manual, "$indexStats".
func IndexStats(on On, uses *usage.Indexes, started time.Time) ([]bson.D, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	coll := on.Store.Collection(on.NS)
	if coll == nil {
		return nil, nil
	}
	var docs []bson.D
	for _, ix := range coll.AllIndexes() {
		count, since := uses.Of(coll.ID, ix.ID, started)
		d := bson.D{{Key: "name", Value: ix.Name}, {Key: "key", Value: ix.Pattern()}, {Key: "host", Value: host},
			{Key: "accesses", Value: bson.D{{Key: "ops", Value: count}, {Key: "since", Value: since}}}, {Key: "spec", Value: ix.Describe()}}
		if ix.Building {
			d = append(d, bson.E{Key: "building", Value: true})
		}
		docs = append(docs, d)
	}
	return docs, nil
}

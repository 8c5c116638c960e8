package report

import (
	"crypto/sha256"
	"encoding/hex"
	"os"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// PlanCacheFields are the options of a $planCacheStats stage.
var PlanCacheFields = field.Of("allHosts-", field.Bool)

// PlanCacheStats are the documents that $planCacheStats makes: the index that was chosen for each shape of queries. Source:
// MongoDB manual, "$planCacheStats".
func PlanCacheStats(on On) ([]bson.D, error) {
	coll := on.Store.Collection(on.NS)
	if coll == nil {
		return nil, nil
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	var docs []bson.D
	for _, c := range plan.PlansOf(coll).All() {
		sum := sha256.Sum256([]byte(c.Shape))
		key := hex.EncodeToString(sum[:4])
		docs = append(docs, bson.D{{Key: "planCacheShapeHash", Value: key}, {Key: "queryHash", Value: key}, {Key: "planCacheKey", Value: key},
			{Key: "isActive", Value: true}, {Key: "works", Value: c.Keys}, {Key: "cachedPlan", Value: cachedPlan(coll, c.Index)},
			{Key: "indexFilterSet", Value: false}, {Key: "estimatedSizeBytes", Value: int64(len(c.Shape))}, {Key: "host", Value: host}})
	}
	return docs, nil
}

// cachedPlan shows an index as the plan that reads documents by it.
func cachedPlan(coll *storage.Collection, index uint64) bson.D {
	scan := bson.D{{Key: "stage", Value: "IXSCAN"}}
	for _, ix := range coll.AllIndexes() {
		if ix.ID == index {
			scan = append(scan, bson.E{Key: "keyPattern", Value: ix.Pattern()}, bson.E{Key: "indexName", Value: ix.Name})
		}
	}
	return bson.D{{Key: "stage", Value: "FETCH"}, {Key: "inputStage", Value: scan}}
}

// PlanCacheClear answers planCacheClear: it drops the cached plans of a collection, or the one for the shape of the query
// that the command names.
func PlanCacheClear(on On) (bson.D, error) {
	coll := on.Store.Collection(on.NS)
	if coll == nil {
		return bson.D{}, nil
	}
	if !on.Has("query") {
		plan.PlansOf(coll).Clear()
		return bson.D{}, nil
	}
	sel, err := plan.NewSelection(nil, on.Doc("query"), on.Doc("sort"), on.Doc("projection"), bson.RawValue{})
	if err == nil {
		sel.Forget(coll)
	}
	return bson.D{}, err
}

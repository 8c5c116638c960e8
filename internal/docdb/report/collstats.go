package report

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// CollStats answers collStats.
func CollStats(on On) (bson.D, error) {
	scale, err := on.Scale()
	if err != nil {
		return nil, err
	}
	sizes, err := on.sizes(scale)
	return append(bson.D{{Key: "ns", Value: on.NS.String()}}, sizes...), err
}

// CollStatsFields are the options of a $collStats stage.
var CollStatsFields = field.Of("storageStats", field.Object, "count", field.Object, "latencyStats", field.Object, "queryExecStats", field.Object)

// CollStatsStage is the one document that $collStats makes. Source: MongoDB manual, "$collStats".
func CollStatsStage(on On) ([]bson.D, error) {
	for _, name := range []string{"latencyStats", "queryExecStats"} {
		if on.Has(name) {
			return nil, wire.Errorf(wire.NotImplemented, "the option '%s' is not supported", name)
		}
	}
	doc := bson.D{{Key: "ns", Value: on.NS.String()}, {Key: "localTime", Value: on.Store.Now()}}
	if on.Has("storageStats") {
		asked, err := field.Read("$collStats.storageStats", field.Of("scale", field.Int), on.Doc("storageStats"))
		if err != nil {
			return nil, err
		}
		scale, err := asked.Scale()
		if err != nil {
			return nil, err
		}
		sizes, err := on.sizes(scale)
		if err != nil {
			return nil, err
		}
		doc = append(doc, bson.E{Key: "storageStats", Value: sizes})
	}
	if on.Has("count") {
		coll := on.Store.Collection(on.NS)
		if coll == nil {
			return nil, storage.NoNamespace(on.NS)
		}
		n, err := on.Store.Tally(coll)
		if err != nil {
			return nil, err
		}
		doc = append(doc, bson.E{Key: "count", Value: n.Docs})
	}
	return []bson.D{doc}, nil
}

// sizes are the collection's sizes, in units of scale bytes. Those of a collection that does not exist are 0.
func (on On) sizes(scale int64) (bson.D, error) {
	var m storage.Measures
	var err error
	indexes := bson.D{}
	if coll := on.Store.Collection(on.NS); coll != nil {
		if m, err = on.Store.Measure(coll); err != nil {
			return nil, err
		}
		for i, ix := range coll.AllIndexes() {
			indexes = append(indexes, bson.E{Key: ix.Name, Value: m.Indexes[i] / scale})
		}
	}
	stats := bson.D{{Key: "size", Value: m.Bytes / scale}, {Key: "count", Value: m.Docs}}
	if m.Docs > 0 {
		stats = append(stats, bson.E{Key: "avgObjSize", Value: average(m.Bytes, m.Docs)})
	}
	return append(stats, bson.D{{Key: "storageSize", Value: m.Stored / scale}, {Key: "nindexes", Value: int32(len(indexes))},
		{Key: "totalIndexSize", Value: m.IndexBytes() / scale}, {Key: "totalSize", Value: m.Total() / scale},
		{Key: "indexSizes", Value: indexes}, {Key: "capped", Value: false}, {Key: "scaleFactor", Value: scale}}...), nil
}

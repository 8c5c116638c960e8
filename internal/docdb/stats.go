package docdb

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

func (a args) scale() (int64, error) {
	n := a.int("scale", 1)
	if n <= 0 {
		return 0, wire.Errorf(wire.BadValue, "scale has to be a number greater than or equal to 1")
	}
	return n, nil
}

func average(sum, n int64) int64 {
	if n == 0 {
		return 0
	}
	return sum / n
}

func runCollStats(c *call) (bson.D, error) {
	scale, err := c.scale()
	if err != nil {
		return nil, err
	}
	sizes, err := c.collStats(scale)
	return append(bson.D{{Key: "ns", Value: c.ns.String()}}, sizes...), err
}

// collStats are the sizes of the command's collection, in units of scale bytes. One that is not there has none.
func (c *call) collStats(scale int64) (bson.D, error) {
	var m storage.Measures
	var err error
	sizes := bson.D{}
	if coll := c.e.store.Collection(c.ns); coll != nil {
		if m, err = c.e.store.Measure(coll); err != nil {
			return nil, err
		}
		for i, ix := range coll.AllIndexes() {
			sizes = append(sizes, bson.E{Key: ix.Name, Value: m.Indexes[i] / scale})
		}
	}
	stats := bson.D{{Key: "size", Value: m.Bytes / scale}, {Key: "count", Value: m.Docs}}
	if m.Docs > 0 {
		stats = append(stats, bson.E{Key: "avgObjSize", Value: average(m.Bytes, m.Docs)})
	}
	return append(stats, bson.D{{Key: "storageSize", Value: m.Stored / scale}, {Key: "nindexes", Value: int32(len(sizes))},
		{Key: "totalIndexSize", Value: m.IndexBytes() / scale}, {Key: "totalSize", Value: m.Total() / scale},
		{Key: "indexSizes", Value: sizes}, {Key: "capped", Value: false}, {Key: "scaleFactor", Value: scale}}...), nil
}

func runDBStats(c *call) (bson.D, error) {
	scale, err := c.scale()
	if err != nil {
		return nil, err
	}
	var sum storage.Measures
	colls := c.e.store.Collections(c.ns.DB)
	for _, coll := range colls {
		m, err := c.e.store.Measure(coll)
		if err != nil {
			return nil, err
		}
		sum.Docs += m.Docs
		sum.Bytes += m.Bytes
		sum.Stored += m.Stored
		sum.Indexes = append(sum.Indexes, m.Indexes...)
	}
	disk, err := c.e.store.Disk()
	if err != nil {
		return nil, err
	}
	free := func(name string) bson.D { // files are written once and hold no free space
		if !c.bool("freeStorage", false) {
			return nil
		}
		return bson.D{{Key: name, Value: int64(0)}}
	}
	return slices.Concat(bson.D{{Key: "db", Value: c.ns.DB}, {Key: "collections", Value: int64(len(colls))}, {Key: "views", Value: int64(0)},
		{Key: "objects", Value: sum.Docs}, {Key: "avgObjSize", Value: average(sum.Bytes, sum.Docs)},
		{Key: "dataSize", Value: sum.Bytes / scale}, {Key: "storageSize", Value: sum.Stored / scale}}, free("freeStorageSize"),
		bson.D{{Key: "indexes", Value: int64(len(sum.Indexes))}, {Key: "indexSize", Value: sum.IndexBytes() / scale}}, free("indexFreeStorageSize"),
		bson.D{{Key: "totalSize", Value: sum.Total() / scale}}, free("totalFreeStorageSize"),
		bson.D{{Key: "scaleFactor", Value: scale}, {Key: "fsUsedSize", Value: int64(disk.UsedBytes) / scale},
			{Key: "fsTotalSize", Value: int64(disk.TotalBytes) / scale}}), nil
}

package report

import (
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

func average(sum, n int64) int64 {
	if n == 0 {
		return 0
	}
	return sum / n
}

// DBStats answers dbStats.
func DBStats(on On) (bson.D, error) {
	scale, err := on.Scale()
	if err != nil {
		return nil, err
	}
	var sum storage.Measures
	colls := on.Store.Collections(on.NS.DB)
	for _, coll := range colls {
		m, err := on.Store.Measure(coll)
		if err != nil {
			return nil, err
		}
		sum.Docs += m.Docs
		sum.Bytes += m.Bytes
		sum.Stored += m.Stored
		sum.Indexes = append(sum.Indexes, m.Indexes...)
	}
	disk, err := on.Store.Disk()
	if err != nil {
		return nil, err
	}
	free := func(name string) bson.D { // files are written once and hold no free space
		if !on.Bool("freeStorage", false) {
			return nil
		}
		return bson.D{{Key: name, Value: int64(0)}}
	}
	return slices.Concat(bson.D{{Key: "db", Value: on.NS.DB}, {Key: "collections", Value: int64(len(colls))}, {Key: "views", Value: int64(0)},
		{Key: "objects", Value: sum.Docs}, {Key: "avgObjSize", Value: average(sum.Bytes, sum.Docs)},
		{Key: "dataSize", Value: sum.Bytes / scale}, {Key: "storageSize", Value: sum.Stored / scale}}, free("freeStorageSize"),
		bson.D{{Key: "indexes", Value: int64(len(sum.Indexes))}, {Key: "indexSize", Value: sum.IndexBytes() / scale}}, free("indexFreeStorageSize"),
		bson.D{{Key: "totalSize", Value: sum.Total() / scale}}, free("totalFreeStorageSize"),
		bson.D{{Key: "scaleFactor", Value: scale}, {Key: "fsUsedSize", Value: int64(disk.UsedBytes) / scale},
			{Key: "fsTotalSize", Value: int64(disk.TotalBytes) / scale}}), nil
}

// DataSize answers dataSize: the number and the size of a collection's documents.
func DataSize(on On) (bson.D, error) {
	began := time.Now()
	full, ok := on.Self.StringValueOK()
	if !ok {
		return nil, field.String.Mismatch("dataSize.dataSize", on.Self)
	}
	ns := storage.SplitName(full)
	if err := ns.Check(); err != nil {
		return nil, err
	}
	var m storage.Measures
	if coll := on.Store.Collection(ns); coll != nil {
		var err error
		if m, err = on.Store.Measure(coll); err != nil {
			return nil, err
		}
	}
	return bson.D{{Key: "size", Value: m.Bytes}, {Key: "numObjects", Value: m.Docs}, {Key: "millis", Value: time.Since(began).Milliseconds()}}, nil
}

package docdb

import (
	"errors"
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// measures are a collection's sizes in bytes. What a file holds counts as it is there, which is compressed; what has not
// left memory for a file yet counts as it is in memory.
type measures struct {
	tally
	stored  int64   // by the documents
	indexes []int64 // by each of allIndexes
}

func (m measures) indexBytes() (sum int64) {
	for _, n := range m.indexes {
		sum += n
	}
	return sum
}

// total is what the collection takes.
func (m measures) total() int64 { return m.stored + m.indexBytes() }

func (e *Engine) measure(coll *collection) (m measures, err error) {
	if m.tally, err = readTally(e.db, coll.id); err != nil {
		return m, err
	}
	if m.stored, err = e.inFiles(idPrefix(spaceDocument, coll.id)); err != nil {
		return m, err
	}
	if m.stored == 0 {
		m.stored = m.bytes
	}
	m.indexes = []int64{0} // the documents' own order takes no space
	for _, ix := range coll.indexes {
		prefix := idPrefix(spaceIndex, ix.ID)
		n, err := e.inFiles(prefix)
		if err == nil && n == 0 {
			n, err = e.inMemory(prefix)
		}
		if err != nil {
			return m, err
		}
		m.indexes = append(m.indexes, n)
	}
	return m, nil
}

// inFiles is how much the keys that begin with prefix take in files.
func (e *Engine) inFiles(prefix []byte) (int64, error) {
	n, err := e.db.EstimateDiskUsage(prefix, after(prefix))
	return int64(n), err
}

// inMemory is how much the keys that begin with prefix and their values take. They are read for it, so it is for those that
// are in no file: what waits in memory is bounded.
func (e *Engine) inMemory(prefix []byte) (size int64, err error) {
	it, err := e.db.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return 0, err
	}
	for ok := it.First(); ok; ok = it.Next() {
		size += int64(len(it.Key()) + len(it.Value()))
	}
	return size, errors.Join(it.Error(), it.Close())
}

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
	var m measures
	var err error
	sizes := bson.D{}
	if coll := c.e.catalog.get(c.ns); coll != nil {
		if m, err = c.e.measure(coll); err != nil {
			return nil, err
		}
		for i, ix := range coll.allIndexes() {
			sizes = append(sizes, bson.E{Key: ix.Name, Value: m.indexes[i] / scale})
		}
	}
	stats := bson.D{{Key: "size", Value: m.bytes / scale}, {Key: "count", Value: m.docs}}
	if m.docs > 0 {
		stats = append(stats, bson.E{Key: "avgObjSize", Value: average(m.bytes, m.docs)})
	}
	return append(stats, bson.D{{Key: "storageSize", Value: m.stored / scale}, {Key: "nindexes", Value: int32(len(sizes))},
		{Key: "totalIndexSize", Value: m.indexBytes() / scale}, {Key: "totalSize", Value: m.total() / scale},
		{Key: "indexSizes", Value: sizes}, {Key: "capped", Value: false}, {Key: "scaleFactor", Value: scale}}...), nil
}

func runDBStats(c *call) (bson.D, error) {
	scale, err := c.scale()
	if err != nil {
		return nil, err
	}
	var sum measures
	colls := c.e.catalog.list(c.ns.db)
	for _, coll := range colls {
		m, err := c.e.measure(coll)
		if err != nil {
			return nil, err
		}
		sum.docs += m.docs
		sum.bytes += m.bytes
		sum.stored += m.stored
		sum.indexes = append(sum.indexes, m.indexes...)
	}
	disk, err := c.e.opts.fs.GetDiskUsage(c.e.dir)
	if err != nil {
		return nil, err
	}
	free := func(name string) bson.D { // files are written once and hold no free space
		if !c.bool("freeStorage", false) {
			return nil
		}
		return bson.D{{Key: name, Value: int64(0)}}
	}
	return slices.Concat(bson.D{{Key: "db", Value: c.ns.db}, {Key: "collections", Value: int64(len(colls))}, {Key: "views", Value: int64(0)},
		{Key: "objects", Value: sum.docs}, {Key: "avgObjSize", Value: average(sum.bytes, sum.docs)},
		{Key: "dataSize", Value: sum.bytes / scale}, {Key: "storageSize", Value: sum.stored / scale}}, free("freeStorageSize"),
		bson.D{{Key: "indexes", Value: int64(len(sum.indexes))}, {Key: "indexSize", Value: sum.indexBytes() / scale}}, free("indexFreeStorageSize"),
		bson.D{{Key: "totalSize", Value: sum.total() / scale}}, free("totalFreeStorageSize"),
		bson.D{{Key: "scaleFactor", Value: scale}, {Key: "fsUsedSize", Value: int64(disk.UsedBytes) / scale},
			{Key: "fsTotalSize", Value: int64(disk.TotalBytes) / scale}}), nil
}

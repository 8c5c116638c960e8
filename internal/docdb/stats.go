package docdb

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/wire"
)

// measures are a collection's sizes. On disk counts what has left memory.
type measures struct {
	tally
	onDisk  int64
	indexes []int64 // of each of allIndexes
}

func (m measures) indexBytes() (sum int64) {
	for _, n := range m.indexes {
		sum += n
	}
	return sum
}

// size is what the collection takes: on disk, or before it is there, in documents.
func (m measures) size() int64 { return max(m.onDisk, m.bytes) + m.indexBytes() }

func (e *Engine) measure(coll *collection) (m measures, err error) {
	if m.tally, err = readTally(e.db, coll.id); err != nil {
		return m, err
	}
	if m.onDisk, err = e.diskUsage(idPrefix(spaceDocument, coll.id)); err != nil {
		return m, err
	}
	m.indexes = []int64{0} // the documents' own order takes no space
	for _, ix := range coll.indexes {
		n, err := e.diskUsage(idPrefix(spaceIndex, ix.ID))
		if err != nil {
			return m, err
		}
		m.indexes = append(m.indexes, n)
	}
	return m, nil
}

func (e *Engine) diskUsage(prefix []byte) (int64, error) {
	n, err := e.db.EstimateDiskUsage(prefix, after(prefix))
	return int64(n), err
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
	return append(stats, bson.D{{Key: "storageSize", Value: m.onDisk / scale}, {Key: "nindexes", Value: int32(len(sizes))},
		{Key: "totalIndexSize", Value: m.indexBytes() / scale}, {Key: "totalSize", Value: (m.onDisk + m.indexBytes()) / scale},
		{Key: "indexSizes", Value: sizes}, {Key: "capped", Value: false}, {Key: "scaleFactor", Value: scale}}...), nil
}

func runDBStats(c *call) (bson.D, error) {
	scale, err := c.scale()
	if err != nil {
		return nil, err
	}
	var sum measures
	var indexes, indexBytes int64
	colls := c.e.catalog.list(c.ns.db)
	for _, coll := range colls {
		m, err := c.e.measure(coll)
		if err != nil {
			return nil, err
		}
		sum.docs += m.docs
		sum.bytes += m.bytes
		sum.onDisk += m.onDisk
		indexes += int64(len(m.indexes))
		indexBytes += m.indexBytes()
	}
	return bson.D{{Key: "db", Value: c.ns.db}, {Key: "collections", Value: int64(len(colls))}, {Key: "views", Value: int64(0)},
		{Key: "objects", Value: sum.docs}, {Key: "avgObjSize", Value: average(sum.bytes, sum.docs)},
		{Key: "dataSize", Value: sum.bytes / scale}, {Key: "storageSize", Value: sum.onDisk / scale},
		{Key: "indexes", Value: indexes}, {Key: "indexSize", Value: indexBytes / scale},
		{Key: "totalSize", Value: (sum.onDisk + indexBytes) / scale}, {Key: "scaleFactor", Value: scale}}, nil
}

package docdb

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"github.com/telamon-db/telamon/internal/docdb/query"
	"github.com/telamon-db/telamon/internal/wire"
)

// Stages are the aggregation stages that the engine knows, by name.
func Stages() []query.Entry {
	list := append([]query.Entry{{Name: "$collStats", Summary: "Gives a collection's sizes, as the first stage."}}, query.Stages...)
	slices.SortFunc(list, func(a, b query.Entry) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// splitCollStats parts a pipeline that begins with $collStats, which takes the place of the collection's documents, into
// the stage's specification and the stages behind it.
func splitCollStats(pipeline bson.RawValue) (spec, rest bson.RawValue, ok bool) {
	array, isArray := pipeline.ArrayOK()
	stages, err := array.Values()
	if !isArray || err != nil || len(stages) == 0 {
		return spec, rest, false
	}
	first, _ := stages[0].DocumentOK()
	elements, err := first.Elements()
	if err != nil || len(elements) != 1 || elements[0].Key() != "$collStats" {
		return spec, rest, false
	}
	at, dst := bsoncore.AppendArrayStart(nil)
	for i, v := range stages[1:] {
		dst = bsoncore.AppendValueElement(dst, strconv.Itoa(i), bsoncore.Value{Type: bsoncore.Type(v.Type), Data: v.Value})
	}
	dst, _ = bsoncore.AppendArrayEnd(dst, at) // at is the start that this array began with
	return elements[0].Value(), bson.RawValue{Type: bson.TypeArray, Value: dst}, true
}

var collStatsFields = fields("storageStats", isObject, "count", isObject, "latencyStats", isObject, "queryExecStats", isObject)

// aggregateStats runs a pipeline on the one document that $collStats makes. Source: MongoDB manual, "$collStats".
func (c *call) aggregateStats(spec, rest bson.RawValue) (bson.D, error) {
	if c.ns.coll == "" {
		return nil, wire.Errorf(wire.InvalidNamespace, "$collStats needs a collection")
	}
	doc, ok := spec.DocumentOK()
	if !ok {
		return nil, wire.Errorf(wire.TypeMismatch, "$collStats must take an object but found: %s", typeName(spec.Type))
	}
	p, err := query.ParsePipeline(rest)
	if err != nil {
		return nil, err
	}
	size, err := c.cursorSize()
	if err != nil {
		return nil, err
	}
	stats, err := c.collStatsDocument(doc)
	if err != nil {
		return nil, err
	}
	results := func(ctx context.Context) iter.Seq2[bson.Raw, error] { return p.Run(ctx, listed([]bson.Raw{stats})) }
	return c.openCursor(newCursor(c.ns, results, func() {}), size)
}

func (c *call) collStatsDocument(spec bson.Raw) (bson.Raw, error) {
	a, err := statement("$collStats", collStatsFields, spec)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"latencyStats", "queryExecStats"} {
		if a.has(name) {
			return nil, wire.Errorf(wire.NotImplemented, "the option '%s' is not supported", name)
		}
	}
	doc := bson.D{{Key: "ns", Value: c.ns.String()}, {Key: "localTime", Value: c.e.opts.Now()}}
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
		n, err := readTally(c.e.db, coll.id)
		if err != nil {
			return nil, err
		}
		doc = append(doc, bson.E{Key: "count", Value: n.docs})
	}
	return bson.Marshal(doc)
}

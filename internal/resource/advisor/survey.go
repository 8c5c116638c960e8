package advisor

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/insight"
	"github.com/telamon-db/telamon/internal/model"
)

// sampled is how many documents of a collection are looked at.
const sampled = 20

// surveyCollection asks a cluster's database about a collection.
func (s *Service) surveyCollection(ctx context.Context, cluster model.ID, db, name string) (out collection, err error) {
	out.Namespace = db + "." + name
	var stats struct {
		Count, Size int64
		IndexSizes  map[string]int64 `bson:"indexSizes"`
	}
	if err := s.ask(ctx, cluster, db, bson.D{{Key: "collStats", Value: name}}, &stats); err != nil {
		return out, err
	}
	out.Docs, out.Bytes = stats.Count, stats.Size
	var used struct {
		Cursor struct{ FirstBatch []indexStats }
	}
	if err := s.ask(ctx, cluster, db, pipeline(name, bson.D{{Key: "$indexStats", Value: bson.D{}}}), &used); err != nil {
		return out, err
	}
	for _, one := range used.Cursor.FirstBatch {
		out.Indexes = append(out.Indexes, one.index(stats.IndexSizes[one.Name]))
	}
	var sample struct {
		Cursor struct{ FirstBatch []bson.Raw }
	}
	if err := s.ask(ctx, cluster, db, bson.D{{Key: "find", Value: name}, {Key: "limit", Value: sampled}, {Key: "singleBatch", Value: true}}, &sample); err != nil {
		return out, err
	}
	for _, doc := range sample.Cursor.FirstBatch {
		out.Largest = max(out.Largest, len(doc))
		out.measure(doc)
	}
	return out, nil
}

func pipeline(coll string, stages ...bson.D) bson.D {
	return bson.D{{Key: "aggregate", Value: coll}, {Key: "pipeline", Value: stages}, {Key: "cursor", Value: bson.D{{Key: "batchSize", Value: 1000}}}}
}

// indexStats is an index as $indexStats shows it.
type indexStats struct {
	Name     string
	Key      bson.Raw
	Accesses struct {
		Ops   int64
		Since time.Time
	}
	Spec bson.Raw
}

func (x indexStats) index(bytes int64) index {
	out := index{Name: x.Name, Bytes: bytes, Uses: x.Accesses.Ops, Since: x.Accesses.Since, Plain: true}
	if text, err := bson.MarshalExtJSON(x.Key, false, false); err == nil {
		out.Key = string(text)
	}
	out.Hidden, _ = x.Spec.Lookup("hidden").BooleanOK()
	for _, special := range []string{"unique", "sparse", "partialFilterExpression", "expireAfterSeconds", "collation"} {
		if v := x.Spec.Lookup(special); v.Type != 0 && v.Type != bson.TypeBoolean {
			out.Plain = false
		} else if set, _ := v.BooleanOK(); set {
			out.Plain = false
		}
	}
	elements, _ := x.Key.Elements()
	for _, e := range elements {
		dir, ok := e.Value().AsFloat64OK()
		if !ok || dir != 1 && dir != -1 {
			out.Parts, out.Plain = nil, false
			break
		}
		out.Parts = append(out.Parts, insight.Part{Field: e.Key(), Dir: int(dir)})
	}
	return out
}

// measure notes the longest array at the top of a document.
func (c *collection) measure(doc bson.Raw) {
	elements, _ := doc.Elements()
	for _, e := range elements {
		if array, ok := e.Value().ArrayOK(); ok {
			if values, _ := array.Values(); len(values) > c.Elements {
				c.Array, c.Elements = e.Key(), len(values)
			}
		}
	}
}

package stage

import (
	"context"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// BenchmarkGroup is a $group with five accumulators over a hundred thousand documents that are in memory.
func BenchmarkGroup(b *testing.B) {
	var docs []bson.Raw
	for k := range 1000 {
		doc, err := bson.Marshal(bson.D{{Key: "_id", Value: k}, {Key: "g", Value: k % 100}, {Key: "n", Value: k % 977}, {Key: "r", Value: float64(k) / 3}, {Key: "s", Value: "some text that is not short"}})
		if err != nil {
			b.Fatal(err)
		}
		docs = append(docs, doc)
	}
	in := func(yield func(bson.Raw, error) bool) {
		for i := range 100_000 {
			if !yield(docs[i%len(docs)], nil) {
				return
			}
		}
	}
	p := pipeline(b, `[{"$group": {"_id": "$g", "sum": {"$sum": "$n"}, "avg": {"$avg": "$r"}, "min": {"$min": "$n"}, "max": {"$max": "$r"}, "count": {"$count": {}}}}]`)
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range p.Run(running(context.Background()), in) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

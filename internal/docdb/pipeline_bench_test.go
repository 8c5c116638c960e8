package docdb

import (
	"context"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/field"
	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// took is how long a command and its cursor take.
func (x *db) took(cmd d) time.Duration {
	began := time.Now()
	x.drain(cmd)
	return time.Since(began)
}

// readAll is how long it takes to read all documents of a collection, each into the same buffer.
func (x *db) readAll(b *testing.B) time.Duration {
	began := time.Now()
	sel, err := plan.NewSelection(nil, field.EmptyDoc, nil, nil, bson.RawValue{})
	if err != nil {
		b.Fatal(err)
	}
	v := x.e.store.View(storage.Namespace{DB: "test", Coll: "c"})
	defer v.Close()
	s, err := sel.Scan(context.Background(), v.R, v.Coll)
	if err != nil {
		b.Fatal(err)
	}
	s.Lent = true
	var buffer []byte
	for doc, err := range sel.Results(&stage.Run{Ctx: context.Background(), Memory: x.e.memory}, s) {
		if err != nil {
			b.Fatal(err)
		}
		buffer = append(buffer[:0], doc...)
	}
	return time.Since(began)
}

// BenchmarkPipelines tells what pipelines cost, each against plain work on the same documents in the same run.
func BenchmarkPipelines(b *testing.B) {
	const many, joined = 100_000, 10_000
	x := fresh(b)
	for i := 0; i < many; i += 1000 {
		var docs []any
		for k := i; k < i+1000; k++ {
			docs = append(docs, d{{"_id", k}, {"g", k % 100}, {"n", k % 977}, {"r", float64(k) / 3}, {"s", "some text that is not short"}})
		}
		x.insert("c", docs...)
		if i < joined {
			x.insert("inner", docs...)
		}
	}
	x.index("inner", "r", 1)
	group := d{{"$group", d{{"_id", "$g"}, {"sum", d{{"$sum", "$n"}}}, {"avg", d{{"$avg", "$r"}}}, {"min", d{{"$min", "$n"}}}, {"max", d{{"$max", "$r"}}}, {"count", d{{"$count", d{}}}}}}}
	none := d{{"$match", d{{"n", d{{"$lt", 0}}}}}}
	lookup := d{{"$lookup", d{{"from", "inner"}, {"localField", "r"}, {"foreignField", "r"}, {"as", "j"}}}}
	for _, tc := range []struct {
		name       string
		one, plain func() time.Duration
	}{
		{"group", func() time.Duration { return x.took(pipe(group)) }, func() time.Duration { return x.readAll(b) }},
		{"match", func() time.Duration {
			return x.took(pipe(d{{"$match", d{{"$expr", d{{"$lt", a{"$n", 0}}}}}}}))
		}, func() time.Duration { return x.took(pipe(none)) }},
		{"lookup", func() time.Duration {
			return x.took(pipe(d{{"$limit", joined}}, lookup, d{{"$match", d{{"j.n", -1}}}}))
		}, func() time.Duration {
			began := time.Now()
			for i := range joined {
				x.ok(d{{"find", "inner"}, {"filter", d{{"r", float64(i) / 3}}}, {"limit", 1}, {"singleBatch", true}})
			}
			return time.Since(began)
		}},
	} {
		b.Run(tc.name, func(b *testing.B) {
			var one, plain time.Duration
			for b.Loop() {
				one += tc.one()
				plain += tc.plain()
			}
			b.ReportMetric(float64(one)/float64(plain), "ratio")
		})
	}
}

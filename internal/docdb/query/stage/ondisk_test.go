package stage

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// onDisk are pipelines that go to disk where they may hold little.
var onDisk = map[string]string{
	"bucketAuto":     `[{"$bucketAuto": {"groupBy": "$k", "buckets": 200, "output": {"n": {"$push": "$n"}, "first": {"$first": "$_id"}}}}]`,
	"one bucket":     `[{"$bucketAuto": {"groupBy": "$_id", "buckets": 1, "output": {"n": {"$max": "$n"}}}}]`,
	"windows":        `[{"$setWindowFields": {"partitionBy": "$k", "sortBy": {"n": 1, "_id": -1}, "output": {"a": {"$sum": "$_id", "window": {"documents": [-3, 2]}}, "b": {"$push": "$n", "window": {"documents": [-1, 0]}}, "c.d": {"$shift": {"output": "$n", "by": 1}}}}}]`,
	"one part":       `[{"$setWindowFields": {"sortBy": {"_id": 1}, "output": {"a": {"$sum": "$_id", "window": {"range": [-10, 0]}}, "r": {"$rank": {}}, "e": {"$expMovingAvg": {"input": "$_id", "N": 3}}}}}]`,
	"several covers": `[{"$setWindowFields": {"partitionBy": {"$mod": ["$_id", 3]}, "sortBy": {"_id": 1}, "output": {"c": {"$covariancePop": ["$_id", "$_id"], "window": {"documents": [-2, 2]}}, "i": {"$integral": {"input": "$_id"}, "window": {"documents": [-4, 0]}}}}}]`,
	"densify":        `[{"$densify": {"field": "_id", "partitionByFields": ["k"], "range": {"step": 100, "bounds": "full"}}}]`,
	"densify parts":  `[{"$densify": {"field": "_id", "partitionByFields": ["k"], "range": {"step": 50, "bounds": "partition"}}}]`,
	"fill":           `[{"$fill": {"partitionByFields": ["k"], "sortBy": {"_id": 1}, "output": {"n": {"method": "locf"}}}}]`,
	"sort":           `[{"$sort": {"n": 1, "_id": -1}}]`,
	"sortByCount":    `[{"$sortByCount": "$_id"}, {"$sort": {"_id": 1}}]`,
	"united":         `[{"$unionWith": {"coll": "other"}}, {"$sort": {"n": -1, "_id": 1}}]`,
}

// padded are documents with half a kilobyte more.
func padded(docs []bson.Raw) (wide []bson.Raw) {
	for _, doc := range docs {
		b := value.NewBuilder()
		for name, v := range keys.Elements(doc) {
			b.Add(string(name), v)
		}
		b.Add("pad", value.String(strings.Repeat("-", 500)))
		wide = append(wide, b.Bytes())
	}
	return wide
}

// listOf are the documents of a stream in their order.
func listOf(in value.Documents) (list []string, err error) {
	for doc, err := range in {
		if err != nil {
			return nil, err
		}
		list = append(list, string(doc))
	}
	return list, nil
}

// withOther lets a run read the documents of a collection that is not there but empty.
func withOther(r *Run) *Run {
	r.Open = func(*Run, Namespace, *Pipeline) (value.Documents, error) { return listed(nil), nil }
	return r
}

// TestStagesOnDisk runs stages with little memory and with plenty: the documents are the same, in the same order.
func TestStagesOnDisk(t *testing.T) {
	for name, text := range onDisk {
		p := pipeline(t, text)
		spilled := 0
		for seed := range uint64(2) {
			r := rand.New(rand.NewPCG(seed, 8))
			docs := padded(purchases(r, 2500+r.IntN(1000), 1+r.IntN(60)))
			want, err := listOf(p.Run(withOther(running(t.Context())), listed(docs)))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			run := withOther(little(t, 4_000_000))
			got, err := listOf(p.Run(run, lent(listed(docs))))
			if err != nil || !slices.Equal(got, want) {
				t.Fatalf("%s, seed %d: %d documents of %d, %v", name, seed, len(got), len(want), err)
			}
			run.Memory, run.Spill = memory.NewBudget(run.Memory.Size()/12), nil
			if _, err := listOf(p.Run(run, listed(docs))); err != nil {
				var known *wire.Error
				if !errors.As(err, &known) || known.Code != wire.SortMemoryExceeded.Number && known.Code != wire.ExceededMemoryLimit.Number {
					t.Errorf("%s: %v", name, err)
				}
				spilled++
			}
		}
		if spilled == 0 {
			t.Errorf("%s needed no disk", name)
		}
	}
}

// TestSamplesOnDisk takes samples that are larger than the memory.
func TestSamplesOnDisk(t *testing.T) {
	docs := purchases(rand.New(rand.NewPCG(4, 4)), 5000, 50)
	got, err := listOf(pipeline(t, `[{"$sample": {"size": 4000}}]`).Run(little(t, 400_000), lent(listed(docs))))
	if err != nil || len(got) != 4000 {
		t.Fatalf("%d documents, %v", len(got), err)
	}
	slices.Sort(got)
	if n := len(slices.Compact(got)); n != 4000 {
		t.Errorf("%d different documents", n)
	}
}

// TestOnePartIsTooLarge has values in one part, and in one bucket, that no disk can help.
func TestOnePartIsTooLarge(t *testing.T) {
	docs := purchases(rand.New(rand.NewPCG(1, 1)), 20_000, 50)
	for _, text := range []string{
		`[{"$setWindowFields": {"output": {"a": {"$push": "$$ROOT"}}}}]`,
		`[{"$bucketAuto": {"groupBy": "$_id", "buckets": 1, "output": {"a": {"$push": "$$ROOT"}}}}]`,
	} {
		_, err := listOf(pipeline(t, text).Run(little(t, 2_000_000), listed(docs)))
		var known *wire.Error
		if !errors.As(err, &known) || known.Code != wire.SortMemoryExceeded.Number {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestStagesOnDiskEnd ends stages that are on disk early, in every way: nothing is left open or held.
func TestStagesOnDiskEnd(t *testing.T) {
	docs := padded(purchases(rand.New(rand.NewPCG(2, 2)), 3000, 20))
	for name, text := range onDisk {
		p := pipeline(t, text)
		for _, stop := range []int{1, 150} {
			n := 0
			for _, err := range p.Run(withOther(little(t, 4_000_000)), listed(docs)) {
				if n++; err != nil {
					t.Fatalf("%s: %v", name, err)
				} else if n == stop {
					break
				}
			}
			r := withOther(little(t, 4_000_000))
			ctx, cancel := context.WithCancel(t.Context())
			r.Ctx = ctx
			n = 0
			for range p.Run(r, listed(docs)) {
				if n++; n == stop {
					cancel()
				}
			}
			cancel()
			failing := func(yield func(bson.Raw, error) bool) {
				for i, doc := range docs {
					if i == 2000+stop {
						yield(nil, errEnough)
						return
					}
					if !yield(doc, nil) {
						return
					}
				}
			}
			if _, err := listOf(p.Run(withOther(little(t, 4_000_000)), failing)); err != nil && !errors.Is(err, errEnough) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

package stage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/spill"
	"github.com/telamon-db/telamon/internal/wire"
)

// little is a run that may hold so many bytes, and has a disk.
func little(t testing.TB, size int64) *Run {
	t.Helper()
	d, err := spill.Open(vfs.NewMem(), "spill")
	if err != nil {
		t.Fatal(err)
	}
	r := &Run{Ctx: t.Context(), Memory: memory.NewBudget(size), Spill: d}
	t.Cleanup(func() {
		if d.Files() != 0 || r.Memory.Used() != 0 {
			t.Errorf("%d files are open, %d bytes are held", d.Files(), r.Memory.Used())
		}
	})
	return r
}

// purchases are documents with a key among so many, and values of several types.
func purchases(r *rand.Rand, n, keys int) (docs []bson.Raw) {
	for i := range n {
		b := value.NewBuilder()
		b.Add("_id", value.Int32(int32(i)))
		switch k := r.IntN(keys); k % 3 {
		case 0:
			b.Add("k", value.Int32(int32(k)))
		case 1:
			b.Add("k", value.Double(float64(k)))
		default:
			b.Add("k", value.String(fmt.Sprint(k)))
		}
		switch r.IntN(5) {
		case 0:
			b.Add("n", value.Double(r.Float64()))
		case 1:
			b.Add("n", value.String(strings.Repeat("x", r.IntN(200))))
		case 2:
		default:
			b.Add("n", value.Int64(r.Int64N(1000)))
		}
		docs = append(docs, b.Bytes())
	}
	return docs
}

// results are the documents that a stage makes, in the order of their bytes.
func results(in value.Documents) ([]string, error) {
	var list []string
	for doc, err := range in {
		if err != nil {
			return nil, err
		}
		list = append(list, string(doc))
	}
	slices.Sort(list)
	return list, nil
}

// everyAccumulator groups by k with each accumulator that there is.
const everyAccumulator = `[{"$group": {"_id": "$k", "sum": {"$sum": "$n"}, "avg": {"$avg": "$n"}, "min": {"$min": "$n"}, "max": {"$max": "$n"}, "first": {"$first": "$n"}, "last": {"$last": "$n"}, "push": {"$push": "$n"},
	"set": {"$addToSet": "$n"}, "count": {"$count": {}}, "merged": {"$mergeObjects": {"a": "$n"}}, "pop": {"$stdDevPop": "$n"}, "samp": {"$stdDevSamp": "$n"}, "firstN": {"$firstN": {"n": 2, "input": "$n"}},
	"lastN": {"$lastN": {"n": 2, "input": "$n"}}, "minN": {"$minN": {"n": 2, "input": "$n"}}, "maxN": {"$maxN": {"n": 2, "input": "$n"}}, "topN": {"$topN": {"n": 2, "sortBy": {"n": 1}, "output": "$_id"}},
	"bottom": {"$bottom": {"sortBy": {"n": 1}, "output": "$_id"}}, "median": {"$median": {"input": "$n", "method": "approximate"}}}}]`

// TestGroupsOnDisk groups with little memory and with plenty: the groups are the same to the last bit.
func TestGroupsOnDisk(t *testing.T) {
	p := pipeline(t, everyAccumulator)
	onDisk := 0
	for seed := range uint64(25) {
		r := rand.New(rand.NewPCG(seed, 3))
		docs := purchases(r, 500+r.IntN(3000), 1+r.IntN(800))
		want, err := results(p.Run(running(t.Context()), listed(docs)))
		if err != nil {
			t.Fatal(err)
		}
		run := little(t, 4*int64(60_000+r.IntN(400_000)))
		got, err := results(p.Run(run, lent(listed(docs))))
		var known *wire.Error
		if errors.As(err, &known) && known.Code == wire.ExceededMemoryLimit.Number {
			continue // one of the groups is too large
		}
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("seed %d: %d groups of %d, %v", seed, len(got), len(want), err)
		}
		run.Memory, run.Spill = memory.NewBudget(run.Memory.Size()/4), nil
		if _, err := results(p.Run(run, listed(docs))); err != nil {
			onDisk++
		}
	}
	if onDisk < 10 {
		t.Errorf("only %d runs needed the disk", onDisk)
	}
}

// TestOneGroupIsTooLarge has a group that no disk can help.
func TestOneGroupIsTooLarge(t *testing.T) {
	docs := purchases(rand.New(rand.NewPCG(1, 1)), 20_000, 50)
	for _, key := range []string{`null`, `{"$cond": [{"$eq": ["$k", 3]}, "$_id", 0]}`} {
		_, err := results(pipeline(t, `[{"$group": {"_id": `+key+`, "all": {"$push": "$$ROOT"}}}]`).Run(little(t, 2_000_000), listed(docs)))
		var known *wire.Error
		if !errors.As(err, &known) || known.Code != wire.ExceededMemoryLimit.Number || !strings.Contains(known.Message, "one group") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// TestGroupsOnDiskEnd ends groups that are on disk early, in every way.
func TestGroupsOnDiskEnd(t *testing.T) {
	docs := purchases(rand.New(rand.NewPCG(2, 2)), 5000, 3000)
	p := pipeline(t, everyAccumulator)
	for stop := 1; stop < 3000; stop += 500 {
		n := 0
		for _, err := range p.Run(little(t, 1_200_000), listed(docs)) {
			if n++; err != nil {
				t.Fatal(err)
			} else if n == stop {
				break
			}
		}
		r := little(t, 1_200_000)
		ctx, cancel := context.WithCancel(t.Context())
		r.Ctx = ctx
		n = 0
		var last error
		for _, err := range p.Run(r, listed(docs)) {
			if n++; n == stop {
				cancel()
			}
			last = err
		}
		cancel()
		if !errors.Is(last, context.Canceled) && n > stop+500 {
			t.Errorf("after %d results: %v", n, last)
		}
		failing := func(yield func(bson.Raw, error) bool) {
			for i, doc := range docs {
				if i == stop {
					yield(nil, errEnough)
					return
				}
				if !yield(bytes.Clone(doc), nil) {
					return
				}
			}
		}
		if _, err := results(p.Run(little(t, 1_200_000), failing)); !errors.Is(err, errEnough) {
			t.Errorf("%v", err)
		}
	}
}

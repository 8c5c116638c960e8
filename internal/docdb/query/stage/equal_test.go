package stage

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/querytest"
	"github.com/telamon-db/telamon/internal/wire"
)

// pieces are stages of which pipelines are made, those that optimizations look at above all.
var pieces = []string{
	`{"$match": {"n": {"$gt": 1}}}`, `{"$match": {"k": "a"}}`, `{"$match": {"i.p": {"$gte": 5}}}`, `{"$match": {"t": "x"}}`, `{"$match": {"$expr": {"$lt": ["$n", 9]}}}`, `{"$match": {"_id": {"$ne": 2}}}`,
	`{"$sort": {"n": -1, "_id": 1}}`, `{"$sort": {"k": 1}}`, `{"$limit": 2}`, `{"$limit": 5}`, `{"$skip": 1}`, `{"$skip": 0}`, `{"$unwind": "$t"}`, `{"$unwind": {"path": "$t", "preserveNullAndEmptyArrays": true, "includeArrayIndex": "x"}}`,
	`{"$lookup": {"from": "items", "localField": "k", "foreignField": "k", "as": "i"}}`, `{"$lookup": {"from": "items", "let": {"n": "$n"}, "pipeline": [{"$match": {"p": 5}}, {"$set": {"q": "$$n"}}], "as": "i"}}`, `{"$lookup": {"from": "items", "pipeline": [{"$count": "c"}], "as": "n"}}`,
	`{"$unwind": "$i"}`, `{"$unwind": {"path": "$i", "preserveNullAndEmptyArrays": true, "includeArrayIndex": "n"}}`, `{"$project": {"n": 1, "t": 1}}`, `{"$project": {"k": 0}}`, `{"$set": {"n": {"$size": {"$ifNull": ["$t", []]}}}}`,
	`{"$graphLookup": {"from": "people", "startWith": "ann", "connectFromField": "boss", "connectToField": "_id", "as": "g"}}`, `{"$unionWith": "items"}`, `{"$group": {"_id": "$k", "n": {"$sum": "$n"}}}`, `{"$sortByCount": "$k"}`, `{"$replaceWith": {"n": "$n", "all": "$$ROOT"}}`,
}

// TestOptimizedPipelinesGiveTheSame runs pipelines as they are and as they are made faster.
func TestOptimizedPipelinesGiveTheSame(t *testing.T) {
	g := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		var list []string
		for range 1 + g.IntN(6) {
			list = append(list, pieces[g.IntN(len(pieces))])
		}
		text := `[` + strings.Join(list, ", ") + `]`
		plain, _, err := outcome(t, orders, text, false)
		fast, _, err2 := outcome(t, orders, text, true)
		if plain != fast || (err == nil) != (err2 == nil) {
			t.Fatalf("%s\nis    %s, %v\nfaster %s, %v", text, plain, err, fast, err2)
		}
	}
}

// FuzzPipeline checks that no pipeline panics, nor holds memory or runs on when it has ended.
func FuzzPipeline(f *testing.F) {
	for _, piece := range pieces {
		f.Add([]byte(querytest.Doc(f, `{"p": [`+piece+`]}`)))
	}
	for _, list := range []string{`[{"$setWindowFields": {"sortBy": {"n": 1}, "output": {"f": {"$sum": "$n", "window": {"range": [-1, 1]}}}}}]`, `[{"$densify": {"field": "n", "range": {"step": 1, "bounds": "full"}}}]`, `[{"$fill": {"sortBy": {"n": 1}, "output": {"k": {"method": "locf"}}}}]`,
		`[{"$facet": {"a": [{"$limit": 1}], "b": []}}]`, `[{"$bucketAuto": {"groupBy": "$n", "buckets": 2}}]`, `[{"$redact": "$$DESCEND"}]`, `[{"$documents": [{"a": 1}]}]`, `[{"$group": {"_id": null, "t": {"$topN": {"n": 2, "sortBy": {"n": 1}, "output": "$k"}}}}]`} {
		f.Add([]byte(querytest.Doc(f, `{"p": `+list+`}`)))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if wire.Validate(raw, wire.MaxDepth) != nil {
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		p, err := Parse(expression.NewParser(ctx, nil, sometime), bson.Raw(raw).Lookup("p"))
		if err != nil || p.Stores() {
			return
		}
		opened, read := 0, 0
		r := joined(t, &opened)
		r.Ctx = ctx
		for _, err := range p.Optimize().Run(r, lent(stream(t, orders, &read))) {
			if err != nil {
				break
			}
		}
		if n := r.Memory.Used(); n != 0 {
			t.Errorf("%d bytes are held", n)
		}
	})
}

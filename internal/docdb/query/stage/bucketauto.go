package stage

import (
	"bytes"
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/keys"
	"github.com/telamon-db/telamon/internal/docdb/memory"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

// BucketAuto groups documents into intervals of a value, of which each has about as many documents.
type BucketAuto struct {
	named
	by      *keys.Collation
	key     expression.Expression
	buckets int64
	fields  []groupField
}

func parseBucketAuto(p *expression.Parser, n named) (Stage, error) {
	doc := n.spec.Value
	if !value.IsDocument(n.spec) {
		return nil, wire.Errorf(located(40240), "The argument to $bucketAuto must be an object, but found type: %s.", value.TypeName(n.spec))
	}
	if err := knownFields("$bucketAuto", located(40245), doc, "groupBy", "buckets", "output", "granularity"); err != nil {
		return nil, err
	}
	by, buckets := keys.Lookup(doc, "groupBy"), keys.Lookup(doc, "buckets")
	count, ok := value.Whole(buckets)
	switch {
	case by.Type == 0 || buckets.Type == 0:
		return nil, wire.Errorf(located(40246), "$bucketAuto requires 'groupBy' and 'buckets' to be specified.")
	case !buckets.IsNumber():
		return nil, wire.Errorf(located(40241), "The $bucketAuto 'buckets' field must be a numeric value, but found type: %s.", value.TypeName(buckets))
	case !ok || count > math.MaxInt32:
		return nil, wire.Errorf(located(40242), "The $bucketAuto 'buckets' field must be representable as a 32-bit integer, but found %v", buckets)
	case count < 1:
		return nil, wire.Errorf(located(40243), "The $bucketAuto 'buckets' field must be greater than 0, but found: %d", count)
	case keys.Lookup(doc, "granularity").Type != 0:
		return nil, wire.Errorf(wire.NotImplemented, "the option 'granularity' of $bucketAuto is not supported")
	}
	if err := groupable(by, "$bucketAuto", 40239); err != nil {
		return nil, err
	}
	output, err := bucketOutput(keys.Lookup(doc, "output"), 40244)
	if err != nil {
		return nil, err
	}
	var g Group
	for name, v := range keys.Elements(output.Value) {
		if err := g.parseField(p, string(name), v); err != nil {
			return nil, err
		}
	}
	key, err := expression.Parse(p, by)
	return BucketAuto{n, p.Collation, key, count, g.fields}, err
}

func (b BucketAuto) Needs(Needs) Needs {
	needs := needsOf(b.key)
	for _, f := range b.fields {
		needs = needs.and(needsOf(f.operand))
	}
	return needs
}

// keyedDoc is a document with the value by which it is grouped.
type keyedDoc struct {
	key []byte
	by  bson.RawValue
	doc bson.Raw
}

func (b BucketAuto) Stream(in value.Documents, r *Run) value.Documents {
	return func(yield func(bson.Raw, error) bool) {
		held := r.Memory.Open("$bucketAuto", expression.MaxMemory)
		defer held.Close()
		x := r.Evaluation()
		all, err := b.gather(in, x, &held)
		if err != nil {
			yield(nil, err)
			return
		}
		size := max(1, int(math.Round(float64(len(all))/float64(b.buckets))))
		for n := int64(1); len(all) > 0; n++ {
			end := min(size, len(all))
			if n == b.buckets {
				end = len(all)
			}
			for end < len(all) && bytes.Equal(all[end-1].key, all[end].key) { // equals stay together
				end++
			}
			doc, err := b.bucket(x, all[:end], all[end:], &held)
			if !yield(doc, err) || err != nil {
				return
			}
			all = all[end:]
		}
	}
}

func (b BucketAuto) gather(in value.Documents, x *expression.Evaluation, held *memory.Account) (all []keyedDoc, err error) {
	for doc, err := range in {
		if err != nil {
			return nil, err
		}
		doc = bytes.Clone(doc)
		by := value.Clone(value.OrNull(b.key.Value(x.Begin(doc))))
		if err := x.Err(); err != nil {
			return nil, err
		}
		k := keyedDoc{b.by.Append(nil, by), by, doc}
		if err := held.Take(len(doc) + len(k.key) + len(by.Value) + 96); err != nil {
			return nil, err
		}
		all = append(all, k)
	}
	slices.SortStableFunc(all, func(a, b keyedDoc) int {
		if !x.Step(1) {
			return 0
		}
		return bytes.Compare(a.key, b.key)
	})
	return all, x.Err()
}

// bucket accumulates documents. Its upper bound is where the next begins, or where the last ends.
func (b BucketAuto) bucket(x *expression.Evaluation, docs, rest []keyedDoc, held *memory.Account) (bson.Raw, error) {
	to := Group{fields: b.fields}.newGroup(docs[0].by)
	for _, d := range docs {
		x.Begin(d.doc)
		if err := held.Take(to.add(b.fields, x)); err != nil {
			return nil, err
		}
		if err := x.Err(); err != nil {
			return nil, err
		}
	}
	id := value.NewBuilder()
	id.Add("min", docs[0].by)
	if len(rest) > 0 {
		id.Add("max", rest[0].by)
	} else {
		id.Add("max", docs[len(docs)-1].by)
	}
	to.id = id.Document()
	return Group{fields: b.fields}.result(to), nil
}

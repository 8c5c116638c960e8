package stage

import (
	"math"

	"github.com/telamon-db/telamon/internal/docdb/keys"
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

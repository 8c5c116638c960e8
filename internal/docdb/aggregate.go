package docdb

import (
	"context"
	"iter"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query"
	"github.com/telamon-db/telamon/internal/wire"
)

var aggregateFields = fields("pipeline!", isArray, "cursor", isObject, "explain", isBool, "allowDiskUse", isBool,
	"bypassDocumentValidation", isBool, "hint", isHint, "collation", isObject, "let", isObject)

// aggregateSelection parses the pipeline. Its leading $match may choose an index.
func (c *call) aggregateSelection() (plan.Selection, *query.Pipeline, error) {
	var sel plan.Selection
	if c.ns.Coll == "" {
		return sel, nil, wire.Errorf(wire.InvalidNamespace, "aggregations on a database are not supported; a collection is required")
	}
	p, err := c.parsePipeline(c.get("pipeline"))
	if err != nil {
		return sel, nil, err
	}
	sel.Filter, sel.Hint = p.LeadingMatch(), c.get("hint")
	return sel, p, nil
}

// parsePipeline parses stages, which may be all of the command's or those behind the first.
func (c *call) parsePipeline(stages bson.RawValue) (*query.Pipeline, error) {
	if err := c.refuse("let"); err != nil {
		return nil, err
	}
	if err := c.refuseCollation(); err != nil {
		return nil, err
	}
	return query.ParsePipeline(stages)
}

func runAggregate(c *call) (bson.D, error) {
	if c.bool("explain", false) {
		return c.explain("queryPlanner")
	}
	if !c.has("cursor") {
		return nil, wire.Errorf(wire.FailedToParse, "The 'cursor' option is required, except for aggregate with the explain argument")
	}
	if name, spec, rest, ok := splitSource(c.get("pipeline")); ok {
		return c.aggregateSource(name, spec, rest)
	}
	sel, p, err := c.aggregateSelection()
	if err != nil {
		return nil, err
	}
	size, err := c.cursorSize()
	if err != nil {
		return nil, err
	}
	v, err := c.openView()
	if err != nil {
		return nil, err
	}
	s, err := sel.Scan(v.R, v.Coll)
	if err != nil {
		v.Close()
		return nil, err
	}
	s.Lent = p.Lent()
	results := func(ctx context.Context) iter.Seq2[bson.Raw, error] { return p.Run(ctx, s.Documents(ctx), c.e.memory) }
	cur := newCursor(c.ns, results, v.Close)
	cur.rest = s.Rest
	return nil, c.openCursor(cur, size)
}

// cursorSize is the first batch's size as the cursor argument of a command gives it.
func (c *call) cursorSize() (int64, error) {
	v := c.doc("cursor").Lookup("batchSize")
	if v.Type == 0 {
		return firstBatch, nil
	}
	if err := isInt.check(c.cmd.name+".cursor", "batchSize", v); err != nil {
		return 0, err
	}
	return c.batchSize(args{{"batchSize", v}})
}

package docdb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/wire"
)

var aggregateFields = fields("pipeline!", isArray, "cursor", isObject, "explain", isBool, "allowDiskUse", isBool,
	"bypassDocumentValidation", isBool, "hint", isHint, "collation", isObject, "let", isObject)

// aggregateSelection parses the pipeline. What leads it is a selection, which may choose an index; the rest is still to be
// run.
func (c *call) aggregateSelection() (sel plan.Selection, rest *stage.Pipeline, err error) {
	if c.ns.Coll == "" {
		return sel, nil, wire.Errorf(wire.InvalidNamespace, "aggregations on a database are not supported; a collection is required")
	}
	p, err := c.parsePipeline(c.get("pipeline"))
	if err != nil {
		return sel, nil, err
	}
	lead, rest := p.Optimize().Lead()
	return plan.Leading(lead, c.get("hint")), rest, nil
}

// parsePipeline parses stages, which may be all of the command's or those behind the first.
func (c *call) parsePipeline(stages bson.RawValue) (*stage.Pipeline, error) {
	if err := c.refuseCollation(); err != nil {
		return nil, err
	}
	if err := c.let(); err != nil {
		return nil, err
	}
	return stage.Parse(c.parser(), stages)
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
	s, err := c.scan(&sel, v.R, v.Coll)
	if err != nil {
		v.Close()
		return nil, err
	}
	s.Lent = true
	results := func(ctx context.Context) value.Documents {
		r := c.over(ctx, v)
		return p.Run(r, sel.Results(r, s))
	}
	cur := newCursor(c.ns, results, v.Close)
	cur.rest, cur.of = s.Rest, v.ID()
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

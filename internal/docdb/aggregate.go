package docdb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/storage"
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
	p, err := c.parsePipeline(c.Get("pipeline"))
	if err != nil {
		return sel, nil, err
	}
	lead, rest := p.Optimize().Lead()
	return plan.Leading(lead, c.Get("hint")), rest, nil
}

// parsePipeline parses stages, which may be all of the command's or those behind the first.
func (c *call) parsePipeline(stages bson.RawValue) (*stage.Pipeline, error) {
	if err := c.RefuseCollation(); err != nil {
		return nil, err
	}
	if err := c.let(); err != nil {
		return nil, err
	}
	return stage.Parse(c.parser(), stages)
}

func runAggregate(c *call) (bson.D, error) {
	if c.Bool("explain", false) {
		return c.explain("queryPlanner")
	}
	if !c.Has("cursor") {
		return nil, wire.Errorf(wire.FailedToParse, "The 'cursor' option is required, except for aggregate with the explain argument")
	}
	if name, spec, rest, ok := splitSource(c.Get("pipeline")); ok {
		return c.aggregateSource(name, spec, rest)
	}
	if c.ns.Coll == "" {
		return c.aggregateDatabase()
	}
	sel, p, err := c.aggregateSelection()
	if err != nil {
		return nil, err
	}
	size, err := c.pipelineSize(p)
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
	cur := c.s.newCursor(c.ns, results, v.Close)
	cur.rest, cur.of = s.Rest, v.ID()
	return c.answer(p, cur, size)
}

// answer opens the cursor of a pipeline. One that writes is done then.
func (c *call) answer(p *stage.Pipeline, cur *cursor, size int64) (bson.D, error) {
	if err := c.openCursor(cur, size); err != nil || !p.Stores() {
		return nil, err
	}
	return c.withConcern(nil), nil
}

// aggregateDatabase runs a pipeline that makes its documents itself.
func (c *call) aggregateDatabase() (bson.D, error) {
	p, err := c.parsePipeline(c.Get("pipeline"))
	if err != nil {
		return nil, err
	}
	if !p.StandsFirst() {
		return nil, wire.Errorf(wire.InvalidNamespace, "{aggregate: 1} needs a first stage that makes documents, such as $documents; a collection is required")
	}
	return c.aggregateDocuments(storage.Namespace{DB: c.ns.DB, Coll: "$cmd.aggregate"}, p, nil)
}

// aggregateDocuments runs a pipeline on documents that are there.
func (c *call) aggregateDocuments(ns storage.Namespace, p *stage.Pipeline, docs []bson.Raw) (bson.D, error) {
	size, err := c.pipelineSize(p)
	if err != nil {
		return nil, err
	}
	v, err := c.openView()
	if err != nil {
		return nil, err
	}
	results := func(ctx context.Context) value.Documents { return p.Optimize().Run(c.over(ctx, v), listed(docs)) }
	return c.answer(p, c.s.newCursor(ns, results, v.Close), size)
}

// pipelineSize is the first batch's size. A pipeline that writes does so at once.
func (c *call) pipelineSize(p *stage.Pipeline) (int64, error) {
	size, err := c.cursorSize()
	if p.Stores() {
		size = firstBatch
	}
	return size, err
}

// cursorSize is the first batch's size as the cursor argument of a command gives it.
func (c *call) cursorSize() (int64, error) {
	v := c.Doc("cursor").Lookup("batchSize")
	if v.Type == 0 {
		return firstBatch, nil
	}
	if err := isInt.Check(c.cmd.name+".cursor", "batchSize", v); err != nil {
		return 0, err
	}
	return c.batchSize(args{{Name: "batchSize", Value: v}})
}

package docdb

import (
	"cmp"
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// parser reads the texts of the command, which it shares: it knows the command's time, which is the cluster's too, and its collation.
func (c *call) parser() *expression.Parser {
	if c.reads == nil {
		now := c.e.store.Now()
		c.parsing = expression.ParserOf(c.ctx, nil, now)
		c.parsing.ClusterTime = bson.Timestamp{T: uint32(now.Unix()), I: 1}
		c.reads = &c.parsing
	}
	return c.reads
}

// let makes the command's variables known to all that is read from here on.
func (c *call) let() error {
	if !c.Has("let") {
		return nil
	}
	return c.parser().LetAll(c.Doc("let"))
}

// run is what the command's streams have while they run. They end with ctx, which is that of the command or of its cursor.
func (c *call) run(ctx context.Context) *stage.Run {
	r := &stage.Run{Ctx: ctx, Memory: c.e.memory}
	if c.Bool("allowDiskUse", true) {
		r.Spill = c.e.spill
	}
	return r
}

// over is run for a pipeline that reads a view, other collections included.
func (c *call) over(ctx context.Context, v *storage.View) *stage.Run {
	r, db, work := c.run(ctx), c.ns.DB, c.work
	r.Store = c.storing(r)
	opened := map[storage.Namespace]*storage.Collection{} // a lookup opens one for each document
	r.Open = func(r *stage.Run, from stage.Namespace, through *stage.Pipeline) (value.Documents, error) {
		ns := storage.Namespace{DB: cmp.Or(from.DB, db), Coll: from.Coll}
		coll, known := opened[ns]
		if !known {
			var err error
			if coll, err = v.Collection(ns); err != nil {
				return nil, err
			}
			opened[ns] = coll
		}
		lead, rest := through.Optimize().Lead()
		sel := plan.Leading(lead, bson.RawValue{})
		s, err := sel.Scan(r.Ctx, v.R, coll)
		if err != nil {
			return nil, err
		}
		c.noteIndexes(s.Plan, coll)
		s.Work, s.Lent = work, true
		return rest.Run(r, sel.Results(r, s)), nil
	}
	return r
}

package docdb

import (
	"context"

	"github.com/telamon-db/telamon/internal/docdb/query/expression"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
)

// parser reads the texts of the command, which it shares: it knows the command's time and its collation.
func (c *call) parser() *expression.Parser {
	if c.reads == nil {
		c.reads = expression.NewParser(c.ctx, nil, c.e.store.Now())
	}
	return c.reads
}

// run is what the command's streams have while they run. They end with ctx, which is that of the command or of its cursor.
func (c *call) run(ctx context.Context) *stage.Run {
	return &stage.Run{Ctx: ctx, Memory: c.e.memory}
}

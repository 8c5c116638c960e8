package docdb

import (
	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/wire"
)

// charge has a scan of the command tell what it examines. Of several scans the last one says how documents were found.
func (c *call) charge(s *plan.Scan) {
	if c.work == nil {
		c.work = new(wire.Work)
	}
	c.work.Plan, c.work.Sorted = &s.Plan, !s.Plan.Sorted
	s.Work = c.work
}

// account notes what was done for the command.
func (c *call) account() {
	if c.work == nil {
		return
	}
	c.s.work = *c.work
	c.s.work.Keys -= c.before.Keys
	c.s.work.Docs -= c.before.Docs
}

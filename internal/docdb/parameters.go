package docdb

import "time"

// Parameters are settings of an engine that may change while it runs. A zero one is the engine's default.
type Parameters struct {
	OplogBytes int64         // the oplog is trimmed to about this size; 0: Options.OplogBytes
	OplogKeeps time.Duration // entries of the oplog younger than this stay, whatever their size
	ReadTime   time.Duration // ends reads that have no maxTimeMS of their own; 0: nothing does
}

// Configure changes the engine's parameters. Commands that have begun keep those that they began with.
func (e *Engine) Configure(p Parameters) {
	e.readTime.Store(p.ReadTime.Milliseconds())
	e.store.LimitOplog(p.OplogBytes, p.OplogKeeps)
}

// usualTime is how many milliseconds a command may take that does not say so, 0 for as long as it takes. Source: MongoDB
// manual, defaultMaxTimeMS.
func (c *call) usualTime() int64 {
	switch c.cmd.name {
	case "find", "count", "distinct", "aggregate":
		return c.e.readTime.Load()
	}
	return 0
}

package docdb

import (
	"cmp"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

// Parameters are settings of an engine that may change while it runs. A zero one is the engine's default.
type Parameters struct {
	OplogBytes int64         // the oplog is trimmed to about this size; 0: Options.OplogBytes
	OplogKeeps time.Duration // entries of the oplog younger than this stay, whatever their size
	ReadTime   time.Duration // ends reads that have no maxTimeMS of their own; 0: nothing does

	Members int64 // of the replica set that the engine serves, all of which have what it has; 0: itself alone
	Away    int64 // unreachable ones, for which write concerns wait

	DataBytes int64 // that documents may have together; 0: any number
	Shared    bool  // the database shares its hardware, which shows in the error for a full disk
	SortBytes int64 // that sorts and groups may hold together; 0: as the process

	IndexedOnly bool // queries that no index answers are refused
}

// Configure changes the engine's parameters. Commands that have begun keep those that they began with.
func (e *Engine) Configure(p Parameters) {
	e.readTime.Store(p.ReadTime.Milliseconds())
	e.members.Set(max(p.Members, 1), p.Away)
	e.indexedOnly.Store(p.IndexedOnly)
	e.store.LimitOplog(p.OplogBytes, p.OplogKeeps)
	e.store.LimitData(p.DataBytes, p.Shared)
	e.memory.Resize(cmp.Or(p.SortBytes, gathered.Size()))
}

// usualTime returns the time limit, in milliseconds, of a command without maxTimeMS; 0 for none. Source: MongoDB
// manual, defaultMaxTimeMS.
func (c *call) usualTime() int64 {
	switch c.cmd.name {
	case "find", "count", "distinct", "aggregate":
		return c.e.readTime.Load()
	}
	return 0
}

// scan plans a selection on a collection, and counts the indexes that it uses.
func (c *call) scan(sel *plan.Selection, r storage.Reader, coll *storage.Collection) (*plan.Scan, error) {
	s, err := c.planned(sel, r, coll)
	if err == nil {
		c.noteIndexes(s.Plan, coll)
		c.charge(s)
	}
	return s, err
}

// planned plans a selection on a collection. With Parameters.IndexedOnly it refuses to search a whole collection, but on
// MongoDB's own databases; to read all documents of one is no search. Source: MongoDB manual, notablescan.
func (c *call) planned(sel *plan.Selection, r storage.Reader, coll *storage.Collection) (*plan.Scan, error) {
	s, err := sel.Scan(c.ctx, r, coll)
	if err == nil && c.e.indexedOnly.Load() && s.SearchesAll() && !slices.Contains([]string{"admin", "config", "local"}, c.ns.DB) {
		return nil, wire.Errorf(wire.NoQueryExecutionPlans, "no index answers this query on %s, and the parameter noTableScan allows no scan of a collection", c.ns)
	}
	return s, err
}

func (c *call) noteIndexes(p plan.Plan, coll *storage.Collection) {
	for _, id := range p.Indexes() {
		c.e.indexes.Note(coll.ID, id, c.e.store.Now)
	}
}

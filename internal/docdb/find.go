package docdb

import (
	"context"
	"iter"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query/value"
	"github.com/telamon-db/telamon/internal/docdb/reply"
	"github.com/telamon-db/telamon/internal/docdb/storage"
	"github.com/telamon-db/telamon/internal/wire"
)

func readCommands() []*command {
	return []*command{
		{name: "find", summary: "Selects documents.", target: onCollection, run: runFind, fields: findFields},
		{name: "getMore", summary: "Returns the next batch of a cursor.", target: onServer, run: runGetMore,
			fields: fields("collection!", isString, "batchSize", isInt)},
		{name: "killCursors", summary: "Closes cursors.", target: onServer, run: runKillCursors,
			fields: fields("cursors!", isArray)},
		{name: "count", summary: "Counts documents.", target: onCollection, run: runCount, fields: countFields},
		{name: "distinct", summary: "Lists the distinct values of a field.", target: onCollection, run: runDistinct, fields: distinctFields},
		{name: "aggregate", summary: "Runs documents through a pipeline.", target: onWhole, run: runAggregate, fields: aggregateFields},
		{name: "explain", summary: "Explains how a command would find its documents.", target: onServer, run: runExplain,
			fields: fields("verbosity", isString)},
	}
}

var findFields = fields("filter", isObject, "sort", isObject, "projection", isObject, "hint", isHint, "skip", isInt,
	"limit", isInt, "batchSize", isInt, "singleBatch", isBool, "min-", isObject, "max-", isObject, "returnKey-", isBool,
	"showRecordId-", isBool, "tailable-", isBool, "awaitData-", isBool, "oplogReplay~", isBool, "noCursorTimeout", isBool,
	"allowPartialResults~", isBool, "allowDiskUse", isBool, "collation", isObject, "let", isObject)

func (c *call) findSelection() (plan.Selection, error) {
	if err := c.RefuseCollation(); err != nil {
		return plan.Selection{}, err
	}
	if err := c.let(); err != nil {
		return plan.Selection{}, err
	}
	sel, err := plan.NewSelection(c.parser(), c.Doc("filter"), c.Doc("sort"), c.Doc("projection"), c.Get("hint"))
	if err != nil {
		return sel, err
	}
	return sel, c.setWindow(&sel, c.Int("limit", 0))
}

func (c *call) setWindow(sel *plan.Selection, limit int64) error {
	sel.Skip, sel.Limit = c.Int("skip", 0), limit
	if sel.Skip < 0 || sel.Limit < 0 {
		return wire.Errorf(wire.BadValue, "skip and limit must not be negative")
	}
	return nil
}

func runFind(c *call) (bson.D, error) {
	sel, err := c.findSelection()
	if err != nil {
		return nil, err
	}
	size, err := c.batchSize(c.args)
	if err != nil {
		return nil, err
	}
	if id, one := sel.OneID(); one && size > 0 && !c.durableRead() {
		return nil, c.express(&sel, id)
	}
	return nil, c.findAll(sel, size)
}

// openView takes a view of the command's collection.
func (c *call) openView() (*storage.View, error) {
	v := c.e.store.View(c.ns)
	if c.durableRead() {
		if err := c.e.store.Settle(c.ctx); err != nil {
			v.Close()
			return nil, err
		}
	}
	return v, nil
}

// findAll answers with the first batch of a selection.
func (c *call) findAll(sel plan.Selection, size int64) error {
	v, err := c.openView()
	if err != nil {
		return err
	}
	s, err := c.scan(&sel, v.R, v.Coll)
	if err != nil {
		v.Close()
		return err
	}
	s.Lent = true
	results := func(ctx context.Context) value.Documents { return sel.Results(c.run(ctx), s) }
	if c.Bool("singleBatch", false) {
		defer v.Close()
		return c.onlyBatch(results(c.ctx), size)
	}
	cur := c.s.newCursor(c.ns, results, v.Close)
	cur.left, cur.rest, cur.lasting, cur.of = sel.Limit, s.Rest, c.Bool("noCursorTimeout", false), v.ID()
	return c.openCursor(cur, size)
}

// batchSize is the number of documents in a first batch.
func (c *call) batchSize(a args) (int64, error) {
	size := a.Int("batchSize", firstBatch)
	if size < 0 {
		return 0, wire.Errorf(wire.BadValue, "BSON field 'batchSize' value must be >= 0, actual value '%d'", size)
	}
	return size, nil
}

// newBatch begins the call's reply with a batch of the name.
func (c *call) newBatch(name string, limit int64) reply.Batch {
	return reply.NewBatch(c.out, name, limit, &c.s.reply)
}

// openCursor answers with a cursor's first batch and keeps the cursor if there is more.
func (c *call) openCursor(cur *cursor, size int64) error {
	cur.work = c.work
	if c.Has("lsid") {
		cur.lsid = c.Doc("lsid")
	}
	kept := false
	defer func() { // also if reading panics
		if !kept {
			cur.stop()
		}
	}()
	b := c.newBatch("firstBatch", size)
	done, err := cur.fill(c.ctx, &b)
	if err == nil && !done {
		err = c.e.cursors.add(c.s, cur, c.e.mono())
		kept = err == nil
	}
	c.out = b.End(cur.id, cur.ns)
	return err
}

// onlyBatch answers with a first batch of results that nobody reads on from. It does without a cursor, whose coroutine
// costs more than most of what is read so: findOne is one.
func (c *call) onlyBatch(results iter.Seq2[bson.Raw, error], size int64) error {
	b := c.newBatch("firstBatch", size)
	if !b.Full() {
		for doc, err := range results {
			if err == nil {
				err = sendable(doc)
			}
			if err != nil {
				return contextError(c.ctx, err)
			}
			if !b.Add(doc) || b.Full() {
				break
			}
		}
	}
	if b.Err != nil {
		return b.Err
	}
	c.out = b.End(0, c.ns)
	return nil
}

func runGetMore(c *call) (bson.D, error) {
	ns := storage.Namespace{DB: c.ns.DB, Coll: c.Text("collection")}
	size := c.Int("batchSize", 0)
	if size < 0 {
		return nil, wire.Errorf(wire.BadValue, "BSON field 'batchSize' value must be >= 0, actual value '%d'", size)
	}
	if size == 0 {
		size = -1
	}
	number, ok := c.self.Int64OK()
	if !ok {
		return nil, isLong.Mismatch("getMore.getMore", c.self)
	}
	cur, err := c.e.cursors.take(c.s, number, ns)
	if err != nil {
		return nil, err
	}
	keep := false
	defer func() { c.e.cursors.back(cur, keep, c.e.mono()) }() // also if reading panics
	if coll := c.e.store.Collection(ns); cur.of != 0 && (coll == nil || coll.ID != cur.of) {
		return nil, wire.Errorf(killed, "collection dropped or renamed between getMore calls: %s", ns)
	}
	if c.work = cur.work; c.work != nil {
		c.before = *c.work
	}
	b := c.newBatch("nextBatch", size)
	done, err := cur.fill(c.ctx, &b)
	if err != nil {
		return nil, err
	}
	if keep = !done; !keep {
		number = 0
	}
	c.out = b.End(number, ns)
	return nil, nil
}

func runKillCursors(c *call) (bson.D, error) {
	// The cursors of listing commands belong to names that no collection can have.
	coll, ok := c.self.StringValueOK()
	if !ok {
		return nil, isString.Mismatch("killCursors.killCursors", c.self)
	}
	ns := storage.Namespace{DB: c.ns.DB, Coll: coll}
	values, err := c.Get("cursors").Array().Values()
	if err != nil {
		return nil, errMalformed
	}
	wanted := map[int64]bool{}
	for _, v := range values {
		id, ok := v.Int64OK()
		if !ok {
			return nil, wire.Errorf(wire.TypeMismatch, "BSON field 'killCursors.cursors' must hold values of type 'long'")
		}
		wanted[id] = true
	}
	killed := c.e.cursors.kill(func(cur *cursor) bool { return wanted[cur.id] && cur.ns == ns })
	for _, id := range killed {
		delete(wanted, id)
	}
	missing := []int64{}
	for id := range wanted {
		missing = append(missing, id)
	}
	none := []int64{}
	return bson.D{{Key: "cursorsKilled", Value: append(none, killed...)}, {Key: "cursorsNotFound", Value: missing},
		{Key: "cursorsAlive", Value: none}, {Key: "cursorsUnknown", Value: none}}, nil
}

package docdb

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/query"
	"github.com/telamon-db/telamon/internal/wire"
)

// operationTable holds the commands that run now, for currentOp and killOp.
type operationTable struct {
	mu   sync.Mutex
	last int64
	byID map[int64]*operation
}

// operation is a running command. It never changes.
type operation struct {
	id     int64
	began  time.Time
	c      *call
	cancel context.CancelFunc
}

// begin lists c until the function that it returns is called. Cancel interrupts it.
func (t *operationTable) begin(c *call, cancel context.CancelFunc, now time.Time) (end func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	op := &operation{t.last, now, c, cancel}
	if t.byID == nil {
		t.byID = map[int64]*operation{}
	}
	t.byID[op.id] = op
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.byID, op.id)
	}
}

// list returns the running commands, the oldest first.
func (t *operationTable) list() []*operation {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.SortedFunc(maps.Values(t.byID), func(a, b *operation) int { return cmp.Compare(a.id, b.id) })
}

// kill interrupts the commands that match.
func (t *operationTable) kill(match func(*operation) bool) {
	for _, op := range t.list() {
		if match(op) {
			op.cancel()
		}
	}
}

// describe is the operation as currentOp shows it.
func (op *operation) describe(now time.Time) bson.D {
	ran := now.Sub(op.began)
	d := bson.D{{Key: "type", Value: "op"}, {Key: "active", Value: true}, {Key: "opid", Value: op.id},
		{Key: "currentOpTime", Value: now.UTC().Format(time.RFC3339Nano)}, {Key: "secs_running", Value: int64(ran.Seconds())},
		{Key: "microsecs_running", Value: ran.Microseconds()}, {Key: "op", Value: op.c.cmd.heading()}, {Key: "ns", Value: op.c.shownNamespace()},
		{Key: "command", Value: op.c.body}}
	if op.c.has("lsid") {
		d = append(d, bson.E{Key: "lsid", Value: op.c.doc("lsid")})
	}
	return d
}

// shownNamespace is the namespace by which lists of commands name the command's target.
func (c *call) shownNamespace() string {
	if c.ns.coll == "" {
		return namespace{c.ns.db, "$cmd"}.String()
	}
	return c.ns.String()
}

// runCurrentOp lists the commands that run. Arguments that are no options of its own are a filter.
// Source: MongoDB manual, "currentOp".
func runCurrentOp(c *call) (bson.D, error) {
	if err := c.refuse("$ownOps"); err != nil {
		return nil, err
	}
	wanted := bson.D{}
	for _, a := range c.args {
		if _, option := c.cmd.field([]byte(a.name)); !option {
			wanted = append(wanted, bson.E{Key: a.name, Value: a.value})
		}
	}
	raw, err := bson.Marshal(wanted)
	if err != nil {
		return nil, err
	}
	filter, err := query.ParseFilter(raw)
	if err != nil {
		return nil, err
	}
	var docs []bson.D
	for _, op := range c.e.operations.list() {
		docs = append(docs, op.describe(c.e.mono()))
	}
	kept, err := filtered(docs, filter)
	return bson.D{{Key: "inprog", Value: kept}}, err
}

// runKillOp interrupts a command. One that is not there, perhaps because it has just ended, is no error, as in MongoDB.
func runKillOp(c *call) (bson.D, error) {
	id, ok := integer(c.get("op"))
	if !ok {
		return nil, wire.Errorf(wire.TypeMismatch, "Did not provide a whole number as \"op\"")
	}
	c.e.operations.kill(func(op *operation) bool { return op.id == id })
	return bson.D{{Key: "info", Value: "attempting to kill op"}}, nil
}

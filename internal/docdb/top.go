package docdb

import (
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// use is how often something was done and for how long.
type use struct {
	time  time.Duration
	count int64
}

// uses are those of a collection by the names that top gives them.
type uses map[string]*use

func (u uses) add(name string, took time.Duration) {
	if u[name] == nil {
		u[name] = &use{}
	}
	u[name].time += took
	u[name].count++
}

// usageTable keeps how the collections have been used since the engine was opened.
type usageTable struct {
	mu     sync.Mutex
	byName map[storage.Namespace]uses
}

// maxUsed is how many collections are kept before those that are gone are forgotten.
const maxUsed = 10_000

// note adds a command that has taken a time.
func (t *usageTable) note(c *call, took time.Duration) {
	if c.cmd.target == onServer || c.ns.Coll == "" {
		return
	}
	name := map[string]string{"query": "queries", "insert": "insert", "update": "update", "remove": "remove", "getmore": "getmore"}[c.cmd.heading()]
	if name == "" {
		name = "commands"
	}
	lock := "readLock"
	if c.cmd.writes {
		lock = "writeLock"
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byName == nil || len(t.byName) > maxUsed {
		t.forget(c.e)
	}
	if t.byName[c.ns] == nil {
		t.byName[c.ns] = uses{}
	}
	for _, heading := range []string{"total", lock, name} {
		t.byName[c.ns].add(heading, took)
	}
}

// forget drops what is kept of collections that are not there. The caller holds mu.
func (t *usageTable) forget(e *Engine) {
	kept := map[storage.Namespace]uses{}
	for ns, u := range t.byName {
		if e.store.Collection(ns) != nil {
			kept[ns] = u
		}
	}
	t.byName = kept
}

// headings are what top tells of a collection, in its order.
var headings = []string{"total", "readLock", "writeLock", "queries", "getmore", "insert", "update", "remove", "commands"}

func runTop(c *call) (bson.D, error) {
	t := &c.e.usage
	t.mu.Lock()
	defer t.mu.Unlock()
	totals := bson.D{{Key: "note", Value: "all times in microseconds"}}
	for _, coll := range c.e.store.Collections("") {
		told := bson.D{}
		for _, name := range headings {
			u := use{}
			if known := t.byName[coll.NS][name]; known != nil {
				u = *known
			}
			told = append(told, bson.E{Key: name, Value: bson.D{{Key: "time", Value: u.time.Microseconds()}, {Key: "count", Value: u.count}}})
		}
		totals = append(totals, bson.E{Key: coll.NS.String(), Value: told})
	}
	return bson.D{{Key: "totals", Value: totals}}, nil
}

package usage

import (
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// use is how often something was done and for how long.
type use struct {
	time  time.Duration
	count int64
}

// headings are what top tells of a collection, in its order.
var headings = []string{"total", "readLock", "writeLock", "queries", "getmore", "insert", "update", "remove", "commands"}

// topHeading is what top calls a command that currentOp calls so; commands are all others.
var topHeading = map[string]string{"query": "queries", "insert": "insert", "update": "update", "remove": "remove", "getmore": "getmore"}

// Collections keeps how collections have been used. The zero value knows of none.
type Collections struct {
	mu     sync.Mutex
	byName map[string]map[string]*use
}

// maxUsed is how many collections are kept before those that are gone are forgotten.
const maxUsed = 10_000

// Note adds a command on a collection, under the heading that currentOp gives it, that has taken a time. exists tells of a
// collection whether it is still there.
func (c *Collections) Note(name, heading string, writes bool, took time.Duration, exists func(string) bool) {
	lock, kind := "readLock", topHeading[heading]
	if kind == "" {
		kind = "commands"
	}
	if writes {
		lock = "writeLock"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.byName) > maxUsed {
		c.forget(exists)
	}
	if c.byName == nil {
		c.byName = map[string]map[string]*use{}
	}
	uses := c.byName[name]
	if uses == nil {
		uses = map[string]*use{}
		c.byName[name] = uses
	}
	for _, h := range []string{"total", lock, kind} {
		if uses[h] == nil {
			uses[h] = &use{}
		}
		uses[h].time += took
		uses[h].count++
	}
}

// forget drops what is kept of collections that are not there. The caller holds mu.
func (c *Collections) forget(exists func(string) bool) {
	for name := range c.byName {
		if !exists(name) {
			delete(c.byName, name)
		}
	}
}

// Document is how a collection was used, as top tells it.
func (c *Collections) Document(name string) bson.D {
	c.mu.Lock()
	defer c.mu.Unlock()
	told := bson.D{}
	for _, h := range headings {
		u := use{}
		if known := c.byName[name][h]; known != nil {
			u = *known
		}
		told = append(told, bson.E{Key: h, Value: bson.D{{Key: "time", Value: u.time.Microseconds()}, {Key: "count", Value: u.count}}})
	}
	return told
}

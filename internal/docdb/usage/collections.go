package usage

import (
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Name is the name of a collection.
type Name struct{ DB, Coll string }

// use is how often something was done and for how long.
type use struct {
	time  time.Duration
	count int64
}

func (u *use) add(took time.Duration) {
	u.time += took
	u.count++
}

// headings are what top tells of a collection, in its order.
var headings = []string{"total", "readLock", "writeLock", "queries", "getmore", "insert", "update", "remove", "commands"}

// The places of headings that more than one command has.
const (
	total = iota
	readLock
	writeLock
	commands = 8
)

// topHeading is the place of what top calls a command that currentOp calls so; commands are all others.
var topHeading = map[string]int{"query": 3, "getmore": 4, "insert": 5, "update": 6, "remove": 7}

// Collections keeps how collections have been used. The zero value knows of none.
type Collections struct {
	mu     sync.Mutex
	byName map[Name]*[commands + 1]use
}

// maxUsed is how many collections are kept before those that are gone are forgotten.
const maxUsed = 10_000

// Note adds a command on a collection, under the heading that currentOp gives it, that has taken a time. exists tells of a
// collection whether it is still there.
func (c *Collections) Note(name Name, heading string, writes bool, took time.Duration, exists func(Name) bool) {
	lock, kind := readLock, commands
	if known := topHeading[heading]; known > 0 {
		kind = known
	}
	if writes {
		lock = writeLock
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.byName) > maxUsed {
		c.forget(exists)
	}
	if c.byName == nil {
		c.byName = map[Name]*[commands + 1]use{}
	}
	uses := c.byName[name]
	if uses == nil {
		uses = new([commands + 1]use)
		c.byName[name] = uses
	}
	uses[total].add(took)
	uses[lock].add(took)
	uses[kind].add(took)
}

// forget drops what is kept of collections that are not there. The caller holds mu.
func (c *Collections) forget(exists func(Name) bool) {
	for name := range c.byName {
		if !exists(name) {
			delete(c.byName, name)
		}
	}
}

// Document is how a collection was used, as top tells it.
func (c *Collections) Document(name Name) bson.D {
	c.mu.Lock()
	defer c.mu.Unlock()
	uses := c.byName[name]
	if uses == nil {
		uses = new([commands + 1]use)
	}
	told := bson.D{}
	for i, h := range headings {
		told = append(told, bson.E{Key: h, Value: bson.D{{Key: "time", Value: uses[i].time.Microseconds()}, {Key: "count", Value: uses[i].count}}})
	}
	return told
}

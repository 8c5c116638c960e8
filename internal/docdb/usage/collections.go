package usage

import (
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Name is the name of a collection.
type Name struct{ DB, Coll string }

// use has how often something was done, and how long it took in all.
type use struct {
	time  time.Duration
	count int64
}

func (u *use) add(took time.Duration) {
	u.time += took
	u.count++
}

// headings are the fields that top shows of a collection, in its order.
var headings = []string{"total", "readLock", "writeLock", "queries", "getmore", "insert", "update", "remove", "commands"}

// Indexes in headings of those that more than one command has.
const (
	total = iota
	readLock
	writeLock
	commands = 8
)

// topHeading is the index in headings for the name that currentOp has for a command. Names that are not in it are counted
// as commands.
var topHeading = map[string]int{"query": 3, "getmore": 4, "insert": 5, "update": 6, "remove": 7}

// Collections counts how collections have been used. The zero value is empty.
type Collections struct {
	mu     sync.Mutex
	byName map[Name]*[commands + 1]use
}

// maxUsed is the number of collections from which on the counts of those that no longer exist are dropped.
const maxUsed = 10_000

// Note counts a command on a collection, with the name that currentOp has for it and the time that it took. exists reports
// whether a collection still exists.
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

// forget drops the counts of collections that do not exist. The caller holds mu.
func (c *Collections) forget(exists func(Name) bool) {
	for name := range c.byName {
		if !exists(name) {
			delete(c.byName, name)
		}
	}
}

// Document has a collection's counts in the form of top.
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

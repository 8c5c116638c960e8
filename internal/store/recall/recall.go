// Package recall remembers what views of a store have read, for a store that one process alone writes to.
//
// An entry is valid until a table that it was read from is written to. A view runs on the cache; if it asks for
// something that is not there, it starts again on a snapshot, and what it reads there enters the cache. So a view sees
// one instant, whichever way it runs:
//
//   - A commit announces the tables that it writes to before it begins, and again when it has ended. In between and
//     afterwards nothing that was remembered of them counts.
//   - A view on what is remembered counts only if no commit has begun or ended while it ran. Then all that it read was
//     current all the time.
//   - What a snapshot reads is remembered only if no commit has announced its table since before the snapshot.
package recall

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/telamon-db/telamon/internal/store"
)

// Cache is what is remembered. It is safe for concurrent use; commits take turns.
type Cache struct {
	tables map[string]int // a table's place in generations
	room   int            // bytes that a half holds before it becomes the old one
	epoch  atomic.Uint64  // goes up when a commit begins and when it ends

	mu          sync.Mutex
	generations []uint64 // of each table: goes up with epoch for the tables of the commit, so it is odd during one
	young, old  half
}

// half is one of the cache's two halves. What was asked for lately is in the young one; when that is full, the old one
// is dropped. So what is asked for again and again stays, and memory is bounded.
type half struct {
	entries map[key]*entry
	size    int
}

// key identifies a read: a table, and what is asked of it.
type key struct {
	table, index string
	how          byte
	text         string
}

// entry is the result of a read, or what was derived from reads.
type entry struct {
	from     []source
	rows     []store.Row
	count    int64
	derived  any
	weight   int  // of what was derived, in bytes
	fleeting bool // derived from something that no commit announces too, such as events and the time
	err      error
}

// source is a table that an entry was read from, and its generation at that time.
type source struct {
	table      int
	generation uint64
}

// New returns a cache of reads of the tables, of about size bytes of bodies at most.
func New(size int, tables []*store.Schema) *Cache {
	c := &Cache{tables: map[string]int{}, room: size / 2, generations: make([]uint64, len(tables))}
	for i, t := range tables {
		c.tables[t.Name] = i
	}
	c.young.entries = map[key]*entry{}
	return c
}

// Committing is called around a commit, by the writer whose turn it is: before the commit begins and, whatever has come
// of it, after it has ended. tables are the names of the tables that it writes to.
func (c *Cache) Committing(tables []string) (ended func()) {
	c.announce(tables)
	return func() { c.announce(tables) }
}

func (c *Cache) announce(tables []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch.Add(1)
	for _, name := range tables {
		c.generations[c.tables[name]]++
	}
}

// find returns what is remembered under k, or nil.
func (c *Cache) find(k key) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.young.entries[k]; e != nil && c.current(e) {
		return e
	}
	e := c.old.entries[k]
	if e == nil || !c.current(e) {
		return nil
	}
	c.put(k, e)
	return e
}

// current reports whether no table that e was read from has been written to since.
func (c *Cache) current(e *entry) bool {
	for _, s := range e.from {
		if s.generation != c.generations[s.table] {
			return false
		}
	}
	return true
}

// keep remembers e under k if no commit has been announced for its tables since the snapshot was taken. Their
// generations were even then: no commit was under way.
func (c *Cache) keep(k key, e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	between := !slices.ContainsFunc(e.from, func(s source) bool { return s.generation%2 != 0 })
	if between && !e.fleeting && c.current(e) && e.size() <= c.room/4 {
		c.put(k, e)
	}
}

func (c *Cache) put(k key, e *entry) {
	if c.young.size += e.size() + len(k.text); c.young.size > c.room {
		c.old, c.young = c.young, half{entries: map[key]*entry{}, size: e.size() + len(k.text)}
	}
	c.young.entries[k] = e
}

// overhead is about how many bytes an entry and a row take beside their content.
const overhead = 200

func (e *entry) size() int {
	n := overhead + e.weight
	for _, r := range e.rows {
		n += overhead + len(r.ID) + len(r.Body)
	}
	return n
}

// now returns the present generations of the tables.
func (c *Cache) now() []uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.generations)
}

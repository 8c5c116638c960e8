package measure

import (
	"sync"
	"sync/atomic"

	"github.com/telamon-db/telamon/internal/gateway"
	"github.com/telamon-db/telamon/internal/wire"
)

// Member counts what clients do at a member of a cluster. It is an observer of its gateway.
type Member struct {
	counts      [OpCommand + 1]atomic.Int64
	groups      [groups]struct{ n, micros atomic.Int64 }
	docs        [Deleted - Returned + 1]atomic.Int64
	in, out     atomic.Int64
	requests    atomic.Int64
	asserts     atomic.Int64
	keys, seen  atomic.Int64 // examined
	collections collections
}

// group is what the API calls reads, writes and commands.
type group int

const (
	reads group = iota
	writes
	others
	groups
)

// kind is what a command counts as.
type kind struct {
	op    Column
	group group
}

// kinds are the commands that do not count as commands alone. Source: MongoDB manual, serverStatus.opcounters and opLatencies.
var kinds = map[string]kind{
	"find": {OpQuery, reads}, "getMore": {OpGetMore, reads}, "aggregate": {OpCommand, reads}, "count": {OpCommand, reads}, "distinct": {OpCommand, reads},
	"insert": {OpInsert, writes}, "update": {OpUpdate, writes}, "delete": {OpDelete, writes},
	"findAndModify": {OpCommand, writes}, "findandmodify": {OpCommand, writes}, "bulkWrite": {OpCommand, writes},
}

func kindOf(name string) kind {
	if k, ok := kinds[name]; ok {
		return k
	}
	return kind{OpCommand, others}
}

// Login counts nothing: the commands of a login are counted.
func (m *Member) Login(gateway.Login) {}

// Authorization counts nothing: the reply to a refused command tells.
func (m *Member) Authorization(gateway.Authorization) {}

// Command counts a command.
func (m *Member) Command(c gateway.Command) {
	k := kindOf(c.Name)
	m.counts[k.op].Add(1)
	m.requests.Add(1)
	m.out.Add(int64(len(c.Reply)))
	if c.Code != 0 {
		m.asserts.Add(1)
	}
	if c.Message == nil {
		return
	}
	m.in.Add(sizeOf(c.Message))
	if waits(c.Message) {
		return
	}
	m.keys.Add(c.Work.Keys)
	m.seen.Add(c.Work.Docs)
	took := c.Took.Microseconds()
	m.groups[k.group].n.Add(1)
	m.groups[k.group].micros.Add(took)
	if c.Code == 0 {
		m.countDocs(c)
	}
	if c.Message.Collection() != "" && k.group != others {
		m.collections.add(c.Message.DB(), c.Message.Collection(), k.group, c.Took)
	}
}

// waits reports whether a command takes its time because it waits for something to happen.
func waits(m *wire.Msg) bool {
	_, awaited := m.Body.Lookup("maxAwaitTimeMS").AsInt64OK()
	_, tailing := m.Body.Lookup("maxTimeMS").AsInt64OK()
	return awaited || tailing && m.Name() == "getMore"
}

func sizeOf(m *wire.Msg) int64 {
	n := len(m.Body)
	for _, seq := range m.Sequences {
		for _, doc := range seq.Docs {
			n += len(doc)
		}
	}
	return int64(n)
}

// countDocs counts the documents that a reply tells of.
func (m *Member) countDocs(c gateway.Command) {
	number := func(column Column, field string) {
		if n, ok := c.Reply.Lookup(field).AsInt64OK(); ok {
			m.docs[column-Returned].Add(n)
		}
	}
	switch c.Name {
	case "insert":
		number(Inserted, "n")
	case "update":
		number(Updated, "nModified")
	case "delete":
		number(Deleted, "n")
	case "find", "aggregate", "getMore":
		m.docs[0].Add(c.Returned())
	}
}

// Read writes the counters into a row.
func (m *Member) Read(r Row) {
	for i := range m.counts {
		r[i] = m.counts[i].Load()
	}
	for g := range m.groups {
		r[Reads+Column(2*g)], r[ReadTime+Column(2*g)] = m.groups[g].n.Load(), m.groups[g].micros.Load()
	}
	for i := range m.docs {
		r[Returned+Column(i)] = m.docs[i].Load()
	}
	r[KeysScanned], r[DocsScanned] = m.keys.Load(), m.seen.Load()
	r[BytesIn], r[BytesOut], r[Requests], r[UserAsserts] = m.in.Load(), m.out.Load(), m.requests.Load(), m.asserts.Load()
}

// Registry has the members of a node's clusters. The zero value is empty.
type Registry struct {
	mu  sync.Mutex
	all map[memberKey]*Member
}

type memberKey struct {
	cluster string
	member  int
}

// Member is the counter of a member, which goes on where the member ends and begins again.
func (r *Registry) Member(cluster string, member int) *Member {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := memberKey{cluster, member}
	if r.all == nil {
		r.all = map[memberKey]*Member{}
	}
	if r.all[key] == nil {
		r.all[key] = &Member{}
	}
	return r.all[key]
}

// Forget drops the members of all clusters but those that there are.
func (r *Registry) Forget(there func(cluster string) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key := range r.all {
		if !there(key.cluster) {
			delete(r.all, key)
		}
	}
}

var _ gateway.Observer = (*Member)(nil)

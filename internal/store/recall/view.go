package recall

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// Twice makes every view that succeeds run a second time, as may happen to any view. Tests set it, before there is a
// cache, to find functions that cannot run twice.
var Twice bool

// View runs fn on the cache. If done is false, something was missing there, and fn has to run again on a snapshot. now
// is asked once, for the time of the whole view.
func (c *Cache) View(ctx context.Context, now func() time.Time, fn func(store.Tx) error) (err error, done bool) {
	epoch := c.epoch.Load()
	tx := &memory{cache: c, ctx: ctx, clock: now}
	err, done = tx.run(fn)
	if Twice && done {
		err, done = tx.again(fn)
	}
	if !done || c.epoch.Load() != epoch {
		return nil, false
	}
	if err == nil {
		for _, fn := range tx.after {
			fn()
		}
	}
	return err, true
}

func (m *memory) again(fn func(store.Tx) error) (err error, done bool) {
	m.over, m.after = false, nil
	return m.run(fn)
}

// run runs fn up to the first read that the cache cannot answer. There fn is ended by a panic, so that nobody has to
// tell a miss from an error.
func (m *memory) run(fn func(store.Tx) error) (err error, done bool) {
	defer func() {
		m.over = true
		if p := recover(); p == errMissed {
			done = false
		} else if p != nil {
			panic(p)
		}
	}()
	return fn(m), true
}

// Watch returns a function that adds what a transaction on a snapshot reads to the cache. It is called before the
// snapshot is taken.
func (c *Cache) Watch() func(store.Tx) store.Tx {
	since := c.now()
	return func(tx store.Tx) store.Tx { return &snapshot{Tx: tx, cache: c, since: since} }
}

// The ways to read.
const (
	byID = iota
	byKey
	byQuery
	byCount
	byName // of what was derived
)

// keyOf makes different texts of different keys, whatever characters their parts have.
func keyOf(key []string) string { return string(appendKey(nil, key)) }

func appendKey(b []byte, key []string) []byte {
	for _, part := range key {
		b = strconv.AppendInt(b, int64(len(part)), 10)
		b = append(append(b, ':'), part...)
	}
	return b
}

func queryOf(q store.Query) string {
	b := appendKey(make([]byte, 0, 64), q.Prefix)
	for _, bound := range [][]string{q.From, q.Until, q.IDs} {
		b = append(b, ' ')
		if bound != nil {
			b = appendKey(append(b, '='), bound)
		}
	}
	b = strconv.AppendBool(append(b, ' '), q.Reverse)
	b = strconv.AppendInt(b, int64(q.Offset), 10)
	b = strconv.AppendInt(append(b, ' '), int64(q.Limit), 10)
	return string(b)
}

// memory is a transaction on the cache.
type memory struct {
	cache *Cache
	ctx   context.Context
	clock func() time.Time
	now   time.Time // zero until somebody asks
	after []func()
	over  bool
}

// errMissed is the panic that ends a view which asks for something that is not in the cache.
var errMissed = errors.New("recall: not remembered")

func (m *memory) Context() context.Context { return m.ctx }
func (m *memory) AfterCommit(fn func())    { m.after = append(m.after, fn) }

func (m *memory) Now() time.Time {
	if m.now.IsZero() {
		m.now = m.clock().UTC().Truncate(time.Microsecond)
	}
	return m.now
}

func (m *memory) read(k key) (*entry, error) {
	if m.over {
		return nil, store.ErrOver
	}
	if err := m.ctx.Err(); err != nil {
		return nil, err
	}
	e := m.cache.find(k)
	if e == nil {
		panic(errMissed)
	}
	return e, e.err
}

func (m *memory) one(k key) (store.Row, error) {
	e, err := m.read(k)
	if err != nil {
		return store.Row{}, err
	}
	return e.rows[0], nil
}

func (m *memory) Get(s *store.Schema, id string) (store.Row, error) {
	return m.one(key{s.Name, "", byID, id})
}

func (m *memory) Lookup(s *store.Schema, index string, k []string) (store.Row, error) {
	return m.one(key{s.Name, index, byKey, keyOf(k)})
}

func (m *memory) Scan(s *store.Schema, q store.Query) ([]store.Row, error) {
	e, err := m.read(key{s.Name, q.Index, byQuery, queryOf(q)})
	if err != nil {
		return nil, err
	}
	return e.rows, nil
}

func (m *memory) Count(s *store.Schema, q store.Query) (int64, error) {
	e, err := m.read(key{s.Name, q.Index, byCount, queryOf(q)})
	if err != nil {
		return 0, err
	}
	return e.count, nil
}

func (m *memory) Put(*store.Schema, store.Row) (int64, error)    { return 0, store.ErrReadOnly }
func (m *memory) Delete(*store.Schema, string, int64) error      { return store.ErrReadOnly }
func (m *memory) AppendEvent(store.Event) error                  { return store.ErrReadOnly }
func (m *memory) Events(store.EventQuery) ([]store.Event, error) { panic(errMissed) }
func (m *memory) CountEvents(store.EventQuery) (int64, error)    { panic(errMissed) }
func (m *memory) Event(string, string) (store.Event, error)      { panic(errMissed) }

// snapshot is a transaction on a snapshot. What it reads is remembered, but for events, which are read once.
type snapshot struct {
	store.Tx
	cache    *Cache
	since    []uint64
	deriving *entry            // what is being worked out from what is read, if anything is
	derived  map[string]*entry // what has been, by name
}

// pass notes that the result being derived depends on something that no commit announces, so that it is not cached.
func (s *snapshot) pass() {
	if s.deriving != nil {
		s.deriving.fleeting = true
	}
}

func (s *snapshot) Context() context.Context {
	s.pass()
	return s.Tx.Context()
}

func (s *snapshot) Now() time.Time {
	s.pass()
	return s.Tx.Now()
}

func (s *snapshot) AfterCommit(fn func()) {
	s.pass()
	s.Tx.AfterCommit(fn)
}

func (s *snapshot) Events(q store.EventQuery) ([]store.Event, error) {
	s.pass()
	return s.Tx.Events(q)
}

func (s *snapshot) CountEvents(q store.EventQuery) (int64, error) {
	s.pass()
	return s.Tx.CountEvents(q)
}

func (s *snapshot) Event(series, id string) (store.Event, error) {
	s.pass()
	return s.Tx.Event(series, id)
}

// keep caches an answer that would be the same the next time: one without an error, or ErrNotFound.
func (s *snapshot) keep(k key, e *entry) {
	for i := range e.rows {
		e.rows[i].Memo = new(store.Memo)
	}
	table := s.cache.tables[k.table]
	e.from = []source{{table, s.since[table]}}
	if s.deriving != nil {
		s.deriving.takes(e)
	}
	if e.err == nil || store.IsNotFound(e.err) {
		s.cache.keep(k, e)
	}
}

func (s *snapshot) one(k key, r store.Row, err error) (store.Row, error) {
	e := &entry{rows: []store.Row{r}, err: err}
	s.keep(k, e)
	return e.rows[0], err
}

func (s *snapshot) Get(t *store.Schema, id string) (store.Row, error) {
	r, err := s.Tx.Get(t, id)
	return s.one(key{t.Name, "", byID, id}, r, err)
}

func (s *snapshot) Lookup(t *store.Schema, index string, k []string) (store.Row, error) {
	r, err := s.Tx.Lookup(t, index, k)
	return s.one(key{t.Name, index, byKey, keyOf(k)}, r, err)
}

func (s *snapshot) Scan(t *store.Schema, q store.Query) ([]store.Row, error) {
	rows, err := s.Tx.Scan(t, q)
	s.keep(key{t.Name, q.Index, byQuery, queryOf(q)}, &entry{rows: rows, err: err})
	return rows, err
}

func (s *snapshot) Count(t *store.Schema, q store.Query) (int64, error) {
	n, err := s.Tx.Count(t, q)
	s.keep(key{t.Name, q.Index, byCount, queryOf(q)}, &entry{count: n, err: err})
	return n, err
}

package usage

import (
	"sync"
	"sync/atomic"
	"time"
)

// Indexes counts how often queries have used indexes. The zero value is empty.
type Indexes struct {
	byKey sync.Map // indexKey -> *indexUse
	known atomic.Int64
}

// indexKey is an index; that of _id has the same number in all collections.
type indexKey struct{ coll, index uint64 }

type indexUse struct {
	since time.Time
	count atomic.Int64
}

// Begin starts to count an index, unless it is counted already.
func (x *Indexes) Begin(coll, index uint64, now time.Time) *indexUse {
	key := indexKey{coll, index}
	if u, ok := x.byKey.Load(key); ok {
		return u.(*indexUse)
	}
	u, known := x.byKey.LoadOrStore(key, &indexUse{since: now})
	if !known {
		x.known.Add(1)
	}
	return u.(*indexUse)
}

// Note counts a query that uses an index.
func (x *Indexes) Note(coll, index uint64, now func() time.Time) {
	if u, ok := x.byKey.Load(indexKey{coll, index}); ok {
		u.(*indexUse).count.Add(1)
		return
	}
	x.Begin(coll, index, now()).count.Add(1)
}

// Of returns how often an index has been used, and since when it has been counted: absent if it has not been.
func (x *Indexes) Of(coll, index uint64, absent time.Time) (count int64, since time.Time) {
	if u, ok := x.byKey.Load(indexKey{coll, index}); ok {
		return u.(*indexUse).count.Load(), u.(*indexUse).since
	}
	return 0, absent
}

// Keep drops the counts of collections that do not exist, if there are many counts.
func (x *Indexes) Keep(exists func(coll uint64) bool) {
	if x.known.Load() <= maxUsed {
		return
	}
	x.byKey.Range(func(key, _ any) bool {
		if !exists(key.(indexKey).coll) {
			x.byKey.Delete(key)
			x.known.Add(-1)
		}
		return true
	})
}

package storage

import (
	"context"
	"hash/maphash"
	"slices"
	"sync/atomic"
	"time"
)

// nsLocks are the collections' write locks. Collections share a fixed number of locks (stripes), so that clients cannot
// make more by using more names. Locks are granted in the order in which they were requested.
type nsLocks struct {
	seed    maphash.Seed
	stripes [64]stripe
}

type stripe struct {
	held    chan struct{}
	waiting atomic.Int64  // how many wait for it
	writes  atomic.Uint64 // batches applied under it
}

func (l *nsLocks) init() {
	l.seed = maphash.MakeSeed()
	for i := range l.stripes {
		l.stripes[i].held = make(chan struct{}, 1)
	}
}

// turn is the holding of the locks of some collections.
type turn struct {
	stripes []*stripe
	began   time.Time
}

// take waits for the locks of all the collections, until ctx ends or the database is stuck, as the holder of a lock may be
// waiting for the disk. All callers take locks in the same order, so that no two wait for each other.
func (s *Store) take(ctx context.Context, all ...Namespace) (*turn, error) {
	stuck := s.disk.Stuck()
	wanted := s.locks.wanted(all)
	t := &turn{stripes: make([]*stripe, 0, len(wanted))}
	for _, i := range wanted {
		one := &s.locks.stripes[i]
		one.waiting.Add(1)
		var err error
		select {
		case one.held <- struct{}{}:
			t.stripes = append(t.stripes, one)
		case <-ctx.Done():
			err = ctx.Err()
		case <-stuck:
			err = s.tooLate()
		}
		if one.waiting.Add(-1); err != nil {
			t.end()
			return nil, err
		}
	}
	t.began = time.Now()
	return t, nil
}

func (t *turn) end() {
	for _, s := range t.stripes {
		<-s.held
	}
}

// wanted reports whether others wait for one of the locks.
func (t *turn) wanted() bool {
	return slices.ContainsFunc(t.stripes, func(s *stripe) bool { return s.waiting.Load() > 0 })
}

// wrote counts an applied batch.
func (t *turn) wrote() {
	for _, s := range t.stripes {
		s.writes.Add(1)
	}
}

// writes returns how many batches have been applied under the locks.
func (t *turn) writes() (n uint64) {
	for _, s := range t.stripes {
		n += s.writes.Load()
	}
	return n
}

// Lock waits for the write locks of the collections, at most until ctx ends.
func (s *Store) Lock(ctx context.Context, all ...Namespace) (unlock func(), err error) {
	t, err := s.take(ctx, all...)
	if err != nil {
		return nil, err
	}
	return t.end, nil
}

// wanted are the stripes of the collections, each once, in order.
func (l *nsLocks) wanted(all []Namespace) []int {
	stripes := make([]int, len(all))
	for i, ns := range all {
		stripes[i] = int(maphash.Comparable(l.seed, ns) % uint64(len(l.stripes)))
	}
	slices.Sort(stripes)
	return slices.Compact(stripes)
}

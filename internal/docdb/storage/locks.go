package storage

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"
)

// nsLocks are the collections' write locks. They are striped, so that they are as many as they are however many names
// clients invent; two collections may share one.
type nsLocks struct {
	seed    maphash.Seed
	stripes [64]chan struct{}
}

func (l *nsLocks) init() {
	l.seed = maphash.MakeSeed()
	for i := range l.stripes {
		l.stripes[i] = make(chan struct{}, 1)
	}
}

// lock waits for the locks of all the collections, at most until ctx ends or nothing can be written: who has a lock may
// wait for the disk. It takes them in one order, so that nobody waits
// for who waits for him.
func (l *nsLocks) lock(ctx context.Context, stuck <-chan struct{}, all ...Namespace) (unlock func(), err error) {
	var held []int
	unlock = func() {
		for _, i := range held {
			<-l.stripes[i]
		}
	}
	for _, i := range l.wanted(all) {
		select {
		case l.stripes[i] <- struct{}{}:
			held = append(held, i)
		case <-ctx.Done():
			unlock()
			return nil, ctx.Err()
		case <-stuck:
			unlock()
			return nil, errStuck
		}
	}
	return unlock, nil
}

var errStuck = errors.New("storage: who has the lock waits for the disk")

// Lock waits for the write locks of the collections, at most until ctx ends.
func (s *Store) Lock(ctx context.Context, all ...Namespace) (unlock func(), err error) {
	unlock, err = s.locks.lock(ctx, s.disk.Stuck(), all...)
	if errors.Is(err, errStuck) {
		err = s.tooLate()
	}
	return unlock, err
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

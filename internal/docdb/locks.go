package docdb

import (
	"context"
	"hash/maphash"
)

// nsLocks are the collections' write locks. They are striped, so that they are as many as they are however many names
// clients invent; two collections may share one. A command never holds two.
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

// lock waits for the lock of ns, at most until ctx ends.
func (l *nsLocks) lock(ctx context.Context, ns namespace) (unlock func(), err error) {
	stripe := l.stripes[maphash.Comparable(l.seed, ns)%uint64(len(l.stripes))]
	select {
	case stripe <- struct{}{}:
		return func() { <-stripe }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

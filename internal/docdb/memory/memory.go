// Package memory bounds what streams of documents gather in memory before they go on, as sorting and grouping must: each
// stream by itself, and all that share a budget together.
package memory

import (
	"sync/atomic"

	"github.com/telamon-db/telamon/internal/wire"
)

// Budget is a number of bytes that accounts share. It is safe for concurrent use.
type Budget struct {
	size, used atomic.Int64
	of         *Budget // of which it is a part, or nil
	modest     bool    // leaves as much of the whole as it holds
}

// NewBudget returns a budget of size bytes, all of them free.
func NewBudget(size int64) *Budget {
	b := &Budget{}
	b.size.Store(size)
	return b
}

// Part returns a budget whose bytes are taken from b too, at first as many as b has. Parts together may be larger than b.
func (b *Budget) Part() *Budget {
	part := NewBudget(b.Size())
	part.of = b
	return part
}

// Share is a part that never holds more than it leaves to others: one has half of b at most, two have a third each. So there
// is something left for whoever comes next, and many that ask for much have little each.
func (b *Budget) Share() *Budget {
	part := b.Part()
	part.modest = true
	return part
}

// Resize changes how many bytes there are. If more are held already, nothing is taken until enough have been given back.
func (b *Budget) Resize(size int64) { b.size.Store(size) }

// Used is how many bytes the open accounts hold together.
func (b *Budget) Used() int64 { return b.used.Load() }

// Size is how many bytes there are.
func (b *Budget) Size() int64 { return b.size.Load() }

// free is how many bytes can be taken.
func (b *Budget) free() int64 {
	used := b.used.Load()
	free := b.size.Load() - used
	if b.of == nil {
		return free
	}
	whole := b.of.free()
	if b.modest {
		whole = (whole - used) / 2
	}
	return min(free, whole)
}

// take reports whether n bytes were free. It takes them then. Shares that take at the same moment may leave a little less of
// the whole than they should, but never hold more than there is.
func (b *Budget) take(n int64) bool {
	if n > b.free() {
		return false
	}
	for {
		used := b.used.Load()
		if used+n > b.size.Load() {
			return false
		}
		if b.used.CompareAndSwap(used, used+n) {
			break
		}
	}
	if b.of != nil && !b.of.take(n) {
		b.used.Add(-n)
		return false
	}
	return true
}

func (b *Budget) give(n int64) {
	b.used.Add(-n)
	if b.of != nil {
		b.of.give(n)
	}
}

// Account is what one stream holds of a budget. It is used by one goroutine at a time and must be closed.
type Account struct {
	of         *Budget
	holder     string
	most, held int
}

// Open opens an account that may hold most bytes. Errors call it by the holder's name.
func (b *Budget) Open(holder string, most int) Account {
	return Account{of: b, holder: holder, most: most}
}

// Most is how many bytes the account may hold.
func (a *Account) Most() int { return a.most }

// Held is how many bytes the account holds.
func (a *Account) Held() int { return a.held }

// Take takes n bytes. It answers QueryExceededMemoryLimitNoDiskUseAllowed when that is more than the account may hold, and
// ExceededMemoryLimit when others hold what is missing; nothing is taken then. A negative n gives bytes back.
func (a *Account) Take(n int) error {
	switch {
	case n == 0:
		return nil
	case n < 0:
		a.Give(-n)
		return nil
	case a.held+n > a.most:
		return wire.Errorf(wire.SortMemoryExceeded, "%s exceeded memory limit of %d bytes, and may not use the disk", a.holder, a.most)
	case !a.of.take(int64(n)):
		return wire.Errorf(wire.ExceededMemoryLimit, "%s needs memory that other commands and open cursors hold; together they may hold %d bytes", a.holder, a.of.Size())
	}
	a.held += n
	return nil
}

// Spare takes n bytes if as many are left then, and reports whether it did: it is for what can do with less.
func (a *Account) Spare(n int) bool { return int64(n) <= a.of.free()/2 && a.Take(n) == nil }

// Give gives n of the bytes back that were taken.
func (a *Account) Give(n int) {
	a.held -= n
	a.of.give(int64(n))
}

// Close gives everything back.
func (a *Account) Close() {
	if a.held != 0 { // most hold nothing, and the counters are everybody's
		a.Give(a.held)
	}
}

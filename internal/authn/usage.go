package authn

import (
	"context"
	"log/slog"
	"maps"
	"net/netip"
	"sync"
	"time"

	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Usage counts how often the entries of access lists are used. Counts are written within a second, in the background,
// so that a request needs no write. Counts that are not written yet are added when a list is shown.
type Usage struct {
	now     func() time.Time
	writing sync.RWMutex // held while counts move from memory into the store

	mu      sync.Mutex
	pending map[string]use // by id of the entry
}

// use is what happened to an entry since it was last written.
type use struct {
	count int64
	last  time.Time
	addr  string
}

// NewUsage returns a Usage that takes the times of uses from now.
func NewUsage(now func() time.Time) *Usage { return &Usage{now: now, pending: map[string]use{}} }

func (u *Usage) note(entry string, addr netip.Addr) {
	at := u.now()
	u.mu.Lock()
	defer u.mu.Unlock()
	u.pending[entry] = use{u.pending[entry].count + 1, at, addr.String()}
}

// Hold keeps pending counts from being written until release is called, so that a caller that reads an entry and then
// calls Current counts each use once. It must be called before the transaction that reads.
func (u *Usage) Hold() (release func()) {
	u.writing.RLock()
	return u.writing.RUnlock
}

// HoldUsage makes a handler of do, which reads entries and calls Current, so that it counts each use once: see Hold.
func HoldUsage[In, Out any](u *Usage, do func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (Out, error) {
		defer u.Hold()()
		return do(ctx, in)
	}
}

// Current adds the uses that are not written yet to an entry.
func (u *Usage) Current(a *model.KeyAddress) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.pending[state.KeyAddresses.ID(a)].addTo(a)
}

// addTo changes no entry that is newer than the use: it has replaced the one that was used. The last use may have been
// at another node.
func (x use) addTo(a *model.KeyAddress) {
	if x.count == 0 || x.last.Before(a.Created) {
		return
	}
	a.Count += x.count
	if !x.last.Before(a.LastUsed) {
		a.LastUsed, a.LastAddress = x.last, x.addr
	}
}

// Run writes counts every second until ctx ends. Counts that cannot be written are tried again. Whoever serves requests
// after ctx has ended calls Flush after the last.
func (u *Usage) Run(ctx context.Context, st store.Store, log *slog.Logger) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := u.Flush(ctx, st); err != nil && ctx.Err() == nil {
				log.Error("authn: cannot write how access lists are used", "error", err)
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// Flush writes the counts that are pending.
func (u *Usage) Flush(ctx context.Context, st store.Store) error {
	u.writing.Lock()
	defer u.writing.Unlock()
	written := u.snapshot()
	if len(written) == 0 {
		return nil
	}
	err := st.Update(ctx, func(tx store.Tx) error {
		for id, x := range written {
			a, err := state.KeyAddresses.Get(tx, id)
			if store.IsNotFound(err) {
				continue // the entry has been deleted meanwhile
			}
			if err != nil {
				return err
			}
			x.addTo(a)
			if err := state.KeyAddresses.Put(tx, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		u.settle(written)
	}
	return err
}

func (u *Usage) snapshot() map[string]use {
	u.mu.Lock()
	defer u.mu.Unlock()
	return maps.Clone(u.pending)
}

// settle subtracts what has been written from the pending counts.
func (u *Usage) settle(written map[string]use) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for id, x := range written {
		rest := u.pending[id]
		if rest.count -= x.count; rest.count == 0 {
			delete(u.pending, id)
		} else {
			u.pending[id] = rest
		}
	}
}

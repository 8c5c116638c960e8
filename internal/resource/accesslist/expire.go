package accesslist

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/store"
)

// ExpireKind is the work of ending a temporary entry; its key is the entry's.
const ExpireKind reconcile.Kind = "accessList.expire"

// Expiry removes temporary entries when their time has come.
type Expiry struct{ Store store.Store }

// Reconcile removes the entry, if it is still there and its end has not been moved.
func (e Expiry) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	err = e.Store.Update(ctx, func(tx store.Tx) error {
		again = time.Time{}
		entry, err := Entries.Get(tx, key)
		if err != nil || entry.DeleteAfter.IsZero() {
			return store.IfMissing(err, nil)
		}
		if entry.DeleteAfter.After(tx.Now()) {
			again = entry.DeleteAfter
			return nil
		}
		return remove(tx, entry)
	})
	return again, err
}

// GiveUp keeps the work: an expired entry must not stay.
func (e Expiry) GiveUp(_ context.Context, _ string, cause error) error { return cause }

// Work is what the family does later.
func (s *Service) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{ExpireKind: Expiry{s.Store}}
}

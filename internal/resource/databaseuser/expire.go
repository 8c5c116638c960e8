package databaseuser

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/store"
)

// ExpireKind is the work of ending a temporary user; its key is the user's.
const ExpireKind reconcile.Kind = "databaseUser.expire"

// Expiry removes temporary users when their time has come.
type Expiry struct{ Store store.Store }

// Reconcile removes the user, if it is still there and its end has not been moved.
func (e Expiry) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	err = e.Store.Update(ctx, func(tx store.Tx) error {
		again = time.Time{}
		u, err := Users.Get(tx, key)
		if err != nil || u.DeleteAfter.IsZero() {
			return store.IfMissing(err, nil)
		}
		if u.DeleteAfter.After(tx.Now()) {
			again = u.DeleteAfter
			return nil
		}
		return remove(tx, u)
	})
	return again, err
}

// GiveUp keeps the work: an expired user must not stay.
func (e Expiry) GiveUp(_ context.Context, _ string, cause error) error { return cause }

// Work is what the family does later.
func (s *Service) Work() map[reconcile.Kind]reconcile.Handler {
	return map[reconcile.Kind]reconcile.Handler{ExpireKind: Expiry{s.Store}}
}

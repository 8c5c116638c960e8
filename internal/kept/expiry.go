package kept

import (
	"context"
	"time"

	"github.com/telamon-db/telamon/internal/reconcile"
	"github.com/telamon-db/telamon/internal/store"
)

// Expiry says when objects are deleted by themselves.
type Expiry[W, S any] struct {
	Kind reconcile.Kind                  // of the work that deletes an object; its key is the id of the object's row
	At   func(o *Object[W, S]) time.Time // zero: never
}

// kind returns the kind of the work that expires objects or changes their state; "" if there is none.
func (s *Objects[K, W, S]) kind() reconcile.Kind {
	if s.States != nil {
		return s.States.Work
	}
	return s.Expiry.Kind
}

// end returns when o expires or changes its state; zero: never.
func (s *Objects[K, W, S]) end(o *Object[W, S]) time.Time {
	switch {
	case s.States != nil:
		return o.Course.end(s.States.Duration)
	case s.Expiry.At != nil:
		return s.Expiry.At(o)
	}
	return time.Time{}
}

// Work returns the handler that deletes expired objects.
func (s *Objects[K, W, S]) Work() map[reconcile.Kind]reconcile.Handler {
	if s.kind() == "" {
		return nil
	}
	return map[reconcile.Kind]reconcile.Handler{s.kind(): expiring[K, W, S]{s}}
}

type expiring[K Ref, W, S any] struct{ objects *Objects[K, W, S] }

// Reconcile deletes the object, unless it is gone or its expiry has been moved.
func (e expiring[K, W, S]) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	err = e.objects.Store.Update(ctx, func(tx store.Tx) error {
		again = time.Time{}
		o, err := e.objects.Table.Get(tx, key)
		if err != nil {
			return store.IfMissing(err, nil)
		}
		switch end := e.objects.end(o); {
		case end.IsZero():
			return nil
		case end.After(tx.Now()):
			again = end
			return nil
		case o.Course.Ending:
			return e.objects.Table.Delete(tx, o)
		}
		return e.objects.Remove(tx, o)
	})
	return again, err
}

// GiveUp keeps the work, because what has expired must not stay.
func (expiring[K, W, S]) GiveUp(_ context.Context, _ string, cause error) error { return cause }

package store

import "context"

// Deriver is a Tx that remembers what was worked out from rows, until a table that it was read from changes.
type Deriver interface {
	// Derive returns what work returned earlier under that name, if the rows that it read have not changed, or else
	// what it returns now.
	Derive(name string, work func() (any, error)) (any, error)
}

// Sized tells how many bytes something derived takes beside the rows that it was derived from.
type Sized interface{ Size() int }

// Derive returns what work returns, which must depend on nothing but the name and what work learns through tx. A store
// that caches rows caches this too, so callers share it and must not change it. What depends on the time, the context or
// events is not cached.
func Derive[T any](tx Tx, name string, work func() (T, error)) (T, error) {
	d, ok := tx.(Deriver)
	if !ok {
		return work()
	}
	v, err := d.Derive(name, func() (any, error) { return work() })
	if err != nil {
		var none T
		return none, err
	}
	return v.(T), nil
}

// Recalled is a View that derives something.
func Recalled[T any](ctx context.Context, s Store, name string, work func(Tx) (T, error)) (T, error) {
	if v, known := s.Recall(name).(T); known {
		return v, nil
	}
	return derived(ctx, s, name, work)
}

func derived[T any](ctx context.Context, s Store, name string, work func(Tx) (T, error)) (v T, err error) {
	err = s.View(ctx, func(tx Tx) error {
		v, err = Derive(tx, name, func() (T, error) { return work(tx) })
		return err
	})
	return v, err
}

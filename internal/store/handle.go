package store

import "context"

// Read makes a handler of fn, which answers from one consistent snapshot. fn may run again. Handlers of Read and Write
// can be made with a nil store, so that operations can be listed without one.
func Read[In, Out any](s Store, fn func(Tx, In) (Out, error)) func(context.Context, In) (Out, error) {
	return handler(fn, func(ctx context.Context, run func(Tx) error) error { return s.View(ctx, run) })
}

// Write makes a handler of fn, which changes things in one transaction. fn may run again.
func Write[In, Out any](s Store, fn func(Tx, In) (Out, error)) func(context.Context, In) (Out, error) {
	return handler(fn, func(ctx context.Context, run func(Tx) error) error { return s.Update(ctx, run) })
}

func handler[In, Out any](fn func(Tx, In) (Out, error), within func(context.Context, func(Tx) error) error) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (out Out, err error) {
		err = within(ctx, func(tx Tx) (err error) {
			out, err = fn(tx, in)
			return err
		})
		return out, err
	}
}

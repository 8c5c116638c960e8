package store

import "context"

// Read makes a handler of fn, which answers from one consistent snapshot. fn may run again.
func Read[In, Out any](s Store, fn func(Tx, In) (Out, error)) func(context.Context, In) (Out, error) {
	return handler(s.View, fn)
}

// Write makes a handler of fn, which changes things in one transaction. fn may run again.
func Write[In, Out any](s Store, fn func(Tx, In) (Out, error)) func(context.Context, In) (Out, error) {
	return handler(s.Update, fn)
}

func handler[In, Out any](run func(context.Context, func(Tx) error) error, fn func(Tx, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (out Out, err error) {
		err = run(ctx, func(tx Tx) (err error) {
			out, err = fn(tx, in)
			return err
		})
		return out, err
	}
}

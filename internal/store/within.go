package store

import "context"

// Within returns tx with another context, such as one that names another caller.
func Within(ctx context.Context, tx Tx) Tx { return within{tx, ctx} }

type within struct {
	Tx
	ctx context.Context
}

func (w within) Context() context.Context { return w.ctx }

package server

import (
	"context"

	"github.com/telamon-db/telamon/internal/store"
)

// watchedStore calls a function with the tables that a transaction has changed, after the commit and before Update returns.
type watchedStore struct {
	store.Store
	changed func(table string)
}

func (s watchedStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	return s.Store.Update(ctx, func(tx store.Tx) error {
		return fn(&watchedTx{Tx: tx, changed: s.changed, tables: map[string]bool{}})
	})
}

// watchedTx records the tables that are written to.
type watchedTx struct {
	store.Tx
	changed func(table string)
	tables  map[string]bool
}

func (tx *watchedTx) Put(t *store.Schema, r store.Row) (int64, error) {
	tx.note(t)
	return tx.Tx.Put(t, r)
}

func (tx *watchedTx) Delete(t *store.Schema, id string, rev int64) error {
	tx.note(t)
	return tx.Tx.Delete(t, id, rev)
}

func (tx *watchedTx) note(t *store.Schema) {
	if !tx.tables[t.Name] {
		tx.tables[t.Name] = true
		tx.AfterCommit(func() { tx.changed(t.Name) })
	}
}

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

// watchedTx records the tables that are written to, and has audit logs tell of changes of users and roles.
type watchedTx struct {
	store.Tx
	changed func(table string)
	tables  map[string]bool
}

func (tx *watchedTx) Put(t *store.Schema, r store.Row) (rev int64, err error) {
	tx.note(t)
	err = audited(tx.Tx, t, r.ID, func() (err error) {
		rev, err = tx.Tx.Put(t, r)
		return err
	})
	return rev, err
}

func (tx *watchedTx) Delete(t *store.Schema, id string, rev int64) error {
	tx.note(t)
	return audited(tx.Tx, t, id, func() error { return tx.Tx.Delete(t, id, rev) })
}

func (tx *watchedTx) note(t *store.Schema) {
	if !tx.tables[t.Name] {
		tx.tables[t.Name] = true
		tx.AfterCommit(func() { tx.changed(t.Name) })
	}
}

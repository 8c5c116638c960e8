package sqlkit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// Tx is a transaction of a SQL back end. It implements store.Tx.
type Tx struct {
	kit      *Kit
	ctx      context.Context // the caller's
	conn     Conn            // nil once the transaction is over
	now      time.Time
	readOnly bool
	after    []func()
	written  []string
}

// Context is the context of the View or Update that the transaction belongs to.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Now is the transaction's one instant.
func (tx *Tx) Now() time.Time { return tx.now }

// AfterCommit has fn run by Committed.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

// Over makes every later use of the transaction an error. The back end calls it as soon as the closure has ended,
// because another transaction uses the connection then.
func (tx *Tx) Over() { tx.conn = nil }

// Committed runs what AfterCommit has collected.
func (tx *Tx) Committed() {
	for _, fn := range tx.after {
		fn()
	}
}

// Written are the names of the tables that the transaction has written to, the event log aside.
func (tx *Tx) Written() []string { return tx.written }

// ready reports whether another statement may run.
func (tx *Tx) ready() error {
	if tx.conn == nil {
		return store.ErrOver
	}
	return tx.ctx.Err()
}

// table finds a declared table.
func (tx *Tx) table(s *store.Schema) (*table, error) {
	if t := tx.kit.byName[s.Name]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("store: table %s was not declared when the store was opened", s.Name)
}

// writable is table for callers that write.
func (tx *Tx) writable(s *store.Schema) (*table, error) {
	if tx.readOnly {
		return nil, store.ErrReadOnly
	}
	if !slices.Contains(tx.written, s.Name) {
		tx.written = append(tx.written, s.Name)
	}
	return tx.table(s)
}

func (tx *Tx) exec(query string, args ...any) error {
	_, err := tx.change(query, args...)
	return err
}

// change runs a statement and returns how many rows it changed.
func (tx *Tx) change(query string, args ...any) (int64, error) {
	if err := tx.ready(); err != nil {
		return 0, err
	}
	return tx.conn.Exec(tx.ctx, query, args...)
}

// each calls scan for every row that query selects. Between rows it checks the caller's context.
func (tx *Tx) each(scan func(Rows) error, query string, args ...any) error {
	if err := tx.ready(); err != nil {
		return err
	}
	rows, err := tx.conn.Query(tx.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := errors.Join(scan(rows), tx.ctx.Err()); err != nil {
			return err
		}
	}
	return rows.Err()
}

// one reads the only row that query selects, or returns store.ErrNotFound.
func (tx *Tx) one(query string, args []any, dest ...any) error {
	found := false
	err := tx.each(func(rows Rows) error {
		found = true
		return rows.Scan(dest...)
	}, query, args...)
	if err == nil && !found {
		return store.ErrNotFound
	}
	return err
}

// number is one for a query that selects a single integer; there being no row counts as 0.
func (tx *Tx) number(query string, args ...any) (n int64, err error) {
	err = tx.one(query, args, &n)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

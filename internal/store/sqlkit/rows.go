package sqlkit

import (
	"database/sql"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/telamon-db/telamon/internal/store"
)

// Get returns the row with the given id.
func (tx *Tx) Get(s *store.Schema, id string) (store.Row, error) {
	t, err := tx.table(s)
	if err != nil {
		return store.Row{}, err
	}
	return tx.row(t, "id", id)
}

// Lookup returns the row with the given key in a unique index.
func (tx *Tx) Lookup(s *store.Schema, index string, key []string) (store.Row, error) {
	t, err := tx.table(s)
	if err != nil {
		return store.Row{}, err
	}
	ix, column, err := t.index(index)
	if err == nil && !ix.Unique {
		err = fmt.Errorf("store: index %s.%s is not unique", t.Name, index)
	}
	if err != nil {
		return store.Row{}, err
	}
	return tx.row(t, column, encode(key))
}

func (tx *Tx) row(t *table, column string, value any) (r store.Row, err error) {
	query := "SELECT id, rev, body FROM " + t.physical + " WHERE " + column + " = ?"
	err = tx.one(query, []any{value}, &r.ID, &r.Rev, &r.Body)
	return r, t.wrap("read", err)
}

// Put writes a row as new or over its revision.
func (tx *Tx) Put(s *store.Schema, r store.Row) (int64, error) {
	t, err := tx.writable(s)
	if err != nil {
		return 0, err
	}
	if len(r.Keys) != len(t.Indexes) {
		return 0, fmt.Errorf("store: write %s: %d keys for %d indexes", t.Name, len(r.Keys), len(t.Indexes))
	}
	if r.ID == "" || strings.Contains(r.ID, "\x00") || !utf8.ValidString(r.ID) {
		return 0, fmt.Errorf("store: write %s: %q is no valid id", t.Name, r.ID)
	}
	stored, err := tx.revision(t, r.ID)
	switch {
	case err != nil:
		return 0, t.wrap("write", err)
	case r.Rev == 0 && stored != 0:
		return 0, &store.DuplicateError{Table: t.Name}
	case r.Rev != stored:
		return 0, store.ErrConflict
	}
	return tx.put(t, r)
}

// put writes a row that may be written if its keys are free.
func (tx *Tx) put(t *table, r store.Row) (int64, error) {
	args := []any{r.Rev + 1, append([]byte{}, r.Body...)}
	for i, key := range r.Keys {
		value := column(key)
		if err := tx.free(t, i, value, r.ID); err != nil {
			return 0, err
		}
		args = append(args, value)
	}
	statement := t.update
	if r.Rev == 0 {
		statement = t.insert
	}
	if err := tx.exec(statement, append(args, r.ID)...); err != nil {
		return 0, t.wrap("write", err)
	}
	return r.Rev + 1, nil
}

// free says whether a key may be given to the row id: a *store.DuplicateError if another row has it.
func (tx *Tx) free(t *table, index int, key any, id string) error {
	if !t.Indexes[index].Unique || key == nil {
		return nil
	}
	query := "SELECT COUNT(*) FROM " + t.physical + " WHERE " + t.columns[index] + " = ? AND id <> ?"
	n, err := tx.number(query, key, id)
	if err != nil {
		return t.wrap("write", err)
	}
	if n > 0 {
		return &store.DuplicateError{Table: t.Name, Index: t.Indexes[index].Name}
	}
	return nil
}

// revision is the stored row's, or 0 if there is none.
func (tx *Tx) revision(t *table, id string) (int64, error) {
	return tx.number("SELECT rev FROM "+t.physical+" WHERE id = ?", id)
}

// Delete removes the row of that revision.
func (tx *Tx) Delete(s *store.Schema, id string, rev int64) error {
	t, err := tx.writable(s)
	if err != nil {
		return err
	}
	stored, err := tx.revision(t, id)
	if err != nil {
		return t.wrap("delete", err)
	}
	if stored == 0 || stored != rev {
		return store.ErrConflict
	}
	return t.wrap("delete", tx.exec("DELETE FROM "+t.physical+" WHERE id = ?", id))
}

// Scan returns the rows that q selects.
func (tx *Tx) Scan(s *store.Schema, q store.Query) (out []store.Row, err error) {
	t, err := tx.table(s)
	if err != nil {
		return nil, err
	}
	w, order, err := t.selection(q)
	if err != nil {
		return nil, err
	}
	query := "SELECT id, rev, body FROM " + t.physical + w.String() + order + " LIMIT ? OFFSET ?"
	out, err = tx.rows(query, append(w.args, page(q.Offset, q.Limit)...)...)
	return out, t.wrap("list", err)
}

func (tx *Tx) rows(query string, args ...any) (out []store.Row, err error) {
	err = tx.each(func(rows *sql.Rows) error {
		var r store.Row
		err := rows.Scan(&r.ID, &r.Rev, &r.Body)
		out = append(out, r)
		return err
	}, query, args...)
	return out, err
}

// Count counts the rows that q selects, its Offset and Limit aside.
func (tx *Tx) Count(s *store.Schema, q store.Query) (int64, error) {
	t, err := tx.table(s)
	if err != nil {
		return 0, err
	}
	w, _, err := t.selection(q)
	if err != nil {
		return 0, err
	}
	n, err := tx.number("SELECT COUNT(*) FROM "+t.physical+w.String(), w.args...)
	return n, t.wrap("count", err)
}

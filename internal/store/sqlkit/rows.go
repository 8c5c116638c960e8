package sqlkit

import (
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

// Put writes a row, as new or in place of its revision.
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
	values := []any{r.Rev + 1, append([]byte{}, r.Body...)}
	for _, key := range r.Keys {
		values = append(values, column(key))
	}
	values = append(values, r.ID)
	if r.Rev == 0 {
		err = tx.insert(t, r.ID, values)
	} else {
		err = tx.update(t, r, values)
	}
	if err != nil {
		return 0, t.wrap("write", err)
	}
	return r.Rev + 1, nil
}

// insert writes a new row. A row that would violate a unique key is not written, and what stands in its way is looked
// up.
func (tx *Tx) insert(t *table, id string, values []any) error {
	n, err := tx.change(t.insert, values...)
	if err != nil || n > 0 {
		return err
	}
	stored, err := tx.revision(t, id)
	if err != nil {
		return err
	}
	if stored != 0 {
		return &store.DuplicateError{Table: t.Name}
	}
	if err := tx.free(t, id, values); err != nil {
		return err
	}
	return fmt.Errorf("row %q was left out, and nothing is in its way", id)
}

// update replaces the row of r's revision if r's keys are free.
func (tx *Tx) update(t *table, r store.Row, values []any) error {
	stored, err := tx.revision(t, r.ID)
	if err != nil {
		return err
	}
	if r.Rev != stored {
		return store.ErrConflict
	}
	if err := tx.free(t, r.ID, values); err != nil {
		return err
	}
	return tx.exec(t.update, values...)
}

// free returns a *store.DuplicateError if another row than id has one of the unique keys in values.
func (tx *Tx) free(t *table, id string, values []any) error {
	for i, ix := range t.Indexes {
		key := values[2+i]
		if !ix.Unique || key == nil {
			continue
		}
		n, err := tx.number("SELECT COUNT(*) FROM "+t.physical+" WHERE "+t.columns[i]+" = ? AND id <> ?", key, id)
		if err != nil {
			return err
		}
		if n > 0 {
			return &store.DuplicateError{Table: t.Name, Index: ix.Name}
		}
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
	n, err := tx.change("DELETE FROM "+t.physical+" WHERE id = ? AND rev = ?", id, rev)
	if err == nil && n == 0 {
		return store.ErrConflict
	}
	return t.wrap("delete", err)
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
	err = tx.each(func(rows Rows) error {
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

package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// Table declares how objects of type T are stored. T's JSON form is the stored form: every field has a json tag, so
// renaming a Go field does not change it.
//
// An object that a View reads is a copy of the reader's own, but it shares its slices and maps with other readers, so
// nobody may change them. An object that an Update reads is shared with nobody.
type Table[T any] struct {
	Name    string
	ID      func(*T) string
	Rev     func(*T) *int64 // where the object keeps its revision, outside of its JSON form
	Indexes []Index[T]

	// Older converts a stored body of an earlier version of Telamon to the present form of T; a body that has it
	// already is returned as it is. nil: the form has never changed, or only by fields that may be absent. The
	// converted body is stored when the object is next put. Index keys are made from what Older returns.
	Older func(body []byte) ([]byte, error)

	once   sync.Once
	schema Schema
}

// Index declares an ordered index over T. Key gives the parts of the object's key, or nil to leave the object out.
type Index[T any] struct {
	Name   string
	Unique bool
	Key    func(*T) []string
}

// Schema is the table as back ends see it.
func (t *Table[T]) Schema() *Schema {
	t.once.Do(func() {
		t.schema.Name = t.Name
		for _, ix := range t.Indexes {
			t.schema.Indexes = append(t.schema.Indexes, IndexSchema{Name: ix.Name, Unique: ix.Unique})
		}
		t.schema.Keys = t.keysOf
	})
	return &t.schema
}

// Get returns the object with the given id, or ErrNotFound.
func (t *Table[T]) Get(tx Tx, id string) (*T, error) {
	row, err := tx.Get(t.Schema(), id)
	if err != nil {
		return nil, err
	}
	return t.decode(row)
}

// Find returns the object with the given key in a unique index, or ErrNotFound.
func (t *Table[T]) Find(tx Tx, index string, key ...string) (*T, error) {
	row, err := tx.Lookup(t.Schema(), index, key)
	if err != nil {
		return nil, err
	}
	return t.decode(row)
}

// Put stores the object: as new if its revision is 0, else in place of the revision at which it was read. It sets the
// new revision. Errors: *DuplicateError, ErrConflict, ErrReadOnly.
func (t *Table[T]) Put(tx Tx, v *T) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("store: encode %s: %w", t.Name, err)
	}
	rev := t.Rev(v)
	next, err := tx.Put(t.Schema(), Row{ID: t.ID(v), Rev: *rev, Keys: t.keys(v), Body: body})
	if err == nil {
		*rev = next
	}
	return err
}

// Delete removes the object, which must still be at the revision at which it was read.
func (t *Table[T]) Delete(tx Tx, v *T) error {
	return tx.Delete(t.Schema(), t.ID(v), *t.Rev(v))
}

// List returns the objects that q selects.
func (t *Table[T]) List(tx Tx, q Query) ([]*T, error) {
	rows, err := tx.Scan(t.Schema(), q)
	if err != nil {
		return nil, err
	}
	out := make([]*T, 0, len(rows))
	for _, row := range rows {
		v, err := t.decode(row)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Count counts the objects that q selects; Offset and Limit are ignored.
func (t *Table[T]) Count(tx Tx, q Query) (int64, error) { return tx.Count(t.Schema(), q) }

func (t *Table[T]) keys(v *T) [][]string {
	keys := make([][]string, len(t.Indexes))
	for i, ix := range t.Indexes {
		keys[i] = ix.Key(v)
	}
	return keys
}

func (t *Table[T]) keysOf(body []byte) ([][]string, error) {
	v, err := t.parse(body)
	if err != nil {
		return nil, fmt.Errorf("store: decode %s: %w", t.Name, err)
	}
	return t.keys(v), nil
}

func (t *Table[T]) decode(row Row) (*T, error) {
	if row.Memo == nil {
		return t.fresh(row)
	}
	v, known := row.Memo.decoded.Load().(*T)
	if !known {
		var err error
		if v, err = t.fresh(row); err != nil {
			return nil, err
		}
		row.Memo.decoded.Store(v)
	}
	own := *v
	return &own, nil
}

func (t *Table[T]) fresh(row Row) (*T, error) {
	v, err := t.parse(row.Body)
	if err != nil {
		return nil, fmt.Errorf("store: decode %s %s: %w", t.Name, row.ID, err)
	}
	*t.Rev(v) = row.Rev
	return v, nil
}

// parse decodes a stored body, of the present form or an older one.
func (t *Table[T]) parse(body []byte) (*T, error) {
	if t.Older != nil {
		var err error
		if body, err = t.Older(body); err != nil {
			return nil, err
		}
	}
	v := new(T)
	return v, json.Unmarshal(body, v)
}

// IsNotFound reports whether err is ErrNotFound.
func IsNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// Duplicate returns the name of the unique index if err is a *DuplicateError.
func Duplicate(err error) (index string, ok bool) {
	var d *DuplicateError
	if errors.As(err, &d) {
		return d.Index, true
	}
	return "", false
}

// IfMissing returns instead if err is ErrNotFound, else err.
func IfMissing(err, instead error) error {
	if IsNotFound(err) {
		return instead
	}
	return err
}

// DeleteAll removes the objects that q selects.
func (t *Table[T]) DeleteAll(tx Tx, q Query) error {
	all, err := t.List(tx, q)
	if err != nil {
		return err
	}
	for _, v := range all {
		if err := t.Delete(tx, v); err != nil {
			return err
		}
	}
	return nil
}

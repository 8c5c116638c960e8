package storage

import (
	"io"

	"github.com/cockroachdb/pebble/v2"
)

// Reader reads the database in its present state or that of a snapshot, with or without writes that are not committed.
type Reader interface {
	// Get returns the value of key, or pebble.ErrNotFound. The value belongs to the reader, and is valid until closer
	// is closed.
	Get(key []byte) (value []byte, closer io.Closer, err error)

	// Iter iterates over the keys from lo up to and without hi; nil is no bound.
	Iter(lo, hi []byte) (Iterator, error)
}

// Iterator iterates over keys in order, as Pebble's does. A key and its value are valid until the next step.
type Iterator interface {
	First() bool
	Last() bool
	Next() bool
	Prev() bool
	SeekGE(key []byte) bool
	SeekLT(key []byte) bool
	SetBounds(lo, hi []byte)
	Valid() bool
	Key() []byte
	Value() []byte
	Error() error
	Close() error
}

// of is a reader of Pebble.
type of struct{ pebble.Reader }

func (r of) Iter(lo, hi []byte) (Iterator, error) {
	it, err := r.NewIter(&pebble.IterOptions{LowerBound: lo, UpperBound: hi})
	if err != nil {
		return nil, err
	}
	return it, nil
}

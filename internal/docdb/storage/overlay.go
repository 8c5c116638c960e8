package storage

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/cockroachdb/pebble/v2"
)

// overlay is a reader with writes on top of it. The writes are in a batch that is used as an ordered map. Each value in it
// begins with a byte: one for keys that have a value, another for keys that are deleted.
type overlay struct {
	under Reader
	own   *pebble.Batch
}

const (
	gone byte = iota
	kept
)

func (s *Store) overlay(under Reader) *overlay { return &overlay{under, s.db.NewIndexedBatch()} }

func (o *overlay) set(key, value []byte) error {
	return o.own.Set(key, append([]byte{kept}, value...), nil)
}

func (o *overlay) unset(key []byte) error { return o.own.Set(key, []byte{gone}, nil) }

func (o *overlay) ownIter(lo, hi []byte) (*pebble.Iterator, error) {
	return o.own.NewBatchOnlyIter(context.Background(), &pebble.IterOptions{LowerBound: lo, UpperBound: hi})
}

func (o *overlay) Get(key []byte) ([]byte, io.Closer, error) {
	it, err := o.ownIter(nil, nil)
	if err != nil {
		return nil, nil, err
	}
	if !it.SeekGE(key) || !bytes.Equal(it.Key(), key) {
		if err := errors.Join(it.Error(), it.Close()); err != nil {
			return nil, nil, err
		}
		return o.under.Get(key)
	}
	if it.Value()[0] == gone {
		return nil, nil, errors.Join(pebble.ErrNotFound, it.Close())
	}
	return it.Value()[1:], it, nil
}

func (o *overlay) Iter(lo, hi []byte) (Iterator, error) {
	own, err := o.ownIter(lo, hi)
	if err != nil {
		return nil, err
	}
	under, err := o.under.Iter(lo, hi)
	if err != nil {
		return nil, errors.Join(err, own.Close())
	}
	return &overlaid{own: own, under: under}, nil
}

func (o *overlay) put(key, value []byte, kept bool) error {
	if kept {
		return o.set(key, value)
	}
	return o.unset(key)
}

// each calls fn with the writes in the order of their keys. kept is false for a deleted key.
func (o *overlay) each(fn func(key, value []byte, kept bool) error) error {
	it, err := o.ownIter(nil, nil)
	if err != nil {
		return err
	}
	for ok := it.First(); ok && err == nil; ok = it.Next() {
		err = fn(it.Key(), it.Value()[1:], it.Value()[0] == kept)
	}
	return errors.Join(err, it.Error(), it.Close())
}

// overlaid iterates over the reader and the writes at once. Both iterators are at or after the current key; when iterating
// backwards, at or before it.
type overlaid struct {
	own, under Iterator
	at         Iterator // the one of the two that is at the current key; nil: there is no current key
	back       bool
}

func (i *overlaid) First() bool {
	i.own.First()
	i.under.First()
	return i.settle(false)
}

func (i *overlaid) Last() bool {
	i.own.Last()
	i.under.Last()
	return i.settle(true)
}

func (i *overlaid) SeekGE(key []byte) bool {
	i.own.SeekGE(key)
	i.under.SeekGE(key)
	return i.settle(false)
}

func (i *overlaid) SeekLT(key []byte) bool {
	i.own.SeekLT(key)
	i.under.SeekLT(key)
	return i.settle(true)
}

func (i *overlaid) Next() bool {
	if i.at == nil {
		return false
	}
	if i.back {
		return i.SeekGE(append(bytes.Clone(i.at.Key()), 0))
	}
	i.at.Next()
	return i.settle(false)
}

func (i *overlaid) Prev() bool {
	if i.at == nil {
		return false
	}
	if !i.back {
		return i.SeekLT(bytes.Clone(i.at.Key()))
	}
	i.at.Prev()
	return i.settle(true)
}

// settle finds which of the two iterators has the next key, and skips deleted and overwritten ones.
func (i *overlaid) settle(back bool) bool {
	i.back, i.at = back, nil
	step := Iterator.Next
	if back {
		step = Iterator.Prev
	}
	for i.own.Valid() {
		order := -1
		if i.under.Valid() {
			if order = bytes.Compare(i.own.Key(), i.under.Key()); back {
				order = -order
			}
		}
		if order > 0 {
			break
		}
		if order == 0 {
			step(i.under)
		}
		if i.own.Value()[0] == kept {
			i.at = i.own
			return true
		}
		step(i.own)
	}
	if i.under.Valid() {
		i.at = i.under
	}
	return i.at != nil
}

func (i *overlaid) SetBounds(lo, hi []byte) {
	i.own.SetBounds(lo, hi)
	i.under.SetBounds(lo, hi)
	i.at = nil
}

func (i *overlaid) Valid() bool { return i.at != nil }
func (i *overlaid) Key() []byte { return i.at.Key() }

func (i *overlaid) Value() []byte {
	if i.at == i.own {
		return i.at.Value()[1:]
	}
	return i.at.Value()
}

func (i *overlaid) Error() error { return errors.Join(i.own.Error(), i.under.Error()) }
func (i *overlaid) Close() error { return errors.Join(i.own.Close(), i.under.Close()) }

package storage

import (
	"encoding/binary"
	"errors"

	"github.com/cockroachdb/pebble/v2"
)

// Tally counts a collection's documents and their bytes. It is stored, and changes in the same batch as the documents, so
// that nobody has to read a collection to count it.
type Tally struct{ Docs, Bytes int64 }

// ReadTally reads the tally of the collection with an id.
func ReadTally(r Reader, coll uint64) (Tally, error) {
	value, closer, err := r.Get(idPrefix(spaceCount, coll))
	if errors.Is(err, pebble.ErrNotFound) {
		return Tally{}, nil
	}
	if err != nil {
		return Tally{}, err
	}
	defer closer.Close()
	return parseTally(value)
}

func parseTally(value []byte) (Tally, error) {
	if len(value) != 16 {
		return Tally{}, errors.New("malformed tally")
	}
	return Tally{int64(binary.BigEndian.Uint64(value)), int64(binary.BigEndian.Uint64(value[8:]))}, nil
}

// Tally returns the present tally of a collection.
func (s *Store) Tally(coll *Collection) (Tally, error) { return ReadTally(of{s.db}, coll.ID) }

// Data returns how many bytes the documents of all collections have.
func (s *Store) Data() (bytes int64, err error) {
	all, err := s.db.NewIter(&pebble.IterOptions{LowerBound: []byte{spaceCount}, UpperBound: []byte{spaceCount + 1}})
	if err != nil {
		return 0, err
	}
	for ok := all.First(); ok; ok = all.Next() {
		tally, err := parseTally(all.Value())
		if err != nil {
			return 0, errors.Join(err, all.Close())
		}
		bytes += tally.Bytes
	}
	return bytes, errors.Join(all.Error(), all.Close())
}

// LimitData bounds the bytes of documents; see quota.Quota.Set.
func (s *Store) LimitData(bytes int64, shared bool) { s.room.Set(bytes, shared) }

// writeTally puts the collection's tally into the batch. The collection's lock keeps others from changing it between the
// reading and the writing.
func (t *Tx) writeTally() error {
	if t.Coll == nil || t.delta == (Tally{}) {
		return nil
	}
	now, err := ReadTally(t.Reader(), t.Coll.ID)
	if err != nil {
		return err
	}
	value := binary.BigEndian.AppendUint64(nil, uint64(now.Docs+t.delta.Docs))
	value = binary.BigEndian.AppendUint64(value, uint64(now.Bytes+t.delta.Bytes))
	t.delta = Tally{}
	return t.batch.Set(idPrefix(spaceCount, t.Coll.ID), value, nil)
}

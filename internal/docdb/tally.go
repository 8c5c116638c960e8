package docdb

import (
	"encoding/binary"
	"errors"

	"github.com/cockroachdb/pebble/v2"
)

// tally counts a collection's documents and their bytes. It is kept beside the documents and changes in the same batch, so
// that counting a collection does not walk it.
type tally struct{ docs, bytes int64 }

func readTally(r pebble.Reader, coll uint64) (tally, error) {
	value, closer, err := r.Get(idPrefix(spaceCount, coll))
	if errors.Is(err, pebble.ErrNotFound) {
		return tally{}, nil
	}
	if err != nil {
		return tally{}, err
	}
	defer closer.Close()
	if len(value) != 16 {
		return tally{}, errors.New("malformed tally")
	}
	return tally{int64(binary.BigEndian.Uint64(value)), int64(binary.BigEndian.Uint64(value[8:]))}, nil
}

// writeTally puts the collection's tally into the batch. The collection's lock makes reading and writing it one step.
func (t *tx) writeTally() error {
	if t.coll == nil || t.delta == (tally{}) {
		return nil
	}
	now, err := readTally(t.batch, t.coll.id)
	if err != nil {
		return err
	}
	value := binary.BigEndian.AppendUint64(nil, uint64(now.docs+t.delta.docs))
	value = binary.BigEndian.AppendUint64(value, uint64(now.bytes+t.delta.bytes))
	t.delta = tally{}
	return t.batch.Set(idPrefix(spaceCount, t.coll.id), value, nil)
}

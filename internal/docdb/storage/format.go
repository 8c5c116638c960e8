package storage

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// The data in a directory has a numbered format. The number is stored in the directory, so that an older program
// refuses the directory instead of misreading it, and a newer one migrates it first.
//
//	1  has no number. In its oplog an update's entry has the whole document.
//	2  has entries of updates that tell what was changed; those of format 1 are valid in it.
//	3  has collections with validators, and indexes that are hidden, hashed, or in directions other than 1 and -1.
const formatNow = 3

// formatSteps migrate a directory from the format of the key to the next one. They run in one batch with the new
// number.
var formatSteps = map[uint32]func(*Store, *pebble.Batch) error{
	1: func(*Store, *pebble.Batch) error { return nil },
	2: func(*Store, *pebble.Batch) error { return nil },
}

// A NewerFormatError says that a directory was written by a newer program, and was left as it is.
type NewerFormatError struct{ Found, Known uint32 }

func (e *NewerFormatError) Error() string {
	return fmt.Sprintf("the data has format %d and this program knows formats up to %d: it was written by a newer program, which must be used to open it", e.Found, e.Known)
}

// bringUp checks the format of the directory and brings an older one up to formatNow.
func (s *Store) bringUp() error {
	stored, err := Read(of{s.db}, formatKey)
	if err != nil {
		return err
	}
	found, err := parseFormat(stored)
	if err != nil || found == formatNow {
		return err
	}
	batch := s.db.NewBatch()
	defer batch.Close()
	for ; found < formatNow; found++ {
		if err := formatSteps[found](s, batch); err != nil {
			return fmt.Errorf("from format %d to %d: %w", found, found+1, err)
		}
	}
	if err := batch.Set(formatKey, encodeFormat(formatNow), nil); err != nil {
		return err
	}
	return batch.Commit(pebble.Sync)
}

var formatKey = []byte{spaceFormat}

// encodeFormat writes a format's number twice, the second time inverted, so that damage shows.
func encodeFormat(n uint32) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, n), ^n)
}

// parseFormat reads the number of a format that this program knows. A missing number stands for the first format.
func parseFormat(stored []byte) (uint32, error) {
	if stored == nil {
		return 1, nil
	}
	if len(stored) != 8 {
		return 0, errors.New("the number of the data's format is damaged")
	}
	n := binary.BigEndian.Uint32(stored)
	switch {
	case n != ^binary.BigEndian.Uint32(stored[4:]) || n < 2:
		return 0, errors.New("the number of the data's format is damaged")
	case n > formatNow:
		return 0, &NewerFormatError{n, formatNow}
	}
	return n, nil
}

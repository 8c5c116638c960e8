package storage

import (
	"errors"
	"io/fs"

	"github.com/cockroachdb/pebble/v2"
)

// Damaged reports whether an error of Open means that the data is damaged or not all there, so that trying again is of no
// use.
func Damaged(err error) bool {
	return pebble.IsCorruptionError(err) || errors.Is(err, pebble.ErrDBDoesNotExist) || errors.Is(err, fs.ErrNotExist)
}

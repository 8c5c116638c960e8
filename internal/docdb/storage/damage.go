package storage

import (
	"errors"
	"io/fs"

	"github.com/cockroachdb/pebble/v2"
)

// Damaged reports whether an error of Open means that the data is damaged or incomplete, so that trying again does not
// help.
func Damaged(err error) bool {
	return pebble.IsCorruptionError(err) || errors.Is(err, pebble.ErrDBDoesNotExist) || errors.Is(err, fs.ErrNotExist)
}

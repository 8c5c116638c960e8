package store

import (
	"errors"
	"fmt"
)

// ErrClosed: the store was closed before the transaction could start.
var ErrClosed = errors.New("store: closed")

// ErrOver: a transaction was used after its function had returned.
var ErrOver = errors.New("store: the transaction is over")

// NewerError says that a store was written by a newer version of Telamon, which this one must not touch.
type NewerError struct{ Found, Known int }

func (e *NewerError) Error() string {
	return fmt.Sprintf("store: written by a newer version of Telamon (layout %d, this version knows %d)", e.Found, e.Known)
}

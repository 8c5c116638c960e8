// Package store keeps the control plane's objects and its event log.
//
// A family declares its objects as a Table; back ends know only rows, so a new family needs no code in a back end. A
// change and its events commit in one transaction.
package store

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Store is a back end. Its methods are safe for concurrent use.
type Store interface {
	// View runs fn on a consistent snapshot. Writes inside fn fail. Like Update's, fn opens no other transaction and may
	// run again.
	View(ctx context.Context, fn func(Tx) error) error
	// Update runs fn in a serializable transaction and commits durably if fn returns nil. It may run fn again, so fn
	// must change nothing except through tx. When Update returns nil, the change survives a crash. fn must not open
	// another transaction: it would wait for itself. A panic in fn undoes the transaction and reaches the caller.
	Update(ctx context.Context, fn func(Tx) error) error
	// Recall returns what a View has derived under the name (see Derive), if a View would derive the same now; else nil.
	Recall(name string) any
	// Close waits for running transactions and releases the store.
	Close() error
}

// Tx is a transaction, inside View or Update. It is valid until fn returns and for one goroutine only. Families use it
// through Table and the event log's functions.
type Tx interface {
	// Context is the context that View or Update was called with, or one within it.
	Context() context.Context
	// Now is the transaction's one instant: UTC, whole microseconds, from the injected clock.
	Now() time.Time
	// AfterCommit runs fn once after the transaction has committed durably (inside View: after it has ended without
	// error), before Update returns and in the order of registration. fn may open transactions of its own. The
	// functions of two transactions may run at the same time.
	AfterCommit(fn func())

	Get(t *Schema, id string) (Row, error)
	// Lookup returns the row with exactly that key in a unique index.
	Lookup(t *Schema, index string, key []string) (Row, error)
	// Put writes r: as a new row if Rev is 0, else in place of the row at that revision. It returns the new revision.
	// ErrConflict: the row is at another revision, or gone.
	Put(t *Schema, r Row) (rev int64, err error)
	// Delete removes the row at that revision. ErrConflict: the row is at another revision, or gone.
	Delete(t *Schema, id string, rev int64) error
	Scan(t *Schema, q Query) ([]Row, error)
	// Count ignores q's Offset and Limit.
	Count(t *Schema, q Query) (int64, error)

	// AppendEvent adds e at the end of its series. Created is stored in whole microseconds and never decreases: an
	// event older than the last one of its series gets that one's instant. An id that is already in the series is a
	// *DuplicateError of events.id.
	AppendEvent(e Event) error
	Events(q EventQuery) ([]Event, error)
	// CountEvents counts the events that q selects. The count is exact without filters of type and cluster; with them
	// it is exact up to ExactCount or the end of q's page, whichever is more, and an estimate beyond that.
	CountEvents(q EventQuery) (int64, error)
	Event(series, id string) (Event, error)
}

// Schema is what a back end knows of a table.
type Schema struct {
	Name    string // lower-case letters, digits and single underscores, a letter first, at most 29 characters
	Indexes []IndexSchema
	// Keys returns a stored body's key in each index, so that a back end can fill an index that is declared later.
	Keys func(body []byte) ([][]string, error)
}

// IndexSchema names an index, by the same rule as a table. In a unique index no two rows have the same key. The name
// stands for how keys are computed: an index whose keys are computed in another way needs another name.
type IndexSchema struct {
	Name   string
	Unique bool
}

// Row is a stored object: its id, its revision (from 1, one more with every change), its key in each index of its
// schema, in the schema's order (nil: the row is not in that index), and its JSON body. Rows that are read carry no
// Keys.
type Row struct {
	ID   string
	Rev  int64
	Keys [][]string
	Body []byte
	Memo *Memo // of a row that several views get; nil for others
}

// Memo caches the decoded body of a row.
type Memo struct{ decoded atomic.Value }

// Query selects rows of one index: those whose key begins with Prefix, in key order (rows of equal keys by id).
// Key order is bytewise, part by part. Index "" has keys of one part, the id, so Prefix, From and Until have at most
// one part there, and none after a Prefix.
type Query struct {
	Index   string   // "" is by id
	IDs     []string // if not nil, rows with these ids only: with Index "", and without bounds
	Prefix  []string // whole leading parts of the key
	From    []string // if not nil, start at the first key not below Prefix followed by From (inclusive)
	Until   []string // if not nil, stop before the first key not below Prefix followed by Until (exclusive)
	Reverse bool
	Offset  int
	Limit   int // 0: no limit
}

// Event is one entry of an event series, in stored form.
type Event struct {
	Series  string // the id of the project or organization it belongs to
	ID      string
	Created time.Time
	Type    string
	Cluster string // name of the cluster it is about, or ""
	Body    []byte
}

// ExactCount is how many events of one type or cluster are counted one by one.
const ExactCount = 1000

// EventQuery selects events of a series, newest first.
type EventQuery struct {
	Series   string
	Types    []string  // any of these; none: all
	Excluded []string  // none of these
	Clusters []string  // any of these; none: all
	From     time.Time // inclusive; zero: unbounded
	Until    time.Time // inclusive; zero: unbounded
	Offset   int
	Limit    int // 0: no limit
}

var (
	// ErrNotFound: no row or event with that id or key.
	ErrNotFound = errors.New("store: not found")
	// ErrConflict: the row is not at the given revision.
	ErrConflict = errors.New("store: revision conflict")
	// ErrUnreachable: the database behind the store cannot be reached, or does not answer.
	ErrUnreachable error = unreachable{}
	// ErrReadOnly: a write inside View.
	ErrReadOnly = errors.New("store: write in a read-only transaction")
)

type unreachable struct{}

func (unreachable) Error() string { return "store: the database cannot be reached" }

// Unavailable marks the error as temporary, for callers that do not import this package.
func (unreachable) Unavailable() bool { return true }

// DuplicateError says that another row has the same key in a unique index (Index "" is the id).
type DuplicateError struct{ Table, Index string }

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("store: duplicate key in %s.%s", e.Table, e.Index)
}

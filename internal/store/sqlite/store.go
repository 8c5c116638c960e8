// Package sqlite is the embedded store: one file, in SQLite (modernc.org/sqlite, pure Go).
//
// One connection writes, and concurrent updates share its commits (writer.go). Reads have connections of their own,
// each transaction on a snapshot of the write-ahead log, so readers and the writer never wait for each other. Rows that
// were read are cached until they change (package recall); that is safe because this process alone writes to the file.
// With WAL and synchronous=FULL, acknowledged changes survive kill -9 and a loss of power.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	driver "modernc.org/sqlite"

	"github.com/telamon-db/telamon/internal/durable"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/recall"
	"github.com/telamon-db/telamon/internal/store/sqlkit"
)

var dialect = sqlkit.Dialect{Text: "TEXT", Blob: "BLOB", Int: "INTEGER", Clustered: " WITHOUT ROWID"}

// recallSize is about how many bytes the cache has.
const recallSize = 8 << 20

// Store is the store in one file.
type Store struct {
	kit     *sqlkit.Kit
	now     func() time.Time
	dbs     []*sql.DB
	writer  *writer
	readers readers
	recall  *recall.Cache
	gate    sqlkit.Gate
}

var _ store.Store = (*Store)(nil)

// Open opens the file at path, or creates it with mode 0600, and brings it to the declared tables. now gives the
// transactions their instants. Errors: *store.NewerError, declarations that are invalid, a write-ahead
// log that is damaged in its middle, what the file system says.
func Open(ctx context.Context, path string, now func() time.Time, tables []*store.Schema) (store.Store, error) {
	s, err := open(ctx, path, now, tables)
	if err != nil {
		return nil, err // not s: a nil *Store is no nil store.Store
	}
	return s, nil
}

func open(ctx context.Context, path string, now func() time.Time, tables []*store.Schema) (*Store, error) {
	kit, err := sqlkit.New(dialect, tables)
	if err != nil {
		return nil, err
	}
	path, err = create(path)
	if err != nil {
		return nil, fmt.Errorf("store: create: %w", err)
	}
	if err := checkWAL(path + "-wal"); err != nil {
		return nil, err
	}
	s := &Store{kit: kit, now: now}
	write, err := s.database(path, false)
	if err != nil {
		return nil, err
	}
	read, err := s.database(path, true)
	if err != nil {
		return nil, err
	}
	s.recall = recall.New(recallSize, tables)
	s.writer = &writer{db: write, recall: s.recall}
	s.readers = newReaders(read)
	err = s.writer.do(ctx, func(c *conn) error { return kit.Migrate(ctx, c) })
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", filepath.Base(path), err), s.Close())
	}
	return s, nil
}

// create makes an empty file unless there is one. An existing file is not touched: closing any descriptor of it would
// release the locks that this process may hold on it (POSIX fcntl).
func create(path string) (absolute string, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return path, nil
	}
	if err != nil {
		return "", err
	}
	return path, errors.Join(f.Close(), durable.SyncDir(filepath.Dir(path)))
}

func (s *Store) database(path string, readOnly bool) (*sql.DB, error) {
	connector, err := driver.NewConnector(dsn(path, readOnly))
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxIdleConns(-1) // the store pools connections itself, with their statements
	s.dbs = append(s.dbs, db)
	return db, nil
}

// View runs fn on a snapshot of the committed state.
func (s *Store) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.gate.Enter(); err != nil {
		return err
	}
	defer s.gate.Leave()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err, done := s.recall.View(ctx, s.now, fn); done {
		return err
	}
	tx, err := s.view(ctx, fn)
	if err == nil {
		tx.Committed()
	}
	return err
}

// Recall returns what is cached under the name.
func (s *Store) Recall(name string) any { return s.recall.Recall(name) }

// view runs fn on a snapshot, and caches what it reads.
func (s *Store) view(ctx context.Context, fn func(store.Tx) error) (*sqlkit.Tx, error) {
	c, err := s.readers.take(ctx)
	if err != nil {
		return nil, err
	}
	defer s.readers.give(c)
	watched := s.recall.Watch()
	if err := c.do("BEGIN"); err != nil {
		return nil, fmt.Errorf("store: begin: %w", err)
	}
	tx := s.kit.Begin(ctx, c, s.now(), true)
	defer tx.Over()
	return tx, fn(watched(tx))
}

// Update runs fn in a transaction and returns when it is durable.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.gate.Enter(); err != nil {
		return err
	}
	defer s.gate.Leave()
	var tx *sqlkit.Tx
	err := s.writer.do(ctx, func(c *conn) error {
		tx = s.kit.Begin(ctx, c, s.now(), false)
		defer tx.Over()
		err := fn(tx)
		s.writer.note(tx.Written())
		return err
	})
	if err == nil {
		tx.Committed()
	}
	return err
}

// Close refuses new transactions, waits for those that have begun or are queued, and closes the file.
func (s *Store) Close() error {
	if again := s.gate.Close(); again {
		return nil
	}
	err := errors.Join(s.readers.close(), s.writer.close())
	for _, db := range s.dbs {
		err = errors.Join(err, db.Close())
	}
	return err
}

// Stats counts what the store has written since it was opened.
type Stats struct {
	Updates int64 // transactions that were committed
	Commits int64 // commits they took: fewer than Updates when concurrent ones shared them
}

// Stats returns the counters.
func (s *Store) Stats() Stats {
	return Stats{Updates: s.writer.updates.Load(), Commits: s.writer.commits.Load()}
}

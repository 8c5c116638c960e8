// Package postgres is the store that several nodes share: a PostgreSQL database, by pgx.
//
// Updates are SERIALIZABLE and run concurrently; one that loses a race against another, of this node or of another one,
// is run again (retry.go). Views are read-only snapshots: updates neither delay them nor make them fail. A transaction
// that loses its connection is run again too. While PostgreSQL is away, for example restarting, transactions wait for a
// bounded time to begin, and then fail.
//
// The statements stay inside what CockroachDB and YugabyteDB accept. All text is in columns of bytes: so comparison is
// bytewise whatever the database's collation, and a query may contain any string.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlkit"
)

var dialect = sqlkit.Dialect{Text: "bytea", Blob: "bytea", Int: "bigint"}

const (
	// maxConns is how many transactions of a node run at the same time, unless the URL says pool_max_conns. Several
	// nodes fit in the 100 connections that PostgreSQL allows by default.
	maxConns = 16
	// patience is how long a transaction waits for PostgreSQL to become available, and a view for its answer.
	patience = 5 * time.Second
	// span is how long a transaction may take, with all its attempts, until it commits: an update waits for others.
	span = 30 * time.Second
	// answer is how long a statement may take, and a view, which waits for nothing but answers: a PostgreSQL that accepts
	// connections and does not answer delays nobody for longer.
	answer = 6 * time.Second
	// migration is how long a statement may take that brings the database to the declared tables.
	migration = time.Hour
)

// mode is the statement that begins a transaction.
type mode string

const (
	serializable mode = "BEGIN ISOLATION LEVEL SERIALIZABLE"
	committed    mode = "BEGIN ISOLATION LEVEL READ COMMITTED"
	snapshot     mode = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
)

// Store is the store in a PostgreSQL database.
type Store struct {
	kit    *sqlkit.Kit
	now    func() time.Time
	pool   *pgxpool.Pool
	lane   chan struct{} // holds a token while an update that has lost a race has the lane
	gate   sqlkit.Gate
	span   time.Duration
	answer time.Duration
}

var _ store.Store = (*Store)(nil)

// Open connects to the database that url names and brings it to the declared tables; other nodes may do the same at the
// same time. now gives the transactions their instants. Errors never contain the URL's password.
func Open(ctx context.Context, url string, now func() time.Time, tables []*store.Schema) (store.Store, error) {
	kit, err := sqlkit.New(dialect, tables)
	if err != nil {
		return nil, err
	}
	cfg, err := configure(url)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("store: open PostgreSQL: %w", err)
	}
	s := &Store{kit: kit, now: now, pool: pool, lane: make(chan struct{}, 1), span: span, answer: migration}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: open PostgreSQL: %w", err), s.Close())
	}
	s.answer = answer
	return s, nil
}

func configure(url string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The cause may quote the URL, and with it the password.
		return nil, errors.New("store: the URL of the PostgreSQL store is not valid; it is like postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	}
	if !strings.Contains(url, "pool_max_conns=") {
		cfg.MaxConns = maxConns
	}
	if cfg.ConnConfig.ConnectTimeout == 0 || cfg.ConnConfig.ConnectTimeout > patience {
		cfg.ConnConfig.ConnectTimeout = patience
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "telamon"
	}
	cfg.AfterConnect = prepare
	return cfg, nil
}

// settings are what every connection is set to. The planner likes to scan small tables whole, which would make a
// serializable transaction conflict with every writer of the table, and a bitmap scan of an index loses the order by
// which a page's first rows are found. A node that is cut off in the middle of a transaction must not keep its locks.
var settings = []string{"enable_seqscan = off", "enable_bitmapscan = off", "idle_in_transaction_session_timeout = '30s'"}

// prepare applies the settings that the database knows to a new connection.
func prepare(ctx context.Context, conn *pgx.Conn) error {
	for _, setting := range settings {
		_, err := conn.Exec(ctx, "SET "+setting)
		if err != nil && code(err) != "42704" && code(err) != "0A000" { // undefined_object, feature_not_supported
			return err
		}
	}
	return nil
}

// View runs fn on a snapshot of the committed state.
func (s *Store) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.gate.Enter(); err != nil {
		return err
	}
	defer s.gate.Leave()
	return s.transact(ctx, snapshot, min(s.span, s.answer), fn)
}

// Recall returns nil: other nodes change the store, so nothing is cached.
func (*Store) Recall(string) any { return nil }

// Update runs fn in a serializable transaction, again if it must, and returns when it is committed. When the connection
// is lost during the commit, whether it happened is not known, and the answer is an error.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.gate.Enter(); err != nil {
		return err
	}
	defer s.gate.Leave()
	return s.transact(ctx, serializable, s.span, fn)
}

var errSpan = errors.New("store: PostgreSQL does not answer in time")

func (s *Store) transact(ctx context.Context, how mode, span time.Duration, fn func(store.Tx) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, span, errSpan)
	defer cancel()
	var tx *sqlkit.Tx
	err := s.retry(ctx, how, func(c *conn) error {
		tx = s.kit.Begin(ctx, c, s.now(), how == snapshot)
		defer tx.Over()
		return fn(tx)
	})
	if err == nil {
		tx.Committed()
		return nil
	}
	if errors.Is(err, context.DeadlineExceeded) && errors.Is(context.Cause(ctx), errSpan) {
		return fmt.Errorf("%w: %w: %w", store.ErrUnreachable, errSpan, err)
	}
	return err
}

// Close refuses new transactions, waits for those that have begun, and closes the connections.
func (s *Store) Close() error {
	if again := s.gate.Close(); !again {
		s.pool.Close()
	}
	return nil
}

package sqlite

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"

	"github.com/telamon-db/telamon/internal/store/sqlkit"
)

// maxStatements bounds a connection's prepared statements. Their texts vary only with the number of values in a query,
// so in practice the bound is not reached.
const maxStatements = 256

// conn is one connection to the database file, used by one goroutine at a time. It keeps its statements prepared.
type conn struct {
	*sql.Conn
	statements map[string]*sql.Stmt
	shared     bool // the open transaction may hold what others have done: no context interrupts a statement
}

// dsn names the file at path with what every connection is set to.
func dsn(path string, readOnly bool) string {
	q := url.Values{
		"_busy_timeout": {"10000"}, // milliseconds; another process may hold the file, such as a backup
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},                                    // a commit is on disk before it is answered
		"_pragma":       {"temp_store(memory)", "secure_delete(on)"}, // erased text leaves the file
		"_dqs":          {"0"},
		"_defensive":    {"1"},
	}
	if readOnly {
		q.Set("_query_only", "1")
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: q.Encode()}).String()
}

func connect(ctx context.Context, db *sql.DB) (*conn, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, statements: map[string]*sql.Stmt{}}, nil
}

func (c *conn) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := c.statements[query]; s != nil {
		return s, nil
	}
	if len(c.statements) >= maxStatements {
		c.forget()
	}
	s, err := c.PrepareContext(ctx, query)
	if err == nil {
		c.statements[query] = s
	}
	return s, err
}

// Exec runs a statement and returns how many rows it changed.
func (c *conn) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	ctx = c.context(ctx)
	s, err := c.prepare(ctx, query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Query runs a statement that returns rows.
func (c *conn) Query(ctx context.Context, query string, args ...any) (sqlkit.Rows, error) {
	ctx = c.context(ctx)
	s, err := c.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// context returns the context that a statement runs under. An interrupted write may make SQLite undo the whole
// transaction.
func (c *conn) context(ctx context.Context) context.Context {
	if c.shared {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// do runs a statement of transaction control, which no context interrupts.
func (c *conn) do(query string) error {
	_, err := c.Exec(context.Background(), query)
	return err
}

func (c *conn) forget() {
	for query, s := range c.statements {
		s.Close() // its rows are closed; there is nothing left that could fail
		delete(c.statements, query)
	}
}

// discard closes the connection for good, which undoes its open transaction.
func (c *conn) discard() error {
	c.forget()
	return c.Close()
}

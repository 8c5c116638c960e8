package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/telamon-db/telamon/internal/store/sqlkit"
)

// endTime bounds the end of a transaction, which the caller's context does not interrupt.
const endTime = 30 * time.Second

// conn is a connection with an open transaction.
type conn struct {
	*pgxpool.Conn
	failed error // of the first statement that failed: PostgreSQL undoes the transaction whatever follows
}

// Exec runs a statement and returns how many rows it changed.
func (c *conn) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	tag, err := c.Conn.Exec(ctx, numbered(query), inBytes(args)...)
	return tag.RowsAffected(), c.note(err)
}

// Query runs a statement that returns rows.
func (c *conn) Query(ctx context.Context, query string, args ...any) (sqlkit.Rows, error) {
	r, err := c.Conn.Query(ctx, numbered(query), inBytes(args)...)
	if err != nil {
		return nil, c.note(err)
	}
	return &rows{r, c}, nil
}

func (c *conn) note(err error) error {
	if c.failed == nil {
		c.failed = err
	}
	return err
}

// commit ends the transaction. It cannot be interrupted: nobody would know then whether it happened.
func (c *conn) commit(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	tag, err := c.Conn.Exec(ctx, "COMMIT")
	switch {
	case err == nil && tag.String() == "COMMIT":
		return nil
	case err == nil:
		return fmt.Errorf("store: commit: PostgreSQL answers %s", tag)
	case raced(err):
		return again{err}
	case pgconn.SafeToRetry(err):
		return again{cut{err}}
	}
	return fmt.Errorf("store: commit: whether it happened is not known: %w", err)
}

// release rolls back an open transaction and gives the connection back. The pool replaces a broken connection.
func (c *conn) release() {
	if !c.Conn.Conn().IsClosed() && c.Conn.Conn().PgConn().TxStatus() != 'I' {
		ctx, cancel := context.WithTimeout(context.Background(), endTime)
		defer cancel()
		_, _ = c.Conn.Exec(ctx, "ROLLBACK") // if it fails, the pool closes the connection, which does the same
	}
	c.Release()
}

// rows are the rows of a query. Strings are scanned out of columns of bytes.
type rows struct {
	pgx.Rows
	conn *conn
}

// Scan reads a row.
func (r *rows) Scan(dest ...any) error {
	for i, d := range dest {
		if s, ok := d.(*string); ok {
			dest[i] = (*text)(s)
		}
	}
	return r.Rows.Scan(dest...)
}

// Err is the error that ended the rows early, or nil.
func (r *rows) Err() error { return r.conn.note(r.Rows.Err()) }

// Close ends the query.
func (r *rows) Close() error {
	r.Rows.Close()
	return nil
}

// text is a string that is read from bytes.
type text string

// ScanBytes implements pgtype.BytesScanner.
func (t *text) ScanBytes(b []byte) error {
	if b == nil {
		return errors.New("store: NULL in place of a text")
	}
	*t = text(b)
	return nil
}

// inBytes returns arguments with their strings as bytes.
func inBytes(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		if s, ok := a.(string); ok {
			a = []byte(s)
		}
		out[i] = a
	}
	return out
}

// numbered returns a query with $1, $2 and so on in place of its question marks. No statement has a question mark for
// anything else.
func numbered(query string) string {
	var b strings.Builder
	b.Grow(len(query) + 16)
	for n := 1; ; n++ {
		before, rest, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		query = rest
	}
}

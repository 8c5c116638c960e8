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

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlkit"
)

// conn is a connection with an open transaction.
type conn struct {
	*pgxpool.Conn
	answer time.Duration // that PostgreSQL has for each statement
	failed error         // of the first statement that failed: PostgreSQL undoes the transaction whatever follows
}

// errSilent is the cause of the end of a statement that PostgreSQL does not answer.
var errSilent = errors.New("store: PostgreSQL does not answer a statement")

// Exec runs a statement and returns how many rows it changed.
func (c *conn) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.answer, errSilent)
	defer cancel()
	tag, err := c.Conn.Exec(ctx, numbered(query), inBytes(args)...)
	return tag.RowsAffected(), c.note(ctx, err)
}

// Query runs a statement that returns rows.
func (c *conn) Query(ctx context.Context, query string, args ...any) (sqlkit.Rows, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.answer, errSilent)
	r, err := c.Conn.Query(ctx, numbered(query), inBytes(args)...)
	if err != nil {
		defer cancel()
		return nil, c.note(ctx, err)
	}
	return &rows{r, ctx, cancel, c}, nil
}

func (c *conn) note(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), errSilent) {
		err = fmt.Errorf("%w: %w: %w", store.ErrUnreachable, errSilent, err)
	}
	if c.failed == nil {
		c.failed = err
	}
	return err
}

// commit ends the transaction. The caller's context cannot interrupt it: nobody would know then whether it happened.
func (c *conn) commit(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), c.answer, errSilent)
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
	return fmt.Errorf("store: commit: whether it happened is not known: %w", c.note(ctx, err))
}

// release rolls back an open transaction and gives the connection back. The pool replaces a broken connection.
func (c *conn) release() {
	if !c.Conn.Conn().IsClosed() && c.Conn.Conn().PgConn().TxStatus() != 'I' {
		ctx, cancel := context.WithTimeout(context.Background(), c.answer)
		defer cancel()
		_, _ = c.Conn.Exec(ctx, "ROLLBACK") // if it fails, the pool closes the connection, which does the same
	}
	c.Release()
}

// rows are the rows of a query. Strings are scanned out of columns of bytes.
type rows struct {
	pgx.Rows
	ctx    context.Context // of the statement
	cancel context.CancelFunc
	conn   *conn
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
func (r *rows) Err() error { return r.conn.note(r.ctx, r.Rows.Err()) }

// Close ends the query.
func (r *rows) Close() error {
	r.Rows.Close()
	r.cancel()
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

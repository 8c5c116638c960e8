// Package sqlkit is the store in SQL, written once for every SQL back end.
//
// Each declared table is one physical table: id, rev, body and one column per index. An index column holds the key's
// parts in an order-preserving encoding (key.go), or NULL for a row that is not in the index, so any key, of any
// number of parts, is one ordered column, and the database compares bytes and never text. Bodies are opaque.
//
// A back end brings connections, transactions and a Dialect; a Kit brings the statements. The SQL is what SQLite,
// PostgreSQL, CockroachDB and YugabyteDB have in common. No statement relies on failing, because in PostgreSQL a failed
// statement ends the transaction: an insertion leaves out a row that violates a unique key, which the count of rows
// tells, and a change looks its keys up first. Both are exact in a serializable transaction.
package sqlkit

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/telamon-db/telamon/internal/store"
)

// Conn runs statements in the transaction that is open on one connection. Placeholders are question marks; arguments
// are strings, []byte, integers and nil.
type Conn interface {
	Exec(ctx context.Context, query string, args ...any) (affected int64, err error)
	Query(ctx context.Context, query string, args ...any) (Rows, error)
}

// Rows are the rows of a query, like *sql.Rows. They are scanned into *string, *[]byte and *int64.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// Dialect has the differences between databases in the statements that create tables.
type Dialect struct {
	Text      string // type of a text column that compares bytewise
	Blob      string // type of a column of bytes
	Int       string // type of a 64-bit integer column
	Clustered string // what follows a CREATE TABLE whose rows are to be kept in primary-key order, if anything
}

// Kit holds the statements for a set of declared tables. It is immutable and safe for concurrent use.
type Kit struct {
	dialect Dialect
	tables  []*table
	byName  map[string]*table
}

// table is a declared table with the statements that do not depend on a query.
type table struct {
	*store.Schema
	physical string
	columns  []string // of the indexes, in the schema's order
	insert   string
	update   string
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// maxIdentifier keeps the longest name made of two of them below PostgreSQL's 63 bytes.
const maxIdentifier = 29

// New checks the declarations and prepares their statements.
func New(d Dialect, schemas []*store.Schema) (*Kit, error) {
	k := &Kit{dialect: d, byName: map[string]*table{}}
	for _, s := range schemas {
		if err := check(s); err != nil {
			return nil, err
		}
		if k.byName[s.Name] != nil {
			return nil, fmt.Errorf("store: table %s is declared twice", s.Name)
		}
		t := newTable(s)
		k.tables = append(k.tables, t)
		k.byName[s.Name] = t
	}
	return k, nil
}

// Begin returns the transaction that is open on conn, as of now. When ctx is done, the next statement fails; whether a
// running one is interrupted is up to conn.
func (k *Kit) Begin(ctx context.Context, conn Conn, now time.Time, readOnly bool) *Tx {
	return &Tx{kit: k, ctx: ctx, conn: conn, now: now.UTC().Truncate(time.Microsecond), readOnly: readOnly}
}

func check(s *store.Schema) error {
	names := []string{s.Name}
	seen := map[string]bool{}
	for _, ix := range s.Indexes {
		if seen[ix.Name] {
			return fmt.Errorf("store: index %s.%s is declared twice", s.Name, ix.Name)
		}
		seen[ix.Name] = true
		names = append(names, ix.Name)
	}
	for _, name := range names {
		if !identifier.MatchString(name) || len(name) > maxIdentifier {
			return fmt.Errorf("store: table %q: %q is no valid name", s.Name, name)
		}
	}
	return nil
}

func newTable(s *store.Schema) *table {
	t := &table{Schema: s, physical: "t_" + s.Name}
	for _, ix := range s.Indexes {
		t.columns = append(t.columns, columnName(ix.Name))
	}
	cols := append([]string{"rev", "body"}, t.columns...)
	t.insert = fmt.Sprintf("INSERT INTO %s (%s, id) VALUES (%s) ON CONFLICT DO NOTHING", t.physical, strings.Join(cols, ", "), marks(len(cols)+1))
	t.update = fmt.Sprintf("UPDATE %s SET %s = ? WHERE id = ?", t.physical, strings.Join(cols, " = ?, "))
	return t
}

// Names of two parts are joined by two underscores, which no part contains, so they cannot collide.
func columnName(index string) string                { return "k_" + index }
func indexName(table, index string) string          { return "i_" + table + "__" + index }
func marks(n int) string                            { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
func (t *table) wrap(doing string, err error) error { return wrap(doing+" "+t.Name, err) }

// wrap adds to err what was being done when it happened, and leaves the errors of package store as they are.
func wrap(doing string, err error) error {
	var duplicate *store.DuplicateError
	if err == nil || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict) || errors.As(err, &duplicate) {
		return err
	}
	return fmt.Errorf("store: %s: %w", doing, err)
}

// index finds a declared index and its column.
func (t *table) index(name string) (store.IndexSchema, string, error) {
	for i, ix := range t.Indexes {
		if ix.Name == name {
			return ix, t.columns[i], nil
		}
	}
	return store.IndexSchema{}, "", fmt.Errorf("store: table %s has no index %q", t.Name, name)
}

package apitest

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the store's driver

	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// Mentions are the tables on disk that have rows with the text, without the event log.
func (s *Server) Mentions(text string) (tables []string) {
	s.t.Helper()
	s.Stop()
	defer s.Restart()
	db, err := sql.Open("sqlite", filepath.Join(s.DataDir, "telamon.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	all, err := objectTables(s.t.Context(), db)
	if err != nil || len(all) < 10 {
		s.t.Fatalf("tables %v (%v)", all, err)
	}
	for _, name := range all {
		var n int
		where := `instr(CAST(body AS TEXT), ?) > 0 OR instr(CAST(id AS TEXT), ?) > 0`
		if err := db.QueryRowContext(s.t.Context(), `SELECT count(*) FROM "`+name+`" WHERE `+where, text, text).Scan(&n); err != nil {
			s.t.Fatal(err)
		}
		if n > 0 && name != "events" {
			tables = append(tables, name)
		}
	}
	return tables
}

// objectTables are the names of the tables that hold objects, sorted.
func objectTables(ctx context.Context, db *sql.DB) (names []string, err error) {
	rows, err := db.QueryContext(ctx, `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.name = 'body' ORDER BY m.name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// OnDisk changes the store of the stopped server, which runs again afterwards.
func (s *Server) OnDisk(fn func(store.Tx) error) {
	s.t.Helper()
	s.Stop()
	defer s.Restart()
	st, err := sqlite.Open(s.t.Context(), filepath.Join(s.DataDir, "telamon.db"), time.Now, state.Tables())
	if err != nil {
		s.t.Fatal(err)
	}
	if err := errors.Join(st.Update(s.t.Context(), fn), st.Close()); err != nil {
		s.t.Fatal(err)
	}
}

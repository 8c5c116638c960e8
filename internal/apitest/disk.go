package apitest

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"time"

	_ "modernc.org/sqlite" // the store's driver

	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// Mentions are the tables on disk that have rows with the text, without the event log.
func (s *Server) Mentions(text string) (tables []string) {
	s.t.Helper()
	where := `WHERE instr(CAST(body AS TEXT), ?) > 0 OR instr(CAST(id AS TEXT), ?) > 0`
	for table, ids := range s.rows(where, text, text) {
		if len(ids) > 0 {
			tables = append(tables, table)
		}
	}
	slices.Sort(tables)
	return tables
}

// Rows are the ids of the rows of every table on disk, without the event log.
func (s *Server) Rows() map[string][]string {
	s.t.Helper()
	return s.rows("")
}

// rows reads the store of the stopped server, which runs again afterwards.
func (s *Server) rows(where string, args ...any) map[string][]string {
	s.t.Helper()
	s.Stop()
	defer s.Restart()
	db, err := sql.Open("sqlite", filepath.Join(s.DataDir, "telamon.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	all, err := texts(s.t.Context(), db, `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.name = 'body' AND m.name <> 'events' ORDER BY m.name`)
	if err != nil || len(all) < 10 {
		s.t.Fatalf("tables %v (%v)", all, err)
	}
	rows := map[string][]string{}
	for _, name := range all {
		ids, err := texts(s.t.Context(), db, `SELECT CAST(id AS TEXT) FROM "`+name+`" `+where+` ORDER BY id`, args...)
		if err != nil {
			s.t.Fatal(err)
		}
		rows[name] = ids
	}
	return rows
}

// texts are the rows of a query for one text.
func texts(ctx context.Context, db *sql.DB, query string, args ...any) (out []string, err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, rows.Err()
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

package apitest

import (
	"context"
	"database/sql"
	"path/filepath"

	_ "modernc.org/sqlite" // the store's driver
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

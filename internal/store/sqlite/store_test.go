package sqlite_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
	"github.com/telamon-db/telamon/internal/store/sqlite/sqlitetest"
	"github.com/telamon-db/telamon/internal/store/sqlkit"
	"github.com/telamon-db/telamon/internal/store/storetest"
)

// note is a table of the tests here.
var note = &store.Schema{Name: "notes", Indexes: []store.IndexSchema{{Name: "text", Unique: true}}}

func putNote(tx store.Tx, id string) error {
	_, err := tx.Put(note, store.Row{ID: id, Keys: [][]string{{id}}, Body: []byte(`{}`)})
	return err
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Open {
		path := filepath.Join(t.TempDir(), "store ?%#.db")
		return func(ctx context.Context, now func() time.Time, tables []*store.Schema) (store.Store, error) {
			return sqlite.Open(ctx, path, now, tables)
		}
	})
}

func TestFilesAreForTheOwnerOnly(t *testing.T) {
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), filepath.Join(dir, "telamon.db"), time.Now, []*store.Schema{note})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 3 {
		t.Fatalf("the file, its log and the log's index: %v %v", files, err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
}

func TestNewerStoreIsRefusedUntouched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "telamon.db")
	s, err := sqlite.Open(t.Context(), path, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE meta SET value = ?", sqlkit.Layout+1); err != nil {
		t.Fatal(err)
	}
	_, err = sqlite.Open(t.Context(), path, time.Now, []*store.Schema{note})
	var newer *store.NewerError
	if !errors.As(err, &newer) || newer.Found != sqlkit.Layout+1 {
		t.Errorf("got %v", err)
	}
	var tables int
	if err := db.QueryRow("SELECT COUNT(*) FROM sqlite_schema WHERE name LIKE '%notes%'").Scan(&tables); err != nil || tables != 0 {
		t.Errorf("%d tables were created, %v", tables, err)
	}
}

func TestFilesThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "other.db")
	if err := os.WriteFile(other, []byte("this is a text and no database, however long it is looked at"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, other, filepath.Join(dir, "none", "telamon.db")} {
		if s, err := sqlite.Open(t.Context(), path, time.Now, nil); err == nil || s != nil {
			t.Errorf("%s: opened as %v", filepath.Base(path), s)
		}
	}
}

func TestTwoStoresOnOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "telamon.db")
	for _, id := range []string{"a", "b"} { // the second is opened while the first one is
		s, err := sqlite.Open(t.Context(), path, time.Now, []*store.Schema{note})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Update(t.Context(), func(tx store.Tx) error { return putNote(tx, id) }); err != nil {
			t.Fatal(err)
		}
		if id == "b" {
			err = s.View(t.Context(), func(tx store.Tx) error { _, err := tx.Get(note, "a"); return err })
		}
		if err != nil {
			t.Error(err)
		}
	}
}

func TestStoresOfTestsAreSeparate(t *testing.T) {
	for range 2 {
		s := sqlitetest.Open(t, nil, note)
		if err := s.Update(t.Context(), func(tx store.Tx) error { return putNote(tx, "a") }); err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	var tables []*store.Schema
	for i := range 40 {
		tables = append(tables, &store.Schema{Name: fmt.Sprint("t", i), Indexes: note.Indexes})
	}
	for b.Loop() {
		sqlitetest.Open(b, nil, tables...)
	}
}

func BenchmarkUpdate(b *testing.B) {
	s := sqlitetest.Open(b, nil, note)
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			err := s.Update(b.Context(), func(tx store.Tx) error {
				return tx.AppendEvent(store.Event{Series: "s", ID: rand.Text(), Created: tx.Now()})
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
	stats := s.(*sqlite.Store).Stats()
	b.ReportMetric(float64(stats.Updates)/float64(stats.Commits), "updates/commit")
}

func BenchmarkGet(b *testing.B) {
	s := sqlitetest.Open(b, nil, note)
	if err := s.Update(b.Context(), func(tx store.Tx) error { return putNote(tx, "a") }); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		err := s.View(b.Context(), func(tx store.Tx) error { _, err := tx.Get(note, "a"); return err })
		if err != nil {
			b.Fatal(err)
		}
	}
}

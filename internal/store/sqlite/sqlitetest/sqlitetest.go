// Package sqlitetest gives tests a store of their own.
package sqlitetest

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
)

// Open returns an empty store in a file that lives as long as the test. now gives its instants; nil: the wall clock.
func Open(t testing.TB, now func() time.Time, tables ...*store.Schema) store.Store {
	t.Helper()
	if now == nil {
		now = time.Now
	}
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "telamon.db"), now, tables)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

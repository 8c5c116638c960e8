// Package sqlitetest gives tests a store of their own.
package sqlitetest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
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
	path := filepath.Join(t.TempDir(), "telamon.db")
	if err := os.WriteFile(path, empty(t, tables), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, path, now, tables)
	t.Cleanup(func() { closeStore(t, s) })
	return s
}

// templates are files of empty stores by their declarations: a copy opens faster than its tables are created.
var templates = struct {
	sync.Mutex
	files map[string][]byte
}{files: map[string][]byte{}}

func empty(t testing.TB, tables []*store.Schema) []byte {
	t.Helper()
	templates.Lock()
	defer templates.Unlock()
	key := fingerprint(tables)
	if templates.files[key] == nil {
		path := filepath.Join(t.TempDir(), "template.db")
		closeStore(t, open(t, path, time.Now, tables))
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		templates.files[key] = file
	}
	return templates.files[key]
}

func fingerprint(tables []*store.Schema) string {
	var b strings.Builder
	for _, s := range tables {
		fmt.Fprintf(&b, "%q %v;", s.Name, s.Indexes)
	}
	return b.String()
}

func open(t testing.TB, path string, now func() time.Time, tables []*store.Schema) store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, now, tables)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closeStore(t testing.TB, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/sqlite"
	"github.com/telamon-db/telamon/internal/store/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Open {
		path := filepath.Join(t.TempDir(), "store ?%#.db")
		return func(ctx context.Context, now func() time.Time, tables []*store.Schema) (store.Store, error) {
			return sqlite.Open(ctx, path, now, tables)
		}
	})
}

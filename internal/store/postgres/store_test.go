package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/telamon-db/telamon/internal/store"
	"github.com/telamon-db/telamon/internal/store/postgres"
	"github.com/telamon-db/telamon/internal/store/postgres/pgtest"
	"github.com/telamon-db/telamon/internal/store/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Open {
		url := pgtest.URL(t)
		return func(ctx context.Context, now func() time.Time, tables []*store.Schema) (store.Store, error) {
			return postgres.Open(ctx, url, now, tables)
		}
	})
}

// Package expiry removes documents that have expired. Source: MongoDB manual, "TTL Indexes".
package expiry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/telamon-db/telamon/internal/docdb/plan"
	"github.com/telamon-db/telamon/internal/docdb/query/match"
	"github.com/telamon-db/telamon/internal/docdb/query/stage"
	"github.com/telamon-db/telamon/internal/docdb/storage"
)

// How many expired documents are removed in one step, at most, and how many bytes of them, so that writers need not wait
// long for a sweep.
const (
	Batch    = 500
	maxBytes = 4 << 20
)

// Remove removes the documents that have expired by the store's clock and returns how many. A document expires
// expireAfterSeconds of its TTL index after the earliest date on the index's path. A document without a date never does.
func Remove(ctx context.Context, store *storage.Store) (removed int64, err error) {
	for _, coll := range store.Collections("") {
		for _, ix := range coll.Indexes {
			if ix.Expire == nil || ix.Building {
				continue
			}
			n, failed := byIndex(ctx, store, coll.NS, ix.ID)
			removed += n
			if failed != nil {
				err = errors.Join(err, fmt.Errorf("index %s of %s: %w", ix.Name, coll.NS, failed))
			}
		}
	}
	return removed, err
}

// byIndex removes the documents that have expired by one index.
func byIndex(ctx context.Context, store *storage.Store, ns storage.Namespace, id uint64) (removed int64, err error) {
	for {
		n := 0
		_, err := store.Write(ctx, ns, func(t *storage.Tx) error {
			found, err := Some(ctx, t, id)
			for _, doc := range found {
				if err := t.Remove(doc); err != nil {
					return err
				}
			}
			n = len(found)
			return err
		})
		if err != nil {
			return removed, err
		}
		if removed += int64(n); n == 0 {
			return removed, nil
		}
	}
}

// Some returns some of the documents that have expired by an index; none if the index is gone.
func Some(ctx context.Context, t *storage.Tx, id uint64) (docs []bson.Raw, err error) {
	if t.Coll == nil {
		return nil, nil
	}
	i := slices.IndexFunc(t.Coll.Indexes, func(ix storage.Index) bool { return ix.ID == id })
	if i < 0 || t.Coll.Indexes[i].Expire == nil {
		return nil, nil
	}
	ix := t.Coll.Indexes[i]
	limit := t.Now.Add(-time.Duration(*ix.Expire) * time.Second)
	raw, err := bson.Marshal(bson.D{{Key: ix.Parts[0].Path, Value: bson.D{{Key: "$lte", Value: limit}}}})
	if err != nil {
		return nil, err
	}
	filter, err := match.Parse(nil, raw)
	if err != nil {
		return nil, err
	}
	s := plan.NewScan(t.Reader(), t.Coll, plan.Use(ix, filter), filter)
	size := 0
	for doc, err := range s.Documents(&stage.Run{Ctx: ctx}) {
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
		if size += len(doc); len(docs) == Batch || size > maxBytes {
			break
		}
	}
	return docs, nil
}

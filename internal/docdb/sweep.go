package docdb

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
	sweepBatch = 500
	sweepBytes = 4 * mb
)

// sweepAlong sweeps from time to time until the engine is closed.
func (e *Engine) sweepAlong(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-e.store.Context().Done():
			return
		case <-ticker.C:
		}
		if _, err := e.Sweep(e.store.Context()); err != nil && e.store.Context().Err() == nil {
			e.log.Error("removing expired documents", "error", err)
		}
	}
}

// Sweep removes the documents that have expired by Options.Now and returns how many, and closes cursors that nobody has used
// for long. An engine does so by itself every Options.SweepEvery. A document expires when the index has expireAfterSeconds
// and the earliest date on its path is that long ago; one without a date never does. Source: MongoDB manual, "TTL Indexes".
func (e *Engine) Sweep(ctx context.Context) (removed int64, err error) {
	if err := e.store.Enter(); err != nil {
		return 0, err
	}
	defer e.store.Leave()
	e.cursors.sweep(e.mono())
	for _, coll := range e.store.Collections("") {
		for _, ix := range coll.Indexes {
			if ix.Expire == nil || ix.Building {
				continue
			}
			n, failed := e.expire(ctx, coll.NS, ix.ID)
			removed += n
			if failed != nil {
				err = errors.Join(err, fmt.Errorf("index %s of %s: %w", ix.Name, coll.NS, failed))
			}
		}
	}
	return removed, err
}

// expire removes what has expired by one index.
func (e *Engine) expire(ctx context.Context, ns storage.Namespace, id uint64) (removed int64, err error) {
	for {
		n := 0
		_, err := e.store.Write(ctx, ns, func(t *storage.Tx) error {
			expired, err := expired(ctx, t, id)
			for _, doc := range expired {
				if err := t.Remove(doc); err != nil {
					return err
				}
			}
			n = len(expired)
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

// expired returns some of the documents that have expired by an index; none if the index is gone.
func expired(ctx context.Context, t *storage.Tx, id uint64) (docs []bson.Raw, err error) {
	if t.Coll == nil {
		return nil, nil
	}
	i := slices.IndexFunc(t.Coll.Indexes, func(ix storage.Index) bool { return ix.ID == id })
	if i < 0 {
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
		if size += len(doc); len(docs) == sweepBatch || size > sweepBytes {
			break
		}
	}
	return docs, nil
}

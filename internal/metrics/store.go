package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/telamon-db/telamon/internal/store"
)

// transaction has the labels of transactions: their kind, and whether they failed.
type transaction struct {
	kind   string // read or write
	failed bool
}

func (m *Metrics) ofTheStore() {
	total := m.counter("telamon_store_transactions_total", "Transactions of the store by kind, read or write, and result. A refused request is an error too.", "kind", "result")
	m.transactions.begin = func(t transaction) prometheus.Counter { return total.WithLabelValues(t.kind, result(t.failed)) }
	m.reads = m.transactions.of(transaction{"read", false})
	m.retries = m.counter("telamon_store_retries_total", "Runs of write transactions beyond their first, such as after a conflict.").WithLabelValues()
	m.writeSeconds = m.histogram("telamon_store_write_seconds", "Time of a write transaction until it is durable.").WithLabelValues()
}

// Store counts the transactions of a store.
func (m *Metrics) Store(s store.Store) store.Store {
	if m == nil {
		return s
	}
	return counted{s, m}
}

type counted struct {
	store.Store
	m *Metrics
}

func (c counted) View(ctx context.Context, fn func(store.Tx) error) error {
	err := c.Store.View(ctx, fn)
	if err != nil {
		c.m.transactions.of(transaction{"read", true}).Inc()
		return err
	}
	c.m.reads.Inc()
	return nil
}

// Recall counts as a read.
func (c counted) Recall(name string) any {
	v := c.Store.Recall(name)
	if v != nil {
		c.m.reads.Inc()
	}
	return v
}

func (c counted) Update(ctx context.Context, fn func(store.Tx) error) error {
	began, runs := time.Now(), 0
	err := c.Store.Update(ctx, func(tx store.Tx) error {
		runs++
		return fn(tx)
	})
	c.m.retries.Add(float64(max(runs-1, 0)))
	c.m.transactions.of(transaction{"write", err != nil}).Inc()
	c.m.writeSeconds.Observe(time.Since(began).Seconds())
	return err
}

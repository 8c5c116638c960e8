package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/telamon-db/telamon/internal/reconcile"
)

// attempt has the labels of attempts at work: its kind, and whether they failed.
type attempt struct {
	kind   reconcile.Kind
	failed bool
}

func (m *Metrics) ofWork() {
	total := m.counter("telamon_work_attempts_total", "Attempts at work that takes longer than a request, by its kind and result.", "kind", "result")
	m.attempts.begin = func(a attempt) prometheus.Counter { return total.WithLabelValues(string(a.kind), result(a.failed)) }
}

// Handlers count the attempts of handlers.
func (m *Metrics) Handlers(all map[reconcile.Kind]reconcile.Handler) map[reconcile.Kind]reconcile.Handler {
	if m == nil {
		return all
	}
	out := make(map[reconcile.Kind]reconcile.Handler, len(all))
	for kind, h := range all {
		out[kind] = handler{h, m, kind}
	}
	return out
}

type handler struct {
	reconcile.Handler
	m    *Metrics
	kind reconcile.Kind
}

func (h handler) Reconcile(ctx context.Context, key string) (again time.Time, err error) {
	failed := true // a panic too
	defer func() { h.m.attempts.of(attempt{h.kind, failed}).Inc() }()
	again, err = h.Handler.Reconcile(ctx, key)
	failed = err != nil
	return again, err
}

// Unwrap is the handler whose attempts are counted.
func (h handler) Unwrap() reconcile.Handler { return h.Handler }

// Package metrics counts and times what Telamon does, for Prometheus to fetch.
//
// Every series has a help text, and labels with few values: the operations and commands that exist, never a caller's text.
// Anything else is "other". The dashboard docs/dashboard.json shows the series.
package metrics

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// other is the label of what has no name of its own.
const other = "other"

// Metrics are the series of one server. A nil *Metrics counts nothing. Its methods are safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	requests series[string, *operation]

	commandSeconds series[string, prometheus.Observer]
	commandErrors  series[string, prometheus.Counter]
	authorizations series[bool, prometheus.Counter]
	logins         series[login, prometheus.Counter]

	transactions series[transaction, prometheus.Counter]
	reads        prometheus.Counter
	retries      prometheus.Counter
	writeSeconds prometheus.Observer

	attempts series[attempt, prometheus.Counter]
}

// New returns the metrics of a server of that version, with those of its process and of Go.
func New(version string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.registry.MustRegister(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewGoCollector())
	m.gauge("telamon_build_info", "Telamon's version; the value is always 1.", "version").WithLabelValues(version).Set(1)
	m.ofRequests()
	m.ofCommands()
	m.ofTheStore()
	m.ofWork()
	return m
}

const (
	scrapes    = 4                // at a time
	scrapeTime = 10 * time.Second // that one may take
)

// Handler answers Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: scrapes, Timeout: scrapeTime})
}

func (m *Metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

// seconds are the upper bounds of the buckets of times, from requests answered from memory to those that people wait for.
var seconds = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}

func (m *Metrics) histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: seconds}, labels)
	m.registry.MustRegister(v)
	return v
}

// series are the members of a family of series, by their labels. Looking up an existing one takes no lock.
type series[K comparable, V any] struct {
	begin func(K) V
	mu    sync.Mutex
	all   atomic.Pointer[map[K]V]
}

func (s *series[K, V]) of(k K) V {
	if all := s.all.Load(); all != nil {
		if v, ok := (*all)[k]; ok {
			return v
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	next := map[K]V{}
	if all := s.all.Load(); all != nil {
		for k, v := range *all {
			next[k] = v
		}
	}
	v, ok := next[k]
	if !ok {
		v = s.begin(k)
		next[k] = v
	}
	s.all.Store(&next)
	return v
}

// result is the label of what succeeds or fails.
func result(failed bool) string {
	if failed {
		return "error"
	}
	return "ok"
}

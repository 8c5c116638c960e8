package metrics

import (
	"cmp"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// operation has the series of an operation. It is looked up once for each request.
type operation struct {
	seconds prometheus.Observer
	answers series[int, prometheus.Counter] // by status
}

func (m *Metrics) ofRequests() {
	total := m.counter("telamon_requests_total", "Requests to the API by operation and HTTP status; what is no operation, such as a page, is other.", "operation", "status")
	times := m.histogram("telamon_request_seconds", "Time to answer a request to the API, by operation.", "operation")
	m.requests.begin = func(id string) *operation {
		o := &operation{seconds: times.WithLabelValues(id)}
		o.answers.begin = func(status int) prometheus.Counter { return total.WithLabelValues(id, strconv.Itoa(status)) }
		return o
	}
}

// Request counts a request that was answered. id is that of an operation that the API has, or "".
func (m *Metrics) Request(id string, status int, took time.Duration) {
	if m == nil {
		return
	}
	o := m.requests.of(cmp.Or(id, other))
	o.answers.of(status).Inc()
	o.seconds.Observe(took.Seconds())
}

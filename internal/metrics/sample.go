package metrics

import (
	"github.com/prometheus/client_golang/prometheus"
)

// Gauge is a value that is read when Prometheus asks for it.
type Gauge struct {
	Name, Help string
	Label      string // "": there is one value
}

// Sample adds gauges that are read together. read calls set for each value that there is, with the gauge's name and the
// value of its label, "" if it has none.
func (m *Metrics) Sample(gauges []Gauge, read func(set func(gauge, label string, value float64))) {
	if m == nil {
		return
	}
	s := &sampled{read: read, gauges: map[string]*prometheus.Desc{}, labelled: map[string]bool{}}
	for _, g := range gauges {
		var labels []string
		if g.Label != "" {
			labels = []string{g.Label}
		}
		s.gauges[g.Name], s.labelled[g.Name] = prometheus.NewDesc(g.Name, g.Help, labels, nil), g.Label != ""
	}
	m.registry.MustRegister(s)
}

type sampled struct {
	gauges   map[string]*prometheus.Desc
	labelled map[string]bool
	read     func(set func(gauge, label string, value float64))
}

// Describe sends the descriptions of the gauges.
func (s *sampled) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range s.gauges {
		ch <- d
	}
}

// Collect reads the values.
func (s *sampled) Collect(ch chan<- prometheus.Metric) {
	s.read(func(gauge, label string, value float64) {
		var labels []string
		if s.labelled[gauge] {
			labels = []string{label}
		}
		ch <- prometheus.MustNewConstMetric(s.gauges[gauge], prometheus.GaugeValue, value, labels...)
	})
}

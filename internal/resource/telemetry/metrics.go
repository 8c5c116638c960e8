package telemetry

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Metrics serves integrations that metrics are sent to.
type Metrics struct {
	kept.Objects[oneMetric, MetricIntegrationResponse, struct{}]
}

type metrics = kept.Object[MetricIntegrationResponse, struct{}]

var metricTable = &store.Table[metrics]{
	Name:    "metric_integrations",
	ID:      func(i *metrics) string { return i.ID },
	Rev:     func(i *metrics) *int64 { return &i.Rev },
	Indexes: []store.Index[metrics]{{Name: "type", Key: func(i *metrics) []string { return []string{i.GroupID, i.Value.ProviderType, i.ID} }}},
}

// NewMetrics returns the integrations on st.
func NewMetrics(st store.Store) *Metrics {
	return &Metrics{kept.Objects[oneMetric, MetricIntegrationResponse, struct{}]{
		Store: st, Table: metricTable, Validate: checkMetrics, Limit: kept.Limit{N: maxIntegrations, Exceeded: integrationsLimit},
		Show: kept.WithID(func(w *MetricIntegrationResponse, id model.ID) { w.MetricIntegrationID = id }),
		Events: func(*metrics) kept.Events {
			return kept.Events{Created: "OTEL_METRIC_INTEGRATION_ENABLED", Updated: "OTEL_METRIC_INTEGRATION_CONFIGURATION_UPDATED", Deleted: "OTEL_METRIC_INTEGRATION_DISABLED"}
		},
	}}
}

type oneMetric struct {
	api.InGroup
	ID string `path:"metricIntegrationId" api:"is=objectId" doc:"Id of the integration."`
}

// RowID is the id of the integration's row.
func (in oneMetric) RowID() (string, error) { return in.ID, integrationNotFound.With(in.ID) }

type listMetricsIn struct {
	kept.ListIn
	IntegrationType string `query:"integrationType" api:"enum=OTEL" doc:"The only protocol that is asked for."`
	ProviderType    string `query:"providerType" api:"enum=CUSTOM|DYNATRACE|NEW_RELIC" doc:"Whose collectors alone are asked for."`
}

func (s *Metrics) list(tx store.Tx, in listMetricsIn) (api.Page[MetricIntegrationResponse], error) {
	q := s.InProject(in.GroupID)
	if in.ProviderType != "" {
		q.Prefix = append(q.Prefix, in.ProviderType)
	}
	return s.Page(tx, in.ListIn, q)
}

// checkMetrics keeps the names of headers. A change without headers leaves those that there are.
func checkMetrics(_ store.Tx, before, i *metrics) error {
	var bad fault.Problems
	w := &i.Value
	checkAddress(&bad, "endpoint", w.Endpoint)
	switch {
	case len(w.Headers) > 0:
		w.HeadersRedacted = nil
		for _, h := range w.Headers {
			w.HeadersRedacted = append(w.HeadersRedacted, RedactedHeader{Name: h.Name, Value: "****"})
		}
	case before != nil:
		w.HeadersRedacted = before.Value.HeadersRedacted
	default:
		bad.Add("headers", "is required")
	}
	w.Headers = nil
	return bad.Err()
}

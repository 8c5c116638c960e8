// Package telemetry is the families Push-Based Log Export and Metric Integrations: where a project's logs and metrics would be
// sent. It is checked, kept and shown; nothing is sent anywhere.
package telemetry

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/api/schema"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Logs serves integrations that logs are sent to.
type Logs struct {
	kept.Objects[oneLog, LogIntegrationResponse, struct{}]
}

type logs = kept.Object[LogIntegrationResponse, struct{}]

// The kinds of errors that only these families answer with.
var (
	integrationNotFound = fault.NewKind("INTEGRATION_NOT_FOUND", fault.NotFound, "There is no integration with id %s.")                                // Telamon's own
	integrationsLimit   = fault.NewKind("MAX_INTEGRATIONS_EXCEEDED", fault.BadRequest, "A project has at most %s integrations of a kind.")             // Telamon's own
	exportConfigured    = fault.NewKind("PUSH_BASED_LOG_EXPORT_ALREADY_CONFIGURED", fault.Conflict, "The project's log export is configured already.") // Telamon's own
	exportMissing       = fault.NewKind("PUSH_BASED_LOG_EXPORT_NOT_CONFIGURED", fault.NotFound, "The project's log export is not configured.")         // Telamon's own
)

// maxIntegrations is how many of a kind a project has at most. It is no rule of the API.
const maxIntegrations = 50

var logTable = &store.Table[logs]{
	Name:    "log_integrations",
	ID:      func(i *logs) string { return i.ID },
	Rev:     func(i *logs) *int64 { return &i.Rev },
	Indexes: []store.Index[logs]{{Name: "type", Key: func(i *logs) []string { return []string{i.GroupID, i.Value.Type} }}},
}

// NewLogs returns the integrations on st.
func NewLogs(st store.Store) *Logs {
	return &Logs{kept.Objects[oneLog, LogIntegrationResponse, struct{}]{
		Store: st, Table: logTable, Validate: checkLogs, Limit: kept.Limit{N: maxIntegrations, Exceeded: integrationsLimit},
		Show: kept.WithID(func(w *LogIntegrationResponse, id model.ID) { w.ID = id }),
		Events: func(*logs) kept.Events {
			return kept.Events{Created: "PUSH_BASED_LOG_EXPORT_ENABLED", Updated: "PUSH_BASED_LOG_EXPORT_CONFIGURATION_UPDATED", Deleted: "PUSH_BASED_LOG_EXPORT_DISABLED"}
		},
	}}
}

type oneLog struct {
	api.InGroup
	ID string `path:"id" api:"is=objectId" doc:"Id of the integration."`
}

// RowID is the id of the integration's row.
func (in oneLog) RowID() (string, error) { return in.ID, integrationNotFound.With(in.ID) }

type listLogsIn struct {
	kept.ListIn
	IntegrationType string `query:"integrationType" api:"enum=S3_LOG_EXPORT|DATADOG_LOG_EXPORT|GCS_LOG_EXPORT|OTEL_LOG_EXPORT|SPLUNK_LOG_EXPORT|AZURE_LOG_EXPORT" doc:"The only type that is asked for."`
}

func (s *Logs) list(tx store.Tx, in listLogsIn) (api.Page[LogIntegrationResponse], error) {
	q := s.InProject(in.GroupID)
	if in.IntegrationType != "" {
		q.Prefix = append(q.Prefix, in.IntegrationType)
	}
	return s.Page(tx, in.ListIn, q)
}

// checkLogs holds an integration against the rules, and masks its secrets.
func checkLogs(_ store.Tx, before, i *logs) error {
	var bad fault.Problems
	w := &i.Value
	if before != nil && before.Value.Type != w.Type {
		bad.Add("type", "cannot change")
	}
	checkAddress(&bad, "hecUrl", w.HecURL)
	checkAddress(&bad, "otelEndpoint", w.OTelEndpoint)
	w.APIKey, w.HecToken = kept.Masked(w.APIKey), kept.Masked(w.HecToken)
	w.OTelSuppliedHeaders = withoutValues(w.OTelSuppliedHeaders)
	return bad.Err()
}

// checkAddress adds a problem if a field that is there is no address of a server.
func checkAddress(bad *fault.Problems, field, address string) {
	if rule := schema.Named("httpURL"); address != "" && !rule.OK(address) {
		bad.Add(field, "%s", rule.Says)
	}
}

// withoutValues are the names of headers.
func withoutValues(all []Header) (names []Header) {
	for _, h := range all {
		names = append(names, Header{Name: h.Name})
	}
	return names
}

// Package auditing is the family Auditing: what the audit logs of a project's clusters record.
package auditing

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/audit"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct{ kept.Setting[AuditLog] }

// New returns the family on st.
func New(st store.Store) *Service {
	return &Service{kept.Setting[AuditLog]{Store: st, Table: configurations, Validate: check, Events: func(_, _ AuditLog) []event.Type {
		return []event.Type{"AUDIT_LOG_CONFIGURATION_UPDATED"}
	}}}
}

var configurations = kept.Table[AuditLog](TableOfPolicies, older)

// TableOfPolicies is the name of the table that PolicyOf reads.
const TableOfPolicies = "audit_configs"

// PolicyOf returns what the audit logs of a project's clusters record; nil: nothing. A filter that is stored and cannot be
// read, as one of an older program may be, leaves nothing out.
func PolicyOf(tx store.Tx, groupID model.ID) (*audit.Policy, error) {
	row, err := configurations.Get(tx, groupID)
	if err != nil || !row.Value.Enabled {
		return nil, store.IfMissing(err, nil)
	}
	p, err := audit.NewPolicy(api.Or(row.Value.AuditFilter, ""), row.Value.AuditAuthorizationSuccess)
	if err != nil {
		return audit.NewPolicy("", row.Value.AuditAuthorizationSuccess)
	}
	return p, nil
}

const (
	tag  = "Auditing"
	path = "/groups/{groupId}/auditLog"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "getAuditingConfiguration", Aliases: []string{"getGroupAuditLog"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return the auditing configuration of one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Read(s.Store, s.Get)),
	}, {
		ID: "updateAuditingConfiguration", Aliases: []string{"updateGroupAuditLog"}, Method: http.MethodPatch, Path: path, Tag: tag,
		Summary:     "Update the auditing configuration of one project",
		Description: "Changes what the body names; an empty auditFilter removes the filter. It is in force on all of the project's clusters at once.",
		Roles:       authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Real, Versions: api.Since("2023-01-01", store.Write(s.Store, s.Patch)),
	}}
}

// AuditLog is a project's auditing configuration.
type AuditLog struct {
	AuditAuthorizationSuccess bool    `json:"auditAuthorizationSuccess" api:"default=false" doc:"Whether successful authorizations are recorded too."`
	AuditFilter               *string `json:"auditFilter,omitempty" doc:"The text of a JSON object: a query over records. Those that it matches are written."`
	ConfigurationType         string  `json:"configurationType,omitempty" api:"readonly,enum=NONE|FILTER_BUILDER|FILTER_JSON" doc:"How the filter was given."`
	Enabled                   bool    `json:"enabled" api:"default=false" doc:"Whether auditing is on."`
}

// check refuses a filter that is no query, and completes the configuration.
func check(w *AuditLog) error {
	w.complete()
	if _, err := audit.NewPolicy(api.Or(w.AuditFilter, ""), false); err != nil {
		return fault.Field("auditFilter", "must be the text of a JSON object that is a query over audit records: %s", err)
	}
	return nil
}

// complete brings a configuration into the form in which it is shown. Terraform's provider sends a line break at the end
// of a filter, and expects none.
func (w *AuditLog) complete() {
	filter := strings.TrimSpace(api.Or(w.AuditFilter, ""))
	if filter == "" {
		w.AuditFilter, w.ConfigurationType = nil, "NONE"
		return
	}
	w.AuditFilter, w.ConfigurationType = &filter, "FILTER_JSON"
}

// older reads the form in which Telamon first stored the setting.
func older(body []byte) (AuditLog, error) {
	var old struct {
		Enabled              bool   `json:"enabled"`
		AuthorizationSuccess bool   `json:"authorizationSuccess"`
		Filter               string `json:"filter"`
	}
	err := json.Unmarshal(body, &old)
	w := AuditLog{AuditAuthorizationSuccess: old.AuthorizationSuccess, AuditFilter: &old.Filter, Enabled: old.Enabled}
	w.complete()
	return w, err
}

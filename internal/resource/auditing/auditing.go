// Package auditing is the family Auditing: what the audit logs of a project's databases are to record. The setting is
// stored and shown; databases do not write audit logs yet.
package auditing

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
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

var configurations = kept.Table[AuditLog]("audit_configs", older)

const (
	tag  = "Auditing"
	path = "/groups/{groupId}/auditLog"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "getAuditingConfiguration", Aliases: []string{"getGroupAuditLog"}, Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return the auditing configuration of one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2023-01-01", store.Read(s.Store, s.Get)),
	}, {
		ID: "updateAuditingConfiguration", Aliases: []string{"updateGroupAuditLog"}, Method: http.MethodPatch, Path: path, Tag: tag,
		Summary: "Update the auditing configuration of one project",
		Description: "Changes what the body names; an empty auditFilter removes the filter. " +
			"The configuration is stored and shown, but has no effect yet: clusters write no audit log.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Versions: api.Since("2023-01-01", store.Write(s.Store, s.Patch)),
	}}
}

// AuditLog is a project's auditing configuration.
type AuditLog struct {
	AuditAuthorizationSuccess bool    `json:"auditAuthorizationSuccess" api:"default=false" doc:"Whether successful authorizations are recorded too."`
	AuditFilter               *string `json:"auditFilter,omitempty" doc:"The text of a JSON object that selects what is recorded."`
	ConfigurationType         string  `json:"configurationType,omitempty" api:"readonly,enum=NONE|FILTER_BUILDER|FILTER_JSON" doc:"How the filter was given."`
	Enabled                   bool    `json:"enabled" api:"default=false" doc:"Whether auditing is on."`
}

// check refuses a filter that is not a JSON object, and trims it: Terraform's provider sends a line break that it does not
// expect back.
func check(w *AuditLog) error {
	w.ConfigurationType = "NONE"
	filter := strings.TrimSpace(api.Or(w.AuditFilter, ""))
	if filter == "" {
		w.AuditFilter = nil
		return nil
	}
	if json.Unmarshal([]byte(filter), &map[string]json.RawMessage{}) != nil {
		return fault.Field("auditFilter", "must be the text of a JSON object")
	}
	w.AuditFilter, w.ConfigurationType = &filter, "FILTER_JSON"
	return nil
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
	if err == nil {
		err = check(&w)
	}
	return w, err
}

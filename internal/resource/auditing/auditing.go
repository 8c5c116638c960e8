// Package auditing is the family Auditing: what a project's owner wants the databases' audit logs to record. The
// setting is kept and shown; databases do not write audit logs yet.
package auditing

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/event"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/state"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct{ Store store.Store }

const (
	tag  = "Auditing"
	path = "/groups/{groupId}/auditLog"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{
		{
			ID: "getAuditingConfiguration", Aliases: []string{"getGroupAuditLog"}, Method: http.MethodGet, Path: path, Tag: tag,
			Summary: "Return the auditing configuration of one project",
			Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK,
			Versions: []api.Version{api.At("2023-01-01", s.get)},
		},
		{
			ID: "updateAuditingConfiguration", Aliases: []string{"updateGroupAuditLog"}, Method: http.MethodPatch, Path: path, Tag: tag,
			Summary: "Update the auditing configuration of one project",
			Description: "Changes what the body names; an empty auditFilter removes the filter. " +
				"The configuration is kept and shown, but does not act on traffic yet: clusters write no audit log.",
			Roles: authz.Any(authz.GroupOwner), Status: http.StatusOK,
			Versions: []api.Version{api.At("2023-01-01", s.update)},
		},
	}
}

// AuditLog is a project's auditing configuration on the wire.
type AuditLog struct {
	AuditAuthorizationSuccess *bool   `json:"auditAuthorizationSuccess,omitempty" api:"default=false" doc:"Whether successful authorizations are recorded too."`
	AuditFilter               *string `json:"auditFilter,omitempty" doc:"The text of a JSON object that selects what is recorded."`
	ConfigurationType         string  `json:"configurationType,omitempty" api:"readonly,enum=NONE|FILTER_BUILDER|FILTER_JSON" doc:"How the filter was given."`
	Enabled                   *bool   `json:"enabled,omitempty" api:"default=false" doc:"Whether auditing is on."`
}

// Config is a project's auditing configuration in stored form. A project without a row has the zero one.
type Config struct {
	GroupID              model.ID `json:"groupId"`
	Enabled              bool     `json:"enabled,omitempty"`
	AuthorizationSuccess bool     `json:"authorizationSuccess,omitempty"`
	Filter               string   `json:"filter,omitempty"`
	Rev                  int64    `json:"-"`
}

// Configs, by project.
var Configs = &store.Table[Config]{
	Name: "audit_configs",
	ID:   func(c *Config) string { return c.GroupID },
	Rev:  func(c *Config) *int64 { return &c.Rev },
}

func of(tx store.Tx, groupID model.ID) (*Config, error) {
	c, err := Configs.Get(tx, groupID)
	if store.IsNotFound(err) {
		return &Config{GroupID: groupID}, nil
	}
	return c, err
}

func (c *Config) wire() AuditLog {
	w := AuditLog{AuditAuthorizationSuccess: &c.AuthorizationSuccess, ConfigurationType: "NONE", Enabled: &c.Enabled}
	if c.Filter != "" {
		w.AuditFilter, w.ConfigurationType = &c.Filter, "FILTER_JSON"
	}
	return w
}

type getIn struct{ api.InGroup }

func (s *Service) get(ctx context.Context, in getIn) (out AuditLog, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		c, err := of(tx, in.GroupID)
		if err == nil {
			out = c.wire()
		}
		return err
	})
	return out, err
}

type updateIn struct {
	api.InGroup
	Body AuditLog
}

func (s *Service) update(ctx context.Context, in updateIn) (out AuditLog, err error) {
	if f := in.Body.AuditFilter; f != nil {
		*f = strings.TrimSpace(*f) // Terraform's provider sends a line break at its end, and expects none
	}
	if f := api.Or(in.Body.AuditFilter, ""); f != "" && json.Unmarshal([]byte(f), &map[string]json.RawMessage{}) != nil {
		return out, fault.Field("auditFilter", "must be the text of a JSON object")
	}
	err = s.Store.Update(ctx, func(tx store.Tx) error {
		p, err := state.Project(tx, in.GroupID)
		if err != nil {
			return err
		}
		c, err := of(tx, in.GroupID)
		if err != nil {
			return err
		}
		before := *c
		c.Enabled = api.Or(in.Body.Enabled, c.Enabled)
		c.AuthorizationSuccess = api.Or(in.Body.AuditAuthorizationSuccess, c.AuthorizationSuccess)
		c.Filter = api.Or(in.Body.AuditFilter, c.Filter)
		out = c.wire()
		if *c == before {
			return nil
		}
		if err := Configs.Put(tx, c); err != nil {
			return err
		}
		return event.Write(ctx, tx, event.In("AUDIT_LOG_CONFIGURATION_UPDATED", p))
	})
	return out, err
}

// Vacate removes the configuration of a project that goes.
func (s *Service) Vacate(tx store.Tx, groupID model.ID) error {
	return Configs.DeleteAll(tx, store.Query{Prefix: []string{groupID}})
}

// Tables are what the family stores.
func (s *Service) Tables() []*store.Schema { return []*store.Schema{Configs.Schema()} }

// Package mcpconfig is the family Remote MCP Configurations: servers by which programs would use a project or an organization.
// They are checked, kept and shown, with their secrets; no such server runs.
package mcpconfig

import (
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the configurations of projects.
type Service struct {
	kept.Objects[inGroup, GroupMcpConfigResponse, secrets]
}

// OfOrgs serves the configurations of organizations.
type OfOrgs struct {
	kept.Objects[inOrg, GroupMcpConfigResponse, secrets]
}

// secrets are those of a configuration.
type secrets struct {
	Secrets []McpConfigSecret `json:"secrets,omitempty"`
}

type config = kept.Object[GroupMcpConfigResponse, secrets]

// The kinds of errors that only this family answers with.
var (
	configNotFound = fault.NewKind("MCP_CONFIG_NOT_FOUND", fault.NotFound, "There is no configuration with id %s.")                                 // Telamon's own
	secretNotFound = fault.NewKind("MCP_CONFIG_SECRET_NOT_FOUND", fault.NotFound, "The configuration has no secret with id %s.")                    // Telamon's own
	configsLimit   = fault.NewKind("MAX_MCP_CONFIGS_EXCEEDED", fault.BadRequest, "A project or organization has at most %s configurations.")        // Telamon's own
	secretsLimit   = fault.NewKind("MAX_MCP_CONFIG_SECRETS_EXCEEDED", fault.BadRequest, "A configuration has at most %s secrets.")                  // Telamon's own
	hasSecrets     = fault.NewKind("MCP_CONFIG_HAS_SECRETS", fault.Conflict, "The configuration has secrets; remove them first, or say cascading.") // Telamon's own
)

// How many there are at most. They are no rules of the API.
const (
	maxConfigs = 50
	maxSecrets = 2
)

// Both tables have rows of the same form.
func table(name string) *store.Table[config] {
	return &store.Table[config]{
		Name:    name,
		ID:      func(c *config) string { return c.GroupID + "/" + c.Value.MCPConfigID },
		Rev:     func(c *config) *int64 { return &c.Rev },
		Indexes: []store.Index[config]{{Name: "scope", Key: func(c *config) []string { return []string{c.GroupID, c.ID} }}},
	}
}

var (
	ofProjects = table("mcp_configs")
	ofOrgs     = table("org_mcp_configs")
)

// objects are configurations whose ids are in scopes that roles says the roles of.
func objects[K kept.Ref](st store.Store, t *store.Table[config], ofOrg bool, roles []authz.Role) kept.Objects[K, GroupMcpConfigResponse, secrets] {
	return kept.Objects[K, GroupMcpConfigResponse, secrets]{
		Store: st, Table: t, OfOrg: ofOrg, Limit: kept.Limit{N: maxConfigs, Exceeded: configsLimit},
		Validate: func(_ store.Tx, _, c *config) error {
			for i, r := range c.Value.Roles {
				if !slices.Contains(roles, r) {
					return fault.Field(fmt.Sprintf("roles[%d]", i), "must be a role that there is here")
				}
			}
			for i, a := range c.Value.IPAccessList {
				if (a.CIDRBlock == "") == (a.IPAddress == "") {
					return fault.Field(fmt.Sprintf("ipAccessList[%d]", i), "must have either cidrBlock or ipAddress")
				}
			}
			return nil
		},
	}
}

// New returns the configurations of projects on st.
func New(st store.Store) *Service {
	return &Service{objects[inGroup](st, ofProjects, false, authz.GroupRoles)}
}

// NewOfOrgs returns the configurations of organizations on st.
func NewOfOrgs(st store.Store) *OfOrgs {
	return &OfOrgs{objects[inOrg](st, ofOrgs, true, authz.OrgRoles)}
}

// one names a configuration.
type one struct {
	MCPConfigID string `path:"mcpConfigId" api:"is=uuid" doc:"Id of the configuration."`
}

type inGroup struct {
	api.InGroup
	one
}

// RowID is the id of the configuration's row.
func (in inGroup) RowID() (string, error) {
	return in.GroupID + "/" + in.MCPConfigID, configNotFound.With(in.MCPConfigID)
}

type inOrg struct {
	kept.InOrg
	one
}

// RowID is the id of the configuration's row.
func (in inOrg) RowID() (string, error) {
	return in.OrgID + "/" + in.MCPConfigID, configNotFound.With(in.MCPConfigID)
}

// begun is w with the names that a new configuration has.
func begun(w GroupMcpConfigResponse) GroupMcpConfigResponse {
	w.MCPConfigID, w.ClientID, w.EgressClientID = uuid.NewString(), "mdb_sa_id_"+model.NewID(), "mdb_sa_id_"+model.NewID()
	return w
}

func (s *Service) create(tx store.Tx, in kept.CreateIn[GroupMcpConfigResponse]) (GroupMcpConfigResponse, error) {
	in.Body = begun(in.Body)
	return s.Create(tx, in)
}

func (s *OfOrgs) create(tx store.Tx, in kept.CreateInOrgIn[GroupMcpConfigResponse]) (GroupMcpConfigResponse, error) {
	in.Body = begun(in.Body)
	return s.CreateInOrg(tx, in)
}

type deleteIn[K kept.Ref] struct {
	One       K    `in:"path"`
	Cascading bool `query:"cascading" api:"default=false" doc:"Whether the configuration's secrets go with it."`
}

// remove deletes a configuration, which may have secrets only if the caller says so.
func remove[K kept.Ref](s *kept.Objects[K, GroupMcpConfigResponse, secrets]) func(store.Tx, deleteIn[K]) (api.None, error) {
	return func(tx store.Tx, in deleteIn[K]) (none api.None, err error) {
		c, err := s.Find(tx, in.One)
		if err == nil && len(c.Internal.Secrets) > 0 && !in.Cascading {
			err = hasSecrets.With()
		}
		if err != nil {
			return none, err
		}
		return none, s.Remove(tx, c)
	}
}

type listSecretsIn[K kept.Ref] struct {
	One K `in:"path"`
	api.Paging
}

func listSecrets[K kept.Ref](s *kept.Objects[K, GroupMcpConfigResponse, secrets]) func(store.Tx, listSecretsIn[K]) (api.Page[McpConfigSecret], error) {
	return func(tx store.Tx, in listSecretsIn[K]) (page api.Page[McpConfigSecret], err error) {
		c, err := s.Find(tx, in.One)
		if err != nil {
			return page, err
		}
		return api.PageOf(in.Paging, c.Internal.Secrets), nil
	}
}

type createSecretIn[K kept.Ref] struct {
	One  K `in:"path"`
	Body McpConfigSecretRequest
}

// createSecret adds a secret. Only this answer has it.
func createSecret[K kept.Ref](s *kept.Objects[K, GroupMcpConfigResponse, secrets]) func(store.Tx, createSecretIn[K]) (McpConfigSecret, error) {
	return func(tx store.Tx, in createSecretIn[K]) (w McpConfigSecret, err error) {
		text := "mdb_sa_sk_" + rand.Text()
		end := tx.Now().Add(time.Duration(in.Body.SecretExpiresAfterHours) * time.Hour)
		w = McpConfigSecret{ID: model.NewID(), CreatedAt: &api.Time{Time: tx.Now()}, ExpiresAt: &api.Time{Time: end}, MaskedSecretValue: kept.Masked(text)}
		_, err = s.Update(tx, in.One, func(c *config) error {
			if len(c.Internal.Secrets) >= maxSecrets {
				return secretsLimit.With(fmt.Sprint(maxSecrets))
			}
			c.Internal.Secrets = append(slices.Clone(c.Internal.Secrets), w)
			return nil
		})
		w.Secret, w.MaskedSecretValue = text, ""
		return w, err
	}
}

type oneSecretIn[K kept.Ref] struct {
	One      K      `in:"path"`
	SecretID string `path:"secretId" api:"is=objectId" doc:"Id of the secret."`
}

func getSecret[K kept.Ref](s *kept.Objects[K, GroupMcpConfigResponse, secrets]) func(store.Tx, oneSecretIn[K]) (McpConfigSecret, error) {
	return func(tx store.Tx, in oneSecretIn[K]) (w McpConfigSecret, err error) {
		c, err := s.Find(tx, in.One)
		if err != nil {
			return w, err
		}
		for _, w := range c.Internal.Secrets {
			if w.ID == in.SecretID {
				return w, nil
			}
		}
		return w, secretNotFound.With(in.SecretID)
	}
}

func deleteSecret[K kept.Ref](s *kept.Objects[K, GroupMcpConfigResponse, secrets]) func(store.Tx, oneSecretIn[K]) (api.None, error) {
	return func(tx store.Tx, in oneSecretIn[K]) (none api.None, err error) {
		_, err = s.Update(tx, in.One, func(c *config) error {
			n := len(c.Internal.Secrets)
			c.Internal.Secrets = slices.DeleteFunc(slices.Clone(c.Internal.Secrets), func(w McpConfigSecret) bool { return w.ID == in.SecretID })
			if len(c.Internal.Secrets) == n {
				return secretNotFound.With(in.SecretID)
			}
			return nil
		})
		return none, err
	}
}

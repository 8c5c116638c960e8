// Package sandbox is the family Sandbox: templates of clusters that an organization's sandboxes would have. They are checked,
// kept and shown; no sandbox is made.
package sandbox

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/kept"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/store"
)

// Service serves the family.
type Service struct {
	kept.Objects[one, SandboxConfigResponse, struct{}]
}

type config = kept.Object[SandboxConfigResponse, struct{}]

// The kinds of errors that only this family answers with.
var (
	notFound = fault.NewKind("SANDBOX_CONFIG_NOT_FOUND", fault.NotFound, "There is no template of sandboxes with id %s.")                // Telamon's own
	tooMany  = fault.NewKind("MAX_SANDBOX_CONFIGS_EXCEEDED", fault.BadRequest, "An organization has at most %s templates of sandboxes.") // Telamon's own
)

// most is how many templates an organization has at most. It is no rule of the API.
const most = 25

var configs = &store.Table[config]{
	Name:    "sandbox_configs",
	ID:      func(c *config) string { return c.ID },
	Rev:     func(c *config) *int64 { return &c.Rev },
	Indexes: []store.Index[config]{{Name: "org", Key: func(c *config) []string { return []string{c.GroupID, c.ID} }}},
}

// New returns the family on st.
func New(st store.Store) *Service {
	return &Service{kept.Objects[one, SandboxConfigResponse, struct{}]{
		Store: st, Table: configs, OfOrg: true, Limit: kept.Limit{N: most, Exceeded: tooMany},
		Show: kept.WithID(func(w *SandboxConfigResponse, id model.ID) { w.ID = id }),
		Events: func(*config) kept.Events {
			return kept.Events{Created: "SANDBOX_ENABLED_FOR_ORG", Updated: "SANDBOX_TEMPLATE_UPDATED", Deleted: "SANDBOX_CONFIG_DELETED"}
		},
	}}
}

type one struct {
	kept.InOrg
	SandboxConfigID string `path:"sandboxConfigId" api:"is=objectId" doc:"Id of the template."`
}

// RowID is the id of the template's row.
func (in one) RowID() (string, error) { return in.SandboxConfigID, notFound.With(in.SandboxConfigID) }

const (
	tag  = "Sandbox"
	path = "/orgs/{orgId}/sandboxConfig"
)

// Operations are the family's operations.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "listOrgSandboxConfig", Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return all templates of sandboxes of one organization",
		Roles:   authz.Any(authz.OrgGroupCreator), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since(api.Preview, store.Read(s.Store, s.ListInOrg)),
	}, {
		ID: "createOrgSandboxConfig", Method: http.MethodPost, Path: path, Tag: tag,
		Summary: "Create one template of sandboxes for one organization", Description: "No sandbox is made: the template is kept and shown.",
		Roles: authz.Any(authz.OrgOwner), Status: http.StatusCreated, Level: api.Declared, Errors: fault.Kinds{tooMany},
		Versions: api.Since(api.Preview, store.Write(s.Store, s.CreateInOrg)),
	}, {
		ID: "getOrgSandboxConfig", Method: http.MethodGet, Path: path + "/{sandboxConfigId}", Tag: tag,
		Summary: "Return one template of sandboxes of one organization",
		Roles:   authz.Any(authz.OrgGroupCreator), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{notFound},
		Versions: api.Since(api.Preview, store.Read(s.Store, s.Get)),
	}, {
		ID: "updateOrgSandboxConfig", Method: http.MethodPatch, Path: path + "/{sandboxConfigId}", Tag: tag,
		Summary: "Change one template of sandboxes of one organization",
		Roles:   authz.Any(authz.OrgOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{notFound},
		Versions: api.Since(api.Preview, store.Write(s.Store, s.Patch)),
	}, {
		ID: "deleteOrgSandboxConfig", Method: http.MethodDelete, Path: path + "/{sandboxConfigId}", Tag: tag,
		Summary: "Remove one template of sandboxes from one organization",
		Roles:   authz.Any(authz.OrgOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: fault.Kinds{notFound},
		Versions: api.Since(api.Preview, store.Write(s.Store, s.Delete)),
	}}
}

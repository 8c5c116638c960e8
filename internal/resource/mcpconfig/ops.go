package mcpconfig

import (
	"net/http"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/fault"
	"github.com/telamon-db/telamon/internal/store"
)

const (
	tag       = "Remote MCP Configurations"
	path      = "/groups/{groupId}/mcpConfigs"
	single    = path + "/{mcpConfigId}"
	orgPath   = "/orgs/{orgId}/mcpConfigs"
	orgSingle = orgPath + "/{mcpConfigId}"
)

// Operations are those on configurations of projects.
func (s *Service) Operations() api.Operations {
	return api.Operations{{
		ID: "listGroupMcpConfigs", Method: http.MethodGet, Path: path, Tag: tag,
		Summary: "Return all remote MCP servers of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.List)),
	}, {
		ID: "createGroupMcpConfig", Method: http.MethodPost, Path: path, Tag: tag,
		Summary: "Configure one remote MCP server for one project", Description: "No server runs: the configuration is kept and shown.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusCreated, Level: api.Declared, Errors: fault.Kinds{configsLimit},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.create)),
	}, {
		ID: "getGroupMcpConfig", Method: http.MethodGet, Path: single, Tag: tag,
		Summary: "Return one remote MCP server of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{configNotFound},
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.Get)),
	}, {
		ID: "updateGroupMcpConfig", Method: http.MethodPatch, Path: single, Tag: tag,
		Summary: "Change one remote MCP server of one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{configNotFound},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.Patch)),
	}, {
		ID: "deleteGroupMcpConfig", Method: http.MethodDelete, Path: single, Tag: tag,
		Summary: "Remove one remote MCP server from one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: fault.Kinds{configNotFound, hasSecrets},
		Versions: api.Since("2025-03-12", store.Write(s.Store, remove(&s.Objects))),
	}, {
		ID: "listGroupMcpSecrets", Aliases: []string{"listGroupMcpConfigSecrets"}, Method: http.MethodGet, Path: single + "/secrets", Tag: tag,
		Summary: "Return all secrets of one remote MCP server of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{configNotFound},
		Versions: api.Since("2025-03-12", store.Read(s.Store, listSecrets(&s.Objects))),
	}, {
		ID: "createGroupMcpSecret", Aliases: []string{"createGroupMcpConfigSecret"}, Method: http.MethodPost, Path: single + "/secrets", Tag: tag,
		Summary: "Create one secret for one remote MCP server of one project", Description: "The answer has the secret, of which only the last characters are kept.",
		Roles: authz.Any(authz.GroupOwner), Status: http.StatusCreated, Level: api.Declared, Errors: fault.Kinds{configNotFound, secretsLimit},
		Versions: api.Since("2025-03-12", store.Write(s.Store, createSecret(&s.Objects))),
	}, {
		ID: "getGroupMcpSecret", Aliases: []string{"getGroupMcpConfigSecret"}, Method: http.MethodGet, Path: single + "/secrets/{secretId}", Tag: tag,
		Summary: "Return one secret of one remote MCP server of one project",
		Roles:   authz.Any(authz.GroupReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{configNotFound, secretNotFound},
		Versions: api.Since("2025-03-12", store.Read(s.Store, getSecret(&s.Objects))),
	}, {
		ID: "deleteGroupMcpSecret", Aliases: []string{"deleteGroupMcpConfigSecret"}, Method: http.MethodDelete, Path: single + "/secrets/{secretId}", Tag: tag,
		Summary: "Remove one secret from one remote MCP server of one project",
		Roles:   authz.Any(authz.GroupOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: fault.Kinds{configNotFound, secretNotFound},
		Versions: api.Since("2025-03-12", store.Write(s.Store, deleteSecret(&s.Objects))),
	}}
}

// Operations are those on configurations of organizations.
func (s *OfOrgs) Operations() api.Operations {
	return api.Operations{{
		ID: "listOrgMcpConfigs", Method: http.MethodGet, Path: orgPath, Tag: tag,
		Summary: "Return all remote MCP servers of one organization",
		Roles:   authz.Any(authz.OrgReadOnly), Status: http.StatusOK, Level: api.Declared,
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.ListInOrg)),
	}, {
		ID: "createOrgMcpConfig", Method: http.MethodPost, Path: orgPath, Tag: tag,
		Summary: "Configure one remote MCP server for one organization", Description: "No server runs: the configuration is kept and shown.",
		Roles: authz.Any(authz.OrgOwner), Status: http.StatusCreated, Level: api.Declared, Errors: fault.Kinds{configsLimit},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.create)),
	}, {
		ID: "getOrgMcpConfig", Method: http.MethodGet, Path: orgSingle, Tag: tag,
		Summary: "Return one remote MCP server of one organization",
		Roles:   authz.Any(authz.OrgReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{configNotFound},
		Versions: api.Since("2025-03-12", store.Read(s.Store, s.Get)),
	}, {
		ID: "updateOrgMcpConfig", Method: http.MethodPatch, Path: orgSingle, Tag: tag,
		Summary: "Change one remote MCP server of one organization",
		Roles:   authz.Any(authz.OrgOwner), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{configNotFound},
		Versions: api.Since("2025-03-12", store.Write(s.Store, s.Patch)),
	}, {
		ID: "deleteOrgMcpConfig", Method: http.MethodDelete, Path: orgSingle, Tag: tag,
		Summary: "Remove one remote MCP server from one organization",
		Roles:   authz.Any(authz.OrgOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: fault.Kinds{configNotFound, hasSecrets},
		Versions: api.Since("2025-03-12", store.Write(s.Store, remove(&s.Objects))),
	}, {
		ID: "listOrgMcpSecrets", Aliases: []string{"listOrgMcpConfigSecrets"}, Method: http.MethodGet, Path: orgSingle + "/secrets", Tag: tag,
		Summary: "Return all secrets of one remote MCP server of one organization",
		Roles:   authz.Any(authz.OrgReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{configNotFound},
		Versions: api.Since("2025-03-12", store.Read(s.Store, listSecrets(&s.Objects))),
	}, {
		ID: "createOrgMcpSecret", Aliases: []string{"createOrgMcpConfigSecret"}, Method: http.MethodPost, Path: orgSingle + "/secrets", Tag: tag,
		Summary: "Create one secret for one remote MCP server of one organization", Description: "The answer has the secret, of which only the last characters are kept.",
		Roles: authz.Any(authz.OrgOwner), Status: http.StatusCreated, Level: api.Declared, Errors: fault.Kinds{configNotFound, secretsLimit},
		Versions: api.Since("2025-03-12", store.Write(s.Store, createSecret(&s.Objects))),
	}, {
		ID: "getOrgMcpSecret", Aliases: []string{"getOrgMcpConfigSecret"}, Method: http.MethodGet, Path: orgSingle + "/secrets/{secretId}", Tag: tag,
		Summary: "Return one secret of one remote MCP server of one organization",
		Roles:   authz.Any(authz.OrgReadOnly), Status: http.StatusOK, Level: api.Declared, Errors: fault.Kinds{configNotFound, secretNotFound},
		Versions: api.Since("2025-03-12", store.Read(s.Store, getSecret(&s.Objects))),
	}, {
		ID: "deleteOrgMcpSecret", Aliases: []string{"deleteOrgMcpConfigSecret"}, Method: http.MethodDelete, Path: orgSingle + "/secrets/{secretId}", Tag: tag,
		Summary: "Remove one secret from one remote MCP server of one organization",
		Roles:   authz.Any(authz.OrgOwner), Status: http.StatusNoContent, Level: api.Declared, Errors: fault.Kinds{configNotFound, secretNotFound},
		Versions: api.Since("2025-03-12", store.Write(s.Store, deleteSecret(&s.Objects))),
	}}
}

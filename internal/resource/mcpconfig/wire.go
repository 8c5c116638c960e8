package mcpconfig

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
)

// GroupMcpConfigResponse is a remote MCP server of a project or an organization, on the wire and on disk.
type GroupMcpConfigResponse struct {
	ClientID       string             `json:"clientId,omitempty" api:"readonly,is=clientId" doc:"Id of the client that logs in to the server."`
	EgressClientID string             `json:"egressClientId,omitempty" api:"readonly,is=clientId" doc:"Id of the client as which the server calls."`
	IPAccessList   []McpConfigAddress `json:"ipAccessList,omitempty" api:"maxItems=200" doc:"Addresses from which the server may be used."`
	MCPConfigID    string             `json:"mcpConfigId,omitempty" api:"readonly,is=uuid" doc:"Id of the configuration."`
	MCPConfigName  string             `json:"mcpConfigName,omitempty" api:"required,is=accountText,minLen=1,maxLen=64" doc:"Name of the configuration."`
	Roles          []authz.Role       `json:"roles,omitempty" api:"required,minItems=1,maxItems=100" doc:"Roles that the server has."`
}

// McpConfigSecret is a secret of a configuration, on the wire and on disk.
type McpConfigSecret struct {
	CreatedAt         *api.Time `json:"createdAt,omitempty" api:"readonly" doc:"When it was created."`
	ExpiresAt         *api.Time `json:"expiresAt,omitempty" api:"readonly" doc:"When it ends."`
	ID                string    `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the secret."`
	LastUsedAt        *api.Time `json:"lastUsedAt,omitempty" api:"readonly,nullable" doc:"When it was used last. Absent: it is not used."`
	MaskedSecretValue string    `json:"maskedSecretValue,omitempty" api:"readonly" doc:"Its last characters."`
	Secret            string    `json:"secret,omitempty" api:"readonly" doc:"The secret, in the answer that creates it."`
}

// McpConfigSecretRequest is a secret to create.
type McpConfigSecretRequest struct {
	SecretExpiresAfterHours int `json:"secretExpiresAfterHours" api:"required,min=0" doc:"After how many hours it ends."`
}

// McpConfigAddress is an address or a range.
type McpConfigAddress struct {
	CIDRBlock       string    `json:"cidrBlock,omitempty" api:"is=cidr,nullable" doc:"The range."`
	CreatedAt       *api.Time `json:"createdAt,omitempty" api:"readonly" doc:"When it was created."`
	IPAddress       string    `json:"ipAddress,omitempty" api:"is=ip,nullable" doc:"The address."`
	LastUsedAddress string    `json:"lastUsedAddress,omitempty" api:"readonly,nullable" doc:"Address from which it was used last."`
	LastUsedAt      *api.Time `json:"lastUsedAt,omitempty" api:"readonly,nullable" doc:"When it was used last. Absent: it is not used."`
	RequestCount    *int      `json:"requestCount,omitempty" api:"readonly" doc:"How often it was used."`
}

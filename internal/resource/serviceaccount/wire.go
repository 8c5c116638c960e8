package serviceaccount

import (
	"math"
	"net/netip"

	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/authz"
	"github.com/telamon-db/telamon/internal/model"
	"github.com/telamon-db/telamon/internal/resource/shape"
)

// Shapes that creating an organization uses too.
type (
	OrgServiceAccount        = shape.OrgServiceAccount
	OrgServiceAccountRequest = shape.OrgServiceAccountRequest
	ServiceAccountSecret     = shape.ServiceAccountSecret
)

// OrgServiceAccountUpdateRequest changes an account.
type OrgServiceAccountUpdateRequest struct {
	Description *string        `json:"description,omitempty" api:"nullable,is=accountText,minLen=1,maxLen=250" doc:"What the account is for."`
	Name        *string        `json:"name,omitempty" api:"nullable,is=accountText,minLen=1,maxLen=64" doc:"Name of the account."`
	Roles       shape.OrgRoles `json:"roles,omitempty" doc:"Roles in the organization, in place of those that the account has there."`
}

// GroupServiceAccount is a service account as a project sees it.
type GroupServiceAccount struct {
	ClientID    string                 `json:"clientId,omitempty" api:"is=clientId" doc:"Id with which the account obtains tokens."`
	CreatedAt   api.Time               `json:"createdAt,omitzero" doc:"When the account was created."`
	Description string                 `json:"description,omitempty" doc:"What the account is for."`
	Name        string                 `json:"name,omitempty" doc:"Name of the account."`
	Roles       []authz.Role           `json:"roles,omitempty" api:"unique" doc:"The account's roles in the project."`
	Secrets     []ServiceAccountSecret `json:"secrets,omitempty" api:"unique" doc:"The account's secrets."`
}

// GroupServiceAccountRequest asks for a service account with roles in a project and with its first secret.
type GroupServiceAccountRequest struct {
	Description             string       `json:"description" api:"required,is=accountText,minLen=1,maxLen=250" doc:"What the account is for."`
	Name                    string       `json:"name" api:"required,is=accountText,minLen=1,maxLen=64" doc:"Name of the account."`
	Roles                   []authz.Role `json:"roles" api:"required,minItems=1" doc:"Roles in the project."`
	SecretExpiresAfterHours int          `json:"secretExpiresAfterHours" api:"required,min=0" doc:"How many hours the first secret is valid: at least 8, at most what the organization allows."`
}

// GroupServiceAccountUpdateRequest changes an account from within a project.
type GroupServiceAccountUpdateRequest struct {
	Description *string      `json:"description,omitempty" api:"nullable,is=accountText,minLen=1,maxLen=250" doc:"What the account is for."`
	Name        *string      `json:"name,omitempty" api:"nullable,is=accountText,minLen=1,maxLen=64" doc:"Name of the account."`
	Roles       []authz.Role `json:"roles,omitempty" doc:"Roles in the project, in place of those that the account has there."`
}

// GroupServiceAccountRoleAssignment gives an account roles in a project.
type GroupServiceAccountRoleAssignment struct {
	Roles []authz.Role `json:"roles" api:"required,minItems=1,unique" doc:"Roles in the project."`
}

// ServiceAccountSecretRequest asks for a secret.
type ServiceAccountSecretRequest struct {
	SecretExpiresAfterHours int `json:"secretExpiresAfterHours" api:"required,min=0" doc:"How many hours the secret is valid: at least 8, at most what the organization allows."`
}

// ServiceAccountGroup is a project of a service account.
type ServiceAccountGroup struct {
	GroupID string       `json:"groupId,omitempty" api:"readonly,is=objectId" doc:"Id of the project."`
	Roles   []authz.Role `json:"roles,omitempty" api:"maxItems=100" doc:"The account's roles in the project."`
}

// ServiceAccountIPAccessListEntry is an entry of an account's access list.
type ServiceAccountIPAccessListEntry struct {
	CIDRBlock       string   `json:"cidrBlock,omitempty" api:"nullable,is=cidr" doc:"Range of addresses in CIDR notation."`
	CreatedAt       api.Time `json:"createdAt,omitzero" api:"readonly" doc:"When the entry was added."`
	IPAddress       string   `json:"ipAddress,omitempty" api:"nullable,is=ip" doc:"The address, if the range has only one."`
	LastUsedAddress string   `json:"lastUsedAddress,omitempty" api:"nullable,readonly" doc:"Address of the last request that the entry admitted. Absent before the first."`
	LastUsedAt      api.Time `json:"lastUsedAt,omitzero" api:"nullable,readonly" doc:"When the entry admitted a request last. Absent before the first."`
	RequestCount    int      `json:"requestCount" api:"readonly" doc:"How many requests the entry has admitted."`
}

// toGroup shows a as the project sees it, with the text of its only secret if that has just been made.
func toGroup(a *model.ServiceAccount, groupID model.ID, text string) GroupServiceAccount {
	w := shape.ServiceAccount(a, text)
	return GroupServiceAccount{
		ClientID: w.ClientID, CreatedAt: w.CreatedAt, Description: w.Description, Name: w.Name,
		Roles: authz.In(a.Grants, groupID), Secrets: w.Secrets,
	}
}

// toEntry shows an entry.
func toEntry(e *model.KeyAddress) ServiceAccountIPAccessListEntry {
	w := ServiceAccountIPAccessListEntry{
		CIDRBlock: e.CIDR, CreatedAt: api.Time{Time: e.Created}, RequestCount: int(min(e.Count, math.MaxInt32)),
		LastUsedAt: api.Time{Time: e.LastUsed}, LastUsedAddress: shape.AddressText(e.LastAddress),
	}
	if p, err := netip.ParsePrefix(e.CIDR); err == nil {
		w.CIDRBlock, w.IPAddress = shape.CIDR(p), shape.SingleAddress(p)
	}
	return w
}

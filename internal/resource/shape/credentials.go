package shape

import (
	"github.com/telamon-db/telamon/internal/api"
	"github.com/telamon-db/telamon/internal/model"
)

// APIKeyUserDetails is an API key on the wire.
type APIKeyUserDetails struct {
	Desc       string           `json:"desc,omitempty" api:"minLen=1,maxLen=250" doc:"What the key is for."`
	ID         string           `json:"id,omitempty" api:"readonly,is=objectId" doc:"Id of the key."`
	Links      []api.Link       `json:"links,omitempty" api:"readonly" doc:"Related resources."`
	PrivateKey string           `json:"privateKey,omitempty" api:"readonly" doc:"Private key in the answer to its creation; afterwards its last characters behind asterisks."`
	PublicKey  string           `json:"publicKey,omitempty" api:"readonly,minLen=8,maxLen=8" doc:"Public key."`
	Roles      []RoleAssignment `json:"roles" doc:"What the key may do, and where."`
}

// CreateAtlasOrganizationAPIKey asks for a key.
type CreateAtlasOrganizationAPIKey struct {
	Desc  string   `json:"desc" api:"required,minLen=1,maxLen=250" doc:"What the key is for."`
	Roles OrgRoles `json:"roles" api:"required,minItems=1" doc:"Roles in the organization."`
}

// hidden stands for the part of a private key, which is a UUID, that is not stored.
const hidden = "********-****-****-"

// APIKey shows k, with its private key if that has just been made, "" otherwise.
func APIKey(k *model.APIKey, private string) APIKeyUserDetails {
	if private == "" {
		private = hidden + k.Tail
	}
	return APIKeyUserDetails{
		Desc: k.Desc, ID: k.ID, Links: api.Self("/orgs/" + k.OrgID + "/apiKeys/" + k.ID), PrivateKey: private, PublicKey: k.PublicKey,
		Roles: RoleAssignments(k.Grants),
	}
}

// OrgServiceAccount is a service account on the wire.
type OrgServiceAccount struct {
	ClientID    string                 `json:"clientId,omitempty" api:"is=clientId" doc:"Id with which the account obtains tokens."`
	CreatedAt   api.Time               `json:"createdAt,omitzero" doc:"When the account was created."`
	Description string                 `json:"description,omitempty" doc:"What the account is for."`
	Name        string                 `json:"name,omitempty" doc:"Name of the account."`
	Roles       OrgRoles               `json:"roles,omitempty" api:"unique" doc:"The account's roles in the organization."`
	Secrets     []ServiceAccountSecret `json:"secrets,omitempty" api:"unique" doc:"The account's secrets."`
}

// ServiceAccountSecret is a secret of a service account.
type ServiceAccountSecret struct {
	CreatedAt         api.Time `json:"createdAt" api:"required,readonly" doc:"When the secret was made."`
	ExpiresAt         api.Time `json:"expiresAt" api:"required,readonly" doc:"When the secret expires."`
	ID                string   `json:"id" api:"required,readonly,is=objectId" doc:"Id of the secret."`
	LastUsedAt        api.Time `json:"lastUsedAt,omitzero" api:"readonly,nullable" doc:"When a token was last obtained with the secret. Absent before the first."`
	MaskedSecretValue string   `json:"maskedSecretValue,omitempty" api:"readonly" doc:"The secret's last characters behind asterisks."`
	Secret            string   `json:"secret,omitempty" api:"readonly" doc:"The secret, in the answer to its creation only."`
}

// OrgServiceAccountRequest asks for a service account with its first secret.
type OrgServiceAccountRequest struct {
	Description             string   `json:"description" api:"required,is=accountText,minLen=1,maxLen=250" doc:"What the account is for."`
	Name                    string   `json:"name" api:"required,is=accountText,minLen=1,maxLen=64" doc:"Name of the account."`
	Roles                   OrgRoles `json:"roles" api:"required,minItems=1" doc:"Roles in the organization."`
	SecretExpiresAfterHours int      `json:"secretExpiresAfterHours" api:"required,min=0" doc:"How many hours the first secret is valid: at least 8, at most what the organization allows."`
}

// masked stands for the part of a secret that is not stored.
const masked = "mdb_sa_sk_********"

// Secret shows a secret, with its text if it has just been made.
func Secret(s *model.Secret, text string) ServiceAccountSecret {
	return ServiceAccountSecret{
		CreatedAt: api.Time{Time: s.Created}, ExpiresAt: api.Time{Time: s.Expires}, ID: s.ID,
		LastUsedAt: api.Time{Time: s.LastUsed}, MaskedSecretValue: masked + s.Tail, Secret: text,
	}
}

// ServiceAccount shows a, with the text of its only secret if that has just been made.
func ServiceAccount(a *model.ServiceAccount, text string) OrgServiceAccount {
	w := OrgServiceAccount{ClientID: a.ClientID, CreatedAt: api.Time{Time: a.Created}, Description: a.Desc, Name: a.Name}
	for _, g := range a.Grants {
		if g.OrgID != "" {
			w.Roles = append(w.Roles, g.Role)
		}
	}
	for i := range a.Secrets {
		w.Secrets = append(w.Secrets, Secret(&a.Secrets[i], text))
	}
	return w
}
